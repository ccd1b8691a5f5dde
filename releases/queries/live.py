"""What is where: services × environments, with the version of each line, since when, and where production is behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from environments.models import Environment, Service
from environments.vocabulary import Stage
from releases.models import Deployment

#: The way to production, from its beginning; training and recovery stand beside it.
ORDER_OF_STAGES: Final = (
    Stage.DEVELOPMENT, Stage.TEST, Stage.ACCEPTANCE, Stage.STAGING, Stage.PRODUCTION, Stage.TRAINING, Stage.RECOVERY,
)  # fmt: skip
_BEFORE_PRODUCTION: Final = (Stage.STAGING, Stage.ACCEPTANCE, Stage.TEST)
_SHOWN_LINES: Final = 4


@dataclass
class Place:
    """One line of a service in one environment (or a part of it). `ahead`: what a stage before has, where production is behind it."""

    deployment: Deployment
    ahead: Deployment | None = None


@dataclass
class Cell:
    """A service in an environment: what is there, the newest first."""

    environment: Environment
    places: list[Place] = field(default_factory=list)

    @property
    def shown(self) -> list[Place]:
        return self.places[:_SHOWN_LINES]

    @property
    def more(self) -> int:
        return len(self.places) - len(self.shown)

    @property
    def is_behind(self) -> bool:
        return any(place.ahead for place in self.places)


@dataclass
class Line:
    """A service and its cell in every environment asked for, in their order."""

    service: Service
    cells: list[Cell]


def in_order(environments: Iterable[Environment]) -> list[Environment]:
    """Environments as a release meets them: by stage, then by name."""
    return sorted(environments, key=lambda environment: (ORDER_OF_STAGES.index(Stage(environment.stage)), environment.slug))


def by_stage(deployments: Iterable[Deployment]) -> list[Deployment]:
    """Environment by environment as a release meets them; in each the order they came in."""
    kept = list(deployments)
    order = {environment: place for place, environment in enumerate(in_order({one.environment for one in kept}))}
    return sorted(kept, key=lambda one: order[one.environment])


def services_live(environments: Sequence[Environment], at: datetime, user: Any) -> Any:
    """The services of which something was live in these environments at an instant, as far as `user` may see it."""
    there = Deployment.objects.visible_to(user).live_at(at).filter(environment__in=environments)
    return Service.objects.visible_to(user).filter(pk__in=there.values("service"))


def live_lines(services: Sequence[Service], environments: Sequence[Environment], at: datetime, user: Any) -> list[Line]:
    """What `user` may see of what was live at an instant, one line a service. Drift is told from all environments, in one query."""
    by_service: dict[int, list[Deployment]] = {}
    found = Deployment.objects.visible_to(user).live_at(at).filter(service__in=services)
    for deployment in found.select_related("environment", "release").order_by("-begins_at", "-id"):
        by_service.setdefault(deployment.service_id, []).append(deployment)
    lines = []
    for service in services:
        there = by_service.get(service.pk, [])
        behind = drift(there)
        cells = {environment.pk: Cell(environment) for environment in environments}
        for deployment in there:
            if deployment.environment_id in cells:
                cells[deployment.environment_id].places.append(Place(deployment, behind.get(deployment.pk)))
        lines.append(Line(service, list(cells.values())))
    return lines


def drift(deployments: Sequence[Deployment]) -> Mapping[int, Deployment]:
    """Which deployments in production are behind, by their id, and what the stage nearest before production has instead.

    Behind means: another version of the same service's line came to that stage later than production got its own.
    """
    before: dict[tuple[int, str], Deployment] = {}
    for stage in reversed(_BEFORE_PRODUCTION):
        for deployment in sorted(deployments, key=lambda one: (one.begins_at, one.pk)):
            if deployment.environment.stage == stage:
                before[deployment.service_id, deployment.line] = deployment
    behind = {}
    for deployment in deployments:
        ahead = before.get((deployment.service_id, deployment.line))
        if (
            ahead
            and deployment.environment.stage == Stage.PRODUCTION
            and ahead.version != deployment.version
            and ahead.begins_at > deployment.begins_at
        ):
            behind[deployment.pk] = ahead
    return behind
