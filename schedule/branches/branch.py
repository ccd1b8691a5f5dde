"""What a kind of entries says about itself; how these are asked for is the same for all of them (schedule/queries.py)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from schedule.branches.sight import Sight
from schedule.vocabulary import Narrowing

Entry = dict[str, Any]


@dataclass(frozen=True)
class Branch:
    """One kind of entries, built downwards from its noun's queryset.

    `found(user, narrowing)` is what the caller may see of it; `shadows(hidden releases, narrowing)` what stands on the calendar
    without saying what it is. `start` is the column it begins at: an instant, or with `has_days` a day; `during` the range it
    covers, empty for a single day. `entries(sight, ids)` gives the entries of ids that `found` or `shadows` gave, in the shape of
    the contract. `traits` are the expressions its counts are made of: some of environment, release, project, program, status and
    commitment.
    """

    kind: str
    start: str
    has_days: bool
    found: "Callable[[Any, Narrowing], QuerySet[Any, Any]]"
    entries: Callable[[Sight, Sequence[int]], dict[int, Entry]]
    during: str = ""
    traits: Mapping[str, Any] = field(default_factory=dict)
    shadows: "Callable[[Sight, Narrowing], QuerySet[Any, Any]] | None" = None


def days_entry(kind: str, number: int, title: str, first: date, last: date, **more: Any) -> Entry:
    """An entry of whole days, both inclusive: they are the same everywhere, and as instants begin and end at midnight in UTC."""
    return {
        "id": f"{kind}-{number}",
        "kind": kind,
        "title": title,
        "subkind": None,
        "starts_at": datetime.combine(first, time(), UTC),
        "ends_at": datetime.combine(last + timedelta(days=1), time(), UTC),
        "all_day": True,
        "starts_on": first,
        "ends_on": last,
        "status": None,
        "commitment": None,
        "environments": [],
        "services": [],
        "projects": [],
        "program": None,
        "release": None,
        "conflicts": 0,
        **more,
    }
