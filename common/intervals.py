"""Instants, dates and half-open intervals as they come in from people and programs."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from common.refusals import BadInput

_INSTANT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAY_LENGTH = len("2026-03-31")
_UTC = ZoneInfo("UTC")
EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)


@dataclass(frozen=True)
class Interval:
    """From `start` (inclusive) to `end` (exclusive), both UTC instants; never empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise BadInput("The end must be after the start.")


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The instant a day begins, in UTC, exactly as PostgreSQL's `timezone(zone, day)` has it.

    Where midnight does not exist that is the moment the clocks change; where it comes twice, the second one.
    """
    early, late = (datetime.combine(day, time(fold=fold), zone).astimezone(UTC) for fold in (0, 1))
    return max(early, late) if _comes_twice(day, zone) else early


def _comes_twice(day: date, zone: ZoneInfo) -> bool:
    early, late = (datetime.combine(day, time(fold=fold), zone).utcoffset() for fold in (0, 1))
    return early is not None and late is not None and early > late


def read_day(text: str) -> date:
    """`YYYY-MM-DD` as a date; BadInput with the reason otherwise."""
    if not _DAY.fullmatch(text):
        raise BadInput(f"{text[:40]!r} is not a date; write it as 2026-03-31.")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text} is not a day of the calendar.") from None
    if not EARLIEST <= day < LATEST:
        raise BadInput(f"{text} lies outside the years {EARLIEST.year} to {LATEST.year - 1}.")
    return day


def read_instant(text: str, zone: ZoneInfo | None = None) -> datetime:
    """RFC 3339, as a UTC instant. Without an offset it is local time in `zone`, refused where that does not exist or exists twice.

    Without `zone` an offset is required.
    """
    match = _INSTANT.fullmatch(text)
    if not match:
        raise BadInput(f"{text[:40]!r} is not an instant; write it as 2026-03-31T20:00:00Z or with an offset such as +02:00.")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        micro = int((fraction or "0").ljust(6, "0"))
        # Without a zone for now: which one it has is just what is being found out.
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro)  # noqa: DTZ001
    except ValueError:
        raise BadInput(f"{text} is not an instant of the calendar.") from None
    if not EARLIEST <= local.date() < LATEST:
        raise BadInput(f"{text} lies outside the years {EARLIEST.year} to {LATEST.year - 1}.")
    if offset is None:
        if zone is None:
            raise BadInput(f"{text} has no offset; add Z for UTC, or one such as +02:00.")
        return from_local(local, zone)
    if offset in "Zz":
        return local.replace(tzinfo=UTC)
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 23 or minutes > 59:
        raise BadInput(f"{text} has an offset that does not exist.")
    shift = timedelta(hours=hours, minutes=minutes)
    return (local - shift if offset[0] == "+" else local + shift).replace(tzinfo=UTC)


def read_moment(text: str, zone: ZoneInfo | None = None) -> datetime:
    """A day as the instant it begins (in `zone`, else in UTC), or an instant as `read_instant` reads it; BadInput otherwise."""
    return day_begins(read_day(text), zone or _UTC) if len(text) == _DAY_LENGTH else read_instant(text, zone)


def from_local(local: datetime, zone: ZoneInfo) -> datetime:
    """A wall-clock time of a zone as a UTC instant; refused where the clock change skips it or has it twice."""
    early, late = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        what = "exists twice" if early.astimezone(UTC) < late.astimezone(UTC) else "does not exist"
        raise BadInput(
            f"{local:%Y-%m-%d %H:%M} {what} in {zone.key}, where the clocks change; add the offset you mean, such as +01:00."
        )
    return early.astimezone(UTC)
