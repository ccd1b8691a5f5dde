"""What an occasion is: something that can be said, of which things, and at which moments."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from reminders.vocabulary import Occasion

#: When on a working day something is said.
MORNING: Final = time(9)


class Scope(Enum):
    """By what reminders are planned together, and again when it changes."""

    RELEASE = "release"
    PROJECT = "project"


@dataclass(frozen=True)
class Moment:
    """A thing, and the moment (UTC) that something is said about. `zone` and `region`: on whose clock and calendar days are counted.

    `scope` is the release or project it belongs to.
    """

    subject: int
    scope: int
    at: datetime
    zone: str
    region: str = ""


@dataclass(frozen=True)
class Span:
    """The moments asked for: those in `[since, until)`, UTC, as things stand at `at`; only of some scopes (ids), or of all (None).

    `assumed_days`: see `Rule`.
    """

    since: datetime
    until: datetime
    at: datetime
    scopes: Collection[int] | None = None
    assumed_days: int = 0

    def among(self, path: str) -> dict[str, Collection[int]]:
        """The filter that leaves only what belongs to the scopes asked for, `path` being the lookup of these."""
        return {} if self.scopes is None else {f"{path}__in": self.scopes}

    def days(self, path: str) -> dict[str, date]:
        """The filter for a column of days. The widest zones lie a day apart from UTC; the offsets leave more room than that."""
        return {f"{path}__gte": self.since.date(), f"{path}__lte": self.until.date()}

    def instants(self, path: str) -> dict[str, datetime]:
        """The filter for a column of instants."""
        return {f"{path}__gte": self.since, f"{path}__lt": self.until}


@dataclass(frozen=True)
class News:
    """A fact as it was read: what happened to what, when (UTC), and which columns it changed, if it said so."""

    kind: str
    id: int
    verb: str
    at: datetime
    columns: frozenset[str] = frozenset()


class Said(ABC):
    """What all occasions say: of which `kind` of thing, planned by which `scope`, and in what words.

    `headline` and `sentence` are templates over the facts of the thing (`queries.facts`): `{key}`, `{name}`, `{place}`, `{when}`, and
    `{is_or_was}` by whether it is said before its moment or after. `asks` is what its reader is asked to do (empty where it is news),
    `button` what leads there. `is_day`: the moment is a day, and told without a clock. `is_appointment`: its thing has a time in
    calendars, that comes along.
    """

    name: ClassVar[Occasion]
    kind: ClassVar[str]
    scope: ClassVar[Scope]
    headline: ClassVar[str]
    sentence: ClassVar[str]
    asks: ClassVar[str] = ""
    button: ClassVar[str] = "Open it"
    is_day: ClassVar[bool] = False
    is_appointment: ClassVar[bool] = False


class Dated(Said):
    """Said at offsets from a moment that is planned, and planned anew when that moves."""

    @abstractmethod
    def moments(self, span: Span) -> Iterable[Moment]:
        """All moments of the occasion in a span, in a fixed number of queries."""


class Told(Said):
    """Said because something happened. What happened stays true."""

    @abstractmethod
    def happened(self, news: Iterable[News]) -> Iterable[Moment]:
        """The moments among facts that were told, in a fixed number of queries."""


def on(day: date, zone: str) -> datetime:
    """The moment of a day: its morning, in a zone."""
    return datetime.combine(day, MORNING, ZoneInfo(zone))


def latest(moments: Iterable[tuple[int, datetime]]) -> Mapping[int, datetime]:
    """Of several moments of the same thing the last."""
    found: dict[int, datetime] = {}
    for subject, at in moments:
        found[subject] = max(at, found.get(subject, at))
    return found
