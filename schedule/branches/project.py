"""Projects on the calendar: from the day they start to the day they closed, else are planned to end."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet

from common.statements import Among, Statement, compiled, for_all, statement
from environments.models import Service
from projects.models import Project
from projects.vocabulary import ProjectStatus
from schedule.branches import addresses
from schedule.branches.branch import Branch, Entry, days_entry
from schedule.branches.sight import Sight
from schedule.vocabulary import Narrowing

KIND = "project"


def found(user: Any, narrowing: Narrowing) -> "QuerySet[Any, Any]":
    """What the caller may see of those with both ends. A project concerns itself, its program and the services of its outputs."""
    projects = Project.objects.visible_to(user)
    if narrowing.environments or narrowing.releases or narrowing.commitments or narrowing.threatened:
        return projects.none()
    if narrowing.statuses:
        projects = projects.filter(status__in=[status for status in narrowing.statuses if status in ProjectStatus.values])
    if narrowing.projects:
        projects = projects.filter(pk__in=narrowing.projects)
    if narrowing.programs:
        projects = projects.filter(program__in=narrowing.programs)
    if narrowing.services:
        projects = projects.filter(pk__in=Project.objects.filter(outputs__services__in=narrowing.services).values("pk"))
    return (
        projects.filter(during__isnull=False).matching(narrowing.words)
        if narrowing.words
        else projects.filter(during__isnull=False)
    )


def entries(sight: Sight, ids: Sequence[int]) -> dict[int, Entry]:
    rows = statement(("entries", KIND), _rows, keep=for_all).run({"ids": list(ids)})
    return {row[0]: _entry(row) for row in rows}


def _rows() -> Statement:
    return compiled(
        Project.objects.order_by()
        .filter(Among("pk"), during__isnull=False)
        .values_list(
            "pk",
            "code",
            "name",
            "during",
            "status",
            "updated_at",
            ArraySubquery(Service.objects.filter(outputs__project=OuterRef("pk")).order_by("slug").distinct().values("slug")),
        )
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    number, code, name, during, status, updated_at, services = row
    return days_entry(
        KIND,
        number,
        name,
        during.lower,
        during.upper - timedelta(days=1),
        status=status,
        services=services,
        projects=[code],
        html_url=addresses.page(KIND, code),
        updated_at=updated_at,
    )


BRANCH = Branch(
    kind=KIND,
    start="starts_on",
    during="during",
    has_days=True,
    found=found,
    entries=entries,
    traits={"project": F("pk"), "program": F("program_id"), "status": F("status")},
)
