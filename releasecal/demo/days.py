"""Days as the demo organisation counts them: from its own today, in working days and in nights of its head office."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

HEAD_OFFICE: Final = "Europe/Berlin"
_SATURDAY: Final = 5
#: The Saturday train is at least so many days ahead, so that there is something left to prepare.
_TRAIN_NOTICE: Final = 2


def instant(day: date, clock: str, zone: str = HEAD_OFFICE) -> datetime:
    """The UTC instant of a wall clock (`22:00`). Nothing is planned between two and three, the hour that some nights lack."""
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def is_working(day: date) -> bool:
    return day.weekday() < _SATURDAY


def working_day(day: date) -> date:
    """The day itself, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def working_days(day: date, number: int) -> date:
    """So many working days after a day; before it when negative."""
    step = timedelta(days=1 if number > 0 else -1)
    while number:
        day += step
        if is_working(day):
            number -= 1 if number > 0 else -1
    return day


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, no later than its 28th."""
    years, month = divmod(day.month - 1 - months, 12)
    return date(day.year + years, month + 1, min(day.day, 28))


@dataclass(frozen=True)
class Today:
    """The day the organisation is built on, by the calendar of its head office."""

    day: date

    @property
    def begins_at(self) -> datetime:
        """What ended by this instant (UTC) is over."""
        return instant(self.day, "00:00")

    def ago(self, days: int) -> date:
        return self.day - timedelta(days=days)

    def ahead(self, days: int) -> date:
        return self.day + timedelta(days=days)

    def weekday(self, weeks: int, weekday: int) -> date:
        """A day (0 is Monday) of the week so many weeks from this one."""
        return self.day + timedelta(days=weekday - self.day.weekday(), weeks=weeks)

    @property
    def train(self) -> date:
        """The Saturday of the next train."""
        first = self.day + timedelta(days=_TRAIN_NOTICE)
        return first + timedelta(days=(_SATURDAY - first.weekday()) % 7)
