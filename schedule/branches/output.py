"""Outputs on the calendar: on the day one was delivered, else is forecast, else is due."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet

from common.statements import Among, Statement, compiled, for_all, statement
from environments.models import Service
from projects.models import Output
from projects.vocabulary import OutputStatus
from schedule.branches import addresses
from schedule.branches.branch import Branch, Entry, days_entry
from schedule.branches.sight import Sight
from schedule.vocabulary import Narrowing

KIND = "output"


def found(user: Any, narrowing: Narrowing) -> "QuerySet[Any, Any]":
    """What the caller may see of those that have a day. An output concerns its project and its services, no environment or release."""
    outputs = Output.objects.visible_to(user)
    if narrowing.environments or narrowing.releases or narrowing.commitments or narrowing.threatened:
        return outputs.none()
    if narrowing.statuses:
        outputs = outputs.filter(status__in=[status for status in narrowing.statuses if status in OutputStatus.values])
    if narrowing.projects:
        outputs = outputs.filter(project__in=narrowing.projects)
    if narrowing.programs:
        outputs = outputs.filter(project__program__in=narrowing.programs)
    if narrowing.services:
        outputs = outputs.filter(pk__in=Output.objects.filter(services__in=narrowing.services).values("pk"))
    return outputs.matching(narrowing.words) if narrowing.words else outputs


def entries(sight: Sight, ids: Sequence[int]) -> dict[int, Entry]:
    rows = statement(("entries", KIND), _rows, keep=for_all).run({"ids": list(ids)})
    return {row[0]: _entry(row) for row in rows}


def _rows() -> Statement:
    return compiled(
        Output.objects.order_by()
        .filter(Among("pk"), lies_on__isnull=False)
        .values_list(
            "pk",
            "name",
            "kind",
            "lies_on",
            "status",
            "updated_at",
            "project__code",
            ArraySubquery(Service.objects.filter(outputs=OuterRef("pk")).order_by("slug").values("slug")),
        )
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    number, name, subkind, day, status, updated_at, project, services = row
    return days_entry(
        KIND,
        number,
        name,
        day,
        day,
        subkind=subkind,
        status=status,
        services=services,
        projects=[project],
        html_url=addresses.page(KIND, number),
        updated_at=updated_at,
    )


BRANCH = Branch(
    kind=KIND,
    start="lies_on",
    has_days=True,
    found=found,
    entries=entries,
    traits={"project": F("project_id"), "program": F("project__program_id"), "status": F("status")},
)
