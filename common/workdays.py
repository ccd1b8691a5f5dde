"""Working days and working hours of a region: ISO 3166-1 (`DE`) with or without a part of ISO 3166-2 (`DE-BY`).

Weekends and public holidays are those of the `holidays` package. A region it does not know, and the empty one, have no holidays and
Saturday and Sunday off. A working day has eight working hours, from nine to five on the clock of its place.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9), time(17)
HOURS_A_DAY: Final = 8
_WEEKEND: Final = frozenset({5, 6})
#: Nothing is counted further than this: beyond it dates end, and nobody knows holidays.
_FARTHEST: Final = timedelta(days=3_660)


class TooFar(ValueError):
    """More working time than lies within ten years."""


def is_working_day(day: date, region: str = "") -> bool:
    """Whether people of a region work on a day."""
    weekend, holidays = _calendar(region, day.year)
    return day.weekday() not in weekend and day not in holidays


def days_before(day: date, count: int, region: str = "") -> date:
    """The `count`th working day before `day`, itself not counted; with 0 the last working day up to it. Two before a Wednesday is Monday."""
    return _stepped(day, count, region, timedelta(days=-1))


def days_after(day: date, count: int, region: str = "") -> date:
    """The `count`th working day after `day`, itself not counted; with 0 the first working day from it on."""
    return _stepped(day, count, region, timedelta(days=1))


def days_between(start: date, end: date, region: str = "") -> int:
    """How many working days lie in `[start, end)`; 0 when `end` is not after `start`."""
    return sum(1 for day in _days(start, end) if is_working_day(day, region))


def hours_between(start: datetime, end: datetime, zone: ZoneInfo, region: str = "") -> timedelta:
    """How much working time of a place lies in `[start, end)`, both UTC instants."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    total = timedelta()
    for day in _days(first, last + timedelta(days=1)):
        if is_working_day(day, region):
            opens, closes = _open(day, zone)
            total += max(timedelta(), min(closes, end) - max(opens, start))
    return total


def after_hours(start: datetime, hours: int, zone: ZoneInfo, region: str = "") -> datetime:
    """The instant (UTC) at which so many working hours of a place have passed since `start`. Raises TooFar."""
    left = timedelta(hours=hours)
    if not left:
        return start
    first = start.astimezone(zone).date()
    for day in _days(first, first + _FARTHEST):
        if is_working_day(day, region):
            opens, closes = _open(day, zone)
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= max(timedelta(), closes - begins)
    raise TooFar(f"{hours} working hours after {start} lie more than ten years ahead")


def _open(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a working day begins and ends, as instants: on the day a clock changes they are still eight hours apart."""
    return tuple(datetime.combine(day, clock, zone).astimezone(UTC) for clock in (OPENS, CLOSES))  # type: ignore[return-value]  # two of them


def _stepped(day: date, count: int, region: str, step: timedelta) -> date:
    if not count:
        while not is_working_day(day, region):
            day += step
    for _ in range(count):
        day += step
        while not is_working_day(day, region):
            day += step
    return day


def _days(start: date, end: date) -> Iterator[date]:
    yield from (start + timedelta(days=n) for n in islice(range((end - start).days), _FARTHEST.days + 2))


@lru_cache(maxsize=512)
def _calendar(region: str, year: int) -> tuple[frozenset[int], Any]:
    """The days of the week off (Monday is 0) and the holidays of a region in a year."""
    import holidays  # noqa: PLC0415 - slow, and needed only where deadlines are worked out

    country, _, part = region.partition("-")
    if not country:
        return _WEEKEND, frozenset()
    try:
        known = holidays.country_holidays(country, subdiv=part or None, years=year)
    except NotImplementedError:
        try:
            known = holidays.country_holidays(country, years=year)
        except NotImplementedError:
            return _WEEKEND, frozenset()
    return frozenset(known.weekend), frozenset(known)
