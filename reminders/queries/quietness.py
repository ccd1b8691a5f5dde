"""When somebody wants to be left alone, on their own clock, whatever clocks do in between."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from reminders.models import Preference
from reminders.vocabulary import Pace

#: Quiet hours that follow a quiet weekend end within so many days.
_FARTHEST: Final = 5
#: One that was just missed comes a week later, and clocks may leave a day out.
_FARTHEST_DIGEST: Final = 15
_DAY: Final = timedelta(days=1)


def is_quiet(wanted: Preference, at: datetime, zone: ZoneInfo) -> bool:
    """Whether somebody in a zone wants to be left alone at an instant (UTC): by what their clock shows then."""
    local = at.astimezone(zone)
    if wanted.quiet_weekends and local.isoweekday() > 5:
        return True
    since, until, clock = wanted.quiet_from, wanted.quiet_until, local.time()
    if since is None or until is None:
        return False
    return since <= clock < until if since < until else clock >= since or clock < until


def quiet_until(wanted: Preference, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant (UTC) after `at` at which it is not quiet any more; None when it is not quiet at `at`."""
    if not is_quiet(wanted, at, zone):
        return None
    ends = (each for each in sorted(_changes(wanted, at, zone)) if each > at and not is_quiet(wanted, each, zone))
    return next(ends, None)


def next_digest(wanted: Preference, after: datetime, zone: ZoneInfo) -> datetime:
    """When, after an instant (UTC), what is gathered for somebody in a zone is sent: not on quiet weekends.

    Where clocks show the hour twice it is the first time, and where they leave it out as much later.
    """
    today = after.astimezone(zone).date()
    for number in range(_FARTHEST_DIGEST):
        day = today + number * _DAY
        moment = datetime.combine(day, time(wanted.digest_hour), zone).astimezone(UTC)
        # A day that clocks leave out is none.
        if moment > after and _is_day_of_digest(wanted, moment.astimezone(zone).date()):
            return moment
    raise ValueError("no day of a digest within two weeks")


def _is_day_of_digest(wanted: Preference, day: date) -> bool:
    if wanted.pace == Pace.WEEKLY:
        return day.isoweekday() == wanted.digest_weekday
    return not (wanted.quiet_weekends and day.isoweekday() > 5)


def _changes(wanted: Preference, at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants about `at` and after it at which quietness may end: a clock shows the hour or midnight, or is changed."""
    today = at.astimezone(zone).date()
    clocks = {time(), wanted.quiet_until or time()}
    for number in range(-1, _FARTHEST):
        day = today + number * _DAY
        for clock in clocks:
            for fold in (0, 1):
                yield datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC)
        yield from _set_on(day, zone)


def _set_on(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The instant (UTC) within the day, as UTC counts it, at which the clocks of a zone are changed, if there is one."""
    low = datetime.combine(day, time(), UTC)
    high = low + _DAY
    before = low.astimezone(zone).utcoffset()
    if before == high.astimezone(zone).utcoffset():
        return
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield high
