"""The words of the calendar: what is asked of it, and the place of an entry in its order."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.db import models

from common.intervals import Interval, day_begins
from common.looks import KINDS as DRAWN_KINDS
from releases.queries.answers import RESTRICTIONS

#: Every kind an entry may have. Asking for one whose noun does not exist yet finds nothing.
KINDS: Final[tuple[str, ...]] = tuple(DRAWN_KINDS)

MOST_DAYS: Final = 800
#: Projects lie under everything for months. They are drawn when asked for, and counted always.
UNASKED: Final = "project"
#: From how many days ago on a feed shows entries.
USUAL_PAST: Final = 730
LONGEST_PAST: Final = 3650
#: How long a cancelled entry stays in feeds, so that every calendar that had it learns of it.
CANCELLED_STAYS: Final = timedelta(days=60)
CANCELLED: Final = "cancelled"


class Redaction(models.TextChoices):
    """How much of its entries a feed tells."""

    FULL = "full", "everything"
    TITLES = "titles", "titles and times"
    BUSY = "busy", "times only"


class Key(NamedTuple):
    """The place of an entry in the order of the calendar: when it begins (for days: when the first begins), kind, number."""

    starts_at: datetime
    kind: str
    number: int


@dataclass(frozen=True)
class Span:
    """The range asked about: instants `[start, end)`, and for what has days the days `[first, beyond)` of `zone`."""

    start: datetime
    end: datetime
    first: date
    beyond: date
    zone: ZoneInfo

    @classmethod
    def of_days(cls, first: date, beyond: date, zone: ZoneInfo) -> "Span":
        """The days from `first` up to but not including `beyond`, as people in `zone` live them."""
        return cls(day_begins(first, zone), day_begins(beyond, zone), first, beyond, zone)

    @classmethod
    def of_instants(cls, interval: Interval) -> "Span":
        """`[start, end)` in UTC, with the days that have an instant in it."""
        beyond = (interval.end - timedelta(microseconds=1)).astimezone(UTC).date() + timedelta(days=1)
        return cls(interval.start, interval.end, interval.start.astimezone(UTC).date(), beyond, ZoneInfo("UTC"))


@dataclass(frozen=True)
class Narrowing:
    """What entries are narrowed by: several values of one mean "or", different ones "and"; empty means any. Things are ids.

    `is_outside`: for feeds and shared pages, where restricted things leave no trace; `with_cancelled`: milestones that were
    cancelled too, which else must be asked for; `threatened`: only promotions that are, or everything that is not.
    """

    kinds: tuple[str, ...] = ()
    environments: tuple[int, ...] = ()
    services: tuple[int, ...] = ()
    programs: tuple[int, ...] = ()
    projects: tuple[int, ...] = ()
    releases: tuple[int, ...] = ()
    statuses: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()
    words: str = ""
    is_outside: bool = False
    with_cancelled: bool = False
    threatened: bool | None = None

    @property
    def tells_nothing(self) -> bool:
        """Whether what it finds shows only places and times, so that restricted things may stand among it, nameless."""
        if self.is_outside:
            return False
        named = self.services or self.programs or self.projects or self.releases
        return not (named or self.statuses or self.commitments or self.words or self.threatened is not None)


@dataclass(frozen=True)
class Cursor:
    """Where to go on: after `key`, or backwards before it."""

    key: Key
    backwards: bool = False


#: The tables that what the calendar shows depends on, those that decide who may see what included.
TABLES: Final = (
    *RESTRICTIONS,
    "releases_promotion",
    "releases_gate",
    "releases_audience",
    "releases_preparation",
    "releases_contribution",
    "releases_prerequisite",
    "environments_environment",
    "environments_booking",
    "projects_milestone",
)
