"""What a kind of row is: its columns, what identifies one, and the verb that brings them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import User
from common.bringing import Brought, Given

Cell = Callable[[str], Any]


@dataclass(frozen=True)
class Calendars:
    """What the entries of calendar files become (`milestone`; empty: nobody said), whose they are (`program:CODE`, `project:CODE`,
    empty: the organisation's), and whether those that are gone from their calendar are cancelled.
    """

    become: str = ""
    into: str = ""
    prune: bool = False


@dataclass(frozen=True)
class Call:
    """What holds for a whole call: who brings, when, whether history is trusted, and the rows of every kind that can be read."""

    by: User
    at: datetime
    trust_history: bool
    rows: Mapping[str, Sequence[Given]]
    calendars: Calendars = field(default_factory=Calendars)


@dataclass(frozen=True)
class Kind:
    """One noun as a file holds it.

    `columns`: how the text of each is read (`cells`). `identities`: the sets of columns by which a row can be told from others; a
    header holds one of them in full. `required`: what a new one needs besides, for telling similar headers apart. `names` gives the
    kinds and names under which other rows refer to a row. `counted_as`: the noun whose counts its rows go to, if that is another.
    """

    noun: str
    columns: Mapping[str, Cell]
    identities: Sequence[Sequence[str]]
    required: Sequence[str]
    names: Callable[[Given], Sequence[tuple[str, str]]]
    bring: Callable[[Sequence[Given], Call], Brought]
    counted_as: str = ""

    def holds(self, header: Sequence[str]) -> bool:
        """Whether a header has the columns of one of the identities."""
        return any(set(identity) <= set(header) for identity in self.identities)
