"""Which of some things a calendar of certain filters holds, whatever the day: asked by whoever watches it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from schedule.branches import BRANCHES
from schedule.queries.narrowings import Filters, narrowing_of


def held(filters: Filters, things: Mapping[str, Collection[int]], user: Any) -> set[tuple[str, int]]:
    """Those of things (ids by kind) that a calendar of kept filters shows to `user`, as (kind, id).

    One query for each noun that the filters name, and one for each kind. What has no day is not on it yet.
    """
    narrowing = narrowing_of(filters, user)
    of_all_kinds = replace(narrowing, kinds=())
    found: set[tuple[str, int]] = set()
    for branch in BRANCHES:
        wanted = things.get(branch.kind)
        if wanted and branch.kind in narrowing.kinds:
            rows: Any = branch.found(user, of_all_kinds)
            dated = rows.filter(pk__in=wanted, **{f"{branch.start}__isnull": False}).order_by()
            found |= {(branch.kind, number) for number in dated.values_list("pk", flat=True)}
    return found
