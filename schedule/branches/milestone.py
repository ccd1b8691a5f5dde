"""Milestones on the calendar: named dates of a program, a project or the organisation."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce

from common.statements import Among, Statement, compiled, for_all, statement
from projects.models import Milestone
from schedule.branches import addresses
from schedule.branches.branch import Branch, Entry, days_entry
from schedule.branches.sight import Sight
from schedule.vocabulary import CANCELLED, Narrowing

KIND = "milestone"


def found(user: Any, narrowing: Narrowing) -> "QuerySet[Any, Any]":
    """What the caller may see of them; cancelled ones only when asked for. One concerns its project, or its program, and no more."""
    milestones = Milestone.objects.visible_to(user)
    if narrowing.environments or narrowing.services or narrowing.releases or narrowing.commitments or narrowing.threatened:
        return milestones.none()
    if narrowing.statuses:
        milestones = milestones.filter(cancelled_at__isnull=False) if CANCELLED in narrowing.statuses else milestones.none()
    elif not narrowing.with_cancelled:
        milestones = milestones.standing()
    if narrowing.projects:
        milestones = milestones.filter(project__in=narrowing.projects)
    if narrowing.programs:
        milestones = milestones.filter(Q(program__in=narrowing.programs) | Q(project__program__in=narrowing.programs))
    return milestones.matching(narrowing.words) if narrowing.words else milestones


def entries(sight: Sight, ids: Sequence[int]) -> dict[int, Entry]:
    rows = statement(("entries", KIND), _rows, keep=for_all).run({"ids": list(ids)})
    return {row[0]: _entry(row) for row in rows}


def _rows() -> Statement:
    return compiled(
        Milestone.objects.order_by()
        .filter(Among("pk"))
        .values_list(
            "pk",
            "name",
            "kind",
            "starts_on",
            Coalesce("ends_on", "starts_on"),
            "cancelled_at",
            "updated_at",
            "project__code",
            "program__code",
        )
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    number, name, subkind, first, last, cancelled_at, updated_at, project, program = row
    return days_entry(
        KIND,
        number,
        name,
        first,
        last,
        subkind=subkind,
        status=CANCELLED if cancelled_at else None,
        projects=[project] if project else [],
        program=program,
        html_url=addresses.page(KIND, number),
        updated_at=updated_at,
    )


BRANCH = Branch(
    kind=KIND,
    start="starts_on",
    during="during",
    has_days=True,
    found=found,
    entries=entries,
    traits={
        "project": F("project_id"),
        "program": Coalesce("program_id", "project__program_id"),
        "status": Case(When(cancelled_at__isnull=False, then=Value(CANCELLED)), output_field=TextField()),
    },
)
