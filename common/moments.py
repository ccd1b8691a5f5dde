"""Instants, intervals and days in words: `Tue 24 Nov, 22:00–23:30 CET`, the same on pages, in mails and in sentences.

Nothing here reads the clock: `year` is the year the reader is in, and only other years are written out.
"""

from datetime import UTC, date, datetime, tzinfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(day: date, year: int | None = None) -> str:
    """`Tue 24 Nov`, with its year unless that is `year`."""
    words = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return words if day.year == year else f"{words} {day.year}"


def days_words(first: date, last: date, year: int | None = None) -> str:
    """Both days inclusive: `Fri 18 Dec – Mon 4 Jan 2027`; one day when they are the same."""
    if first == last:
        return day_words(first, year)
    # When both lie in one other year, naming it once is enough.
    head = last.year if first.year == last.year else year
    return f"{day_words(first, head)} – {day_words(last, year)}"


def zone_words(local: datetime) -> str:
    """The zone's short name at that instant: `CET`, `UTC`, and `UTC+5:30` where a zone has only a number."""
    name = local.tzname() or ""
    if name[:1] not in "+-":
        return name
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def instant_words(instant: datetime, zone: tzinfo, year: int | None = None) -> str:
    """`Tue 24 Nov, 22:00 CET`."""
    local = instant.astimezone(zone)
    return f"{day_words(local, year)}, {clock_words(local)} {zone_words(local)}"


def interval_words(starts_at: datetime, ends_at: datetime, zone: tzinfo, year: int | None = None) -> str:
    """Half-open `[starts_at, ends_at)`: `Tue 24 Nov, 22:00–23:30 CET`, with both days when it passes midnight."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    # Over a change of the clocks the two ends have different zones, and leaving one out would be wrong by an hour.
    first_zone = "" if zone_words(start) == zone_words(end) else f" {zone_words(start)}"
    head = f"{day_words(start, year)}, {clock_words(start)}{first_zone}"
    if start.date() == end.date():
        return f"{head}–{clock_words(end)} {zone_words(end)}"
    return f"{head} – {day_words(end, year)}, {clock_words(end)} {zone_words(end)}"


def clock_words(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


def machine_words(instant: datetime) -> str:
    """RFC 3339 in UTC, without a fraction when it is zero."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
