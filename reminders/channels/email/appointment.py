"""The appointment that comes with an e-mail: the same entry as in feeds, so that a calendar that has both shows it once."""

from datetime import datetime
from email.mime.text import MIMEText
from typing import Final

from common import ical
from reminders.queries.contents import Appointment

METHOD: Final = "PUBLISH"


def attachment(appointment: Appointment, description: str, url: str) -> MIMEText:
    """An `.ics` to attach (RFC 5545, 5546): told, with nobody to answer to. Times are in UTC; days are days."""
    told = appointment.told
    if isinstance(told.starts, datetime) and isinstance(told.ends, datetime):
        starts, ends, more = f"DTSTART:{ical.stamp(told.starts)}", f"DTEND:{ical.stamp(told.ends)}", ""
    else:
        starts, ends = f"DTSTART;VALUE=DATE:{ical.day(told.starts)}", f"DTEND;VALUE=DATE:{ical.day(told.ends)}"
        more = "TRANSP:TRANSPARENT\r\n"
    more += (
        f"{ical.line('CATEGORIES:' + ','.join(told.categories))}{ical.line(f'URL:{url}')}"
        f"{ical.line('DESCRIPTION:' + ical.text(description))}"
    )
    event = ical.event(
        uid=appointment.uid,
        sequence=told.sequence,
        changed=ical.stamp(told.changed),
        starts=starts,
        ends=ends,
        status=told.certainty,
        summary=ical.text(told.title),
        more=more,
    )
    part = MIMEText(ical.published(event), "calendar", "utf-8")
    part.set_param("method", METHOD)
    part.add_header("Content-Disposition", "attachment", filename=f"{told.kind}-{told.number}.ics")
    return part
