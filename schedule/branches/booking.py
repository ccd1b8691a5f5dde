"""Bookings on the calendar: what people booked. A place that something holds is seen as what holds it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet

from common.statements import Among, Statement, compiled, for_all, statement
from environments.models import Booking
from schedule.branches import addresses
from schedule.branches.branch import Branch, Entry
from schedule.branches.sight import Sight
from schedule.vocabulary import Narrowing

KIND = "booking"


def found(user: Any, narrowing: Narrowing) -> "QuerySet[Any, Any]":
    """What the caller may see of them: nothing of them is ever restricted. One concerns its environment, and no more."""
    bookings = Booking.objects.of_people()
    if not user.is_authenticated:
        return bookings.none()
    others = (narrowing.services, narrowing.programs, narrowing.projects, narrowing.releases, narrowing.statuses)
    if any(others) or narrowing.commitments or narrowing.threatened:
        return bookings.none()
    if narrowing.environments:
        bookings = bookings.filter(environment__in=narrowing.environments)
    return bookings.matching(narrowing.words) if narrowing.words else bookings


def entries(sight: Sight, ids: Sequence[int]) -> dict[int, Entry]:
    rows = statement(("entries", KIND), _rows, keep=for_all).run({"ids": list(ids)})
    return {row[0]: _entry(row) for row in rows}


def _rows() -> Statement:
    return compiled(
        Booking.objects.of_people()
        .order_by()
        .filter(Among("pk"))
        .values_list("pk", "purpose", "environment__slug", "environment__name", "starts_at", "ends_at", "updated_at")
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    number, purpose, slug, environment, starts_at, ends_at, updated_at = row
    return {
        "id": f"{KIND}-{number}",
        "kind": KIND,
        "title": f"{purpose}, {environment}" if purpose else f"Booking of {environment}",
        "subkind": None,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "all_day": False,
        "status": None,
        "commitment": None,
        "environments": [slug],
        "services": [],
        "projects": [],
        "program": None,
        "release": None,
        "conflicts": 0,
        "html_url": addresses.page(KIND, number),
        "updated_at": updated_at,
    }


BRANCH = Branch(
    kind=KIND,
    start="starts_at",
    during="during",
    has_days=False,
    found=found,
    entries=entries,
    traits={"environment": F("environment_id")},
)
