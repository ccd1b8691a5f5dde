"""Milestones as iCalendar (RFC 5545): each says which one it is, so that importing the file finds it again."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from exchange.formats.calendars import CODE, OF

PRODUCT = "-//Releasecal//Export//EN"
# A milestone as plain values, in the order that `as_ics` says.
Told = tuple[int, str, str, str, str, date, date | None, datetime, bool]


def as_ics(milestones: Iterable[Told]) -> bytes:
    """One all-day event for each (number, of, code, name, description, starts_on, ends_on, updated_at, is_cancelled).

    `of` is `program:CODE`, `project:CODE` or empty, days are inclusive.
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", "Milestones")
    for number, of, code, name, description, starts_on, ends_on, updated_at, is_cancelled in milestones:
        event = Event()
        event.add("UID", f"milestone-{number}@releasecal")
        event.add("DTSTAMP", updated_at)
        event.add("DTSTART", starts_on)
        event.add("DTEND", (ends_on or starts_on) + timedelta(days=1))
        event.add("SUMMARY", name)
        if description:
            event.add("DESCRIPTION", description)
        if is_cancelled:
            event.add("STATUS", "CANCELLED")
        event.add(CODE, code)
        event.add(OF, of)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
