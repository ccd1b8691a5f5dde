"""How things are named by those who know only their kind and id: events, bookings, comments, "still referred to" refusals.

Each app registers its kinds in `ready()`; restriction holds everywhere because names come from nowhere else.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Label:
    """What a person reads for a thing, the page it has (may be empty), and its address in REST (may be empty).

    `is_gone`: it no longer exists, and nobody can say any more who was allowed to see it.
    """

    text: str
    url: str = ""
    api_url: str = ""
    is_gone: bool = False


@dataclass(frozen=True)
class Restricted:
    """A thing the person may not see: only whom to ask."""

    contact: str = "the PMO"

    @property
    def text(self) -> str:
        return f"restricted, ask {self.contact}"

    url = ""
    api_url = ""


def ask(contact: str | None) -> Restricted:
    """What stands for something restricted: to ask the person named, or the PMO when it is nobody's."""
    return Restricted(contact) if contact else Restricted()


Named = Label | Restricted
Naming = Callable[[Collection[int], Any], Mapping[int, Named]]

Hiding = Callable[[Any], Collection[int]]

_kinds: dict[str, Naming] = {}
_hiding: dict[str, Hiding] = {}


def add(kind: str, function: Naming, *, hidden: Hiding | None = None) -> None:
    """Register `function(ids, user) -> {id: Label | Restricted}` for a kind; a missing id is something that is gone.

    `hidden(user)` gives the ids of those the user may not see, for lists of what only knows a kind and an id.
    """
    _kinds[kind] = function
    if hidden is not None:
        _hiding[kind] = hidden


def hidden(user: Any) -> dict[str, Collection[int]]:
    """The ids of what `user` may not see, by kind, of the kinds that told; kinds of which nothing is hidden are left out."""
    found = {kind: ask(user) for kind, ask in _hiding.items()}
    return {kind: ids for kind, ids in found.items() if ids}


def kinds() -> frozenset[str]:
    return frozenset(_kinds)


def of(things: Iterable[tuple[str, int]], user: Any) -> dict[tuple[str, int], Named]:
    """Names for many (kind, id) at once: one call a kind. What is gone is a label that says so; an unknown kind is a mistake."""
    wanted: dict[str, set[int]] = {}
    for kind, number in things:
        wanted.setdefault(kind, set()).add(number)
    found: dict[tuple[str, int], Named] = {}
    for kind, ids in wanted.items():
        named = _kinds[kind](ids, user)
        for number in ids:
            found[kind, number] = named.get(number) or Label(f"{kind.replace('_', ' ')} {number} (no longer there)", is_gone=True)
    return found
