"""What a project left behind: its outputs became services in production, and these live on after it has ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from environments.models import Environment, Service
from projects.models import Project
from releases.models import Contribution, Deployment


@dataclass
class Legacy:
    """A service the project brought to production. `now` is what is there today; `is_own` while the project itself put it there."""

    service: Service
    environment: Environment
    line: str
    since: datetime
    now: Deployment | None
    is_own: bool


def lives_on(project: Project, user: Any) -> list[Legacy]:
    """For each place of production something of the project's outputs reached: since when, and what is there today."""
    releases = set(
        Contribution.objects.visible_to(user).standing().filter(output__project=project).values_list("release_id", flat=True)
    )
    own = Deployment.objects.filter(release__in=releases).in_production().with_references().order_by("begins_at", "id")
    found: dict[tuple[int, int, str, str], Legacy] = {}
    for deployment in own:
        place = _place(deployment)
        if place not in found:
            found[place] = Legacy(
                deployment.service, deployment.environment, deployment.line, deployment.begins_at, None, is_own=False
            )
    services = {legacy.service.pk for legacy in found.values()}
    for deployment in Deployment.objects.visible_to(user).live().in_production().filter(service__in=services).with_references():
        legacy = found.get(_place(deployment))
        if legacy:
            legacy.now, legacy.is_own = deployment, deployment.release_id in releases
    return sorted(found.values(), key=lambda legacy: (not legacy.is_own, legacy.service.slug, legacy.line))


def _place(deployment: Deployment) -> tuple[int, int, str, str]:
    return deployment.service_id, deployment.environment_id, deployment.part, deployment.line
