"""What lies in a new release, each by its own verb."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from accounts.models import User
from common.refusals import Refusal
from releases.actions import contributions as on_contributions
from releases.actions import items as on_items
from releases.actions import members as on_members
from releases.actions import prerequisites as on_prerequisites
from releases.models import Release


def fill(
    release: Release,
    *,
    items: Sequence[Mapping[str, Any]],
    contributions: Sequence[Mapping[str, Any]],
    prerequisites: Sequence[Mapping[str, Any]],
    members: Sequence[Release],
    by: User,
) -> None:
    """Put everything into a release that its verb has just made. A refusal says in which list it lies, and at which place."""
    _each("items", items, lambda row: on_items.add(release, by=by, **row))
    _each("contributions", contributions, lambda row: on_contributions.offer(release, by=by, **row))
    _each("prerequisites", prerequisites, lambda row: on_prerequisites.add(release, by=by, **row))
    if members:
        on_members.change(release, members, by=by)


def _each(name: str, rows: Sequence[Mapping[str, Any]], add: Callable[[Mapping[str, Any]], Any]) -> None:
    for place, row in enumerate(rows, start=1):
        try:
            add(row)
        except Refusal as refusal:
            refusal.errors = {name: [f"Number {place}: {refusal.sentence}"]}
            raise
