"""iCalendar text (RFC 5545, 7986) for feeds, written straight: thousands of events an answer, from strings and slices.

Everything people named goes through `text`; nothing else may stand in a value. Lines end with CRLF and are folded at 75 octets.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from icalendar import Timezone

PRODUCT: Final = "-//Releasecal//Releasecal//EN"
CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
_LONGEST: Final = 75

#: What a text may not hold as it is: escapes (RFC 5545, 3.3.11), controls, and marks that turn the direction of writing.
_ESCAPES: Final = {ord("\\"): "\\\\", ord(";"): "\\;", ord(","): "\\,", ord("\n"): "\\n"}
_TURNING: Final = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS: Final = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
_UNSAFE: Final = (
    dict.fromkeys(_CONTROLS, " ") | dict.fromkeys(_TURNING, "") | dict.fromkeys(range(0xD800, 0xE000), "\ufffd") | _ESCAPES
)


def text(value: str) -> str:
    """A value of type TEXT: escaped, without control characters, lone surrogates and marks that turn the direction of writing."""
    if value.isprintable() and "," not in value and ";" not in value and "\\" not in value:
        return value
    return value.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSAFE)


def line(content: str) -> str:
    """A content line with its CRLF, folded so that no part is longer than 75 octets (RFC 5545, 3.1)."""
    if content.isascii():
        if len(content) <= _LONGEST:
            return content + "\r\n"
        rest = [content[at : at + _LONGEST - 1] for at in range(_LONGEST, len(content), _LONGEST - 1)]
        return "\r\n ".join([content[:_LONGEST], *rest]) + "\r\n"
    raw = content.encode()
    parts = []
    at, room = 0, _LONGEST
    while len(raw) - at > room:
        end = at + room
        # Not within a character: its further octets begin with the bits 10.
        while raw[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(raw[at:end])
        at, room = end, _LONGEST - 1
    return b"\r\n ".join([*parts, raw[at:]]).decode() + "\r\n"


def stamp(instant: datetime) -> str:
    """A UTC instant: `20261124T220000Z`."""
    return f"{wall(instant if instant.tzinfo is UTC else instant.astimezone(UTC))}Z"


def wall(local: datetime) -> str:
    """The wall-clock time of an instant in its own zone: `20261124T220000`."""
    iso = local.isoformat()
    return f"{iso[:4]}{iso[5:7]}{iso[8:13]}{iso[14:16]}{iso[17:19]}"


def day(value: date) -> str:
    """A date: `20261124`."""
    iso = value.isoformat()
    return f"{iso[:4]}{iso[5:7]}{iso[8:10]}"


@lru_cache(maxsize=64)
def zone(name: str) -> str:
    """The VTIMEZONE of an IANA zone, with its CRLF at the end."""
    written: bytes = Timezone.from_tzid(name, last_date=date(2050, 1, 1)).to_ical()
    lines: list[str] = []
    for each in written.decode().replace("\r\n ", "").splitlines():
        # One date a line: ical.js takes only the first of several.
        head, _, dates = each.partition(":")
        lines += [f"RDATE:{when}" for when in dates.split(",")] if head == "RDATE" else [each]
    return "".join(line(each) for each in lines)


def event(
    *,
    uid: str,
    sequence: int,
    changed: str,
    starts: str,
    ends: str,
    status: str,
    summary: str,
    more: str,
) -> str:
    """A VEVENT. `changed` is a `stamp`, `starts` and `ends` are whole DTSTART and DTEND contents, `more` are further lines."""
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:{changed}\r\nLAST-MODIFIED:{changed}\r\nSEQUENCE:{sequence}\r\n"
        f"{starts}\r\n{ends}\r\nSTATUS:{status}\r\n{line('SUMMARY:' + summary)}{more}END:VEVENT\r\n"
    )


def calendar(*, name: str, about: str, refresh: str, zone_name: str, events: list[str]) -> str:
    """A VCALENDAR of `events`. `refresh` is how often to ask again, as a duration (`PT1H`)."""
    return "".join(
        [
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODUCT}\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n",
            line(f"NAME:{text(name)}"),
            line(f"X-WR-CALNAME:{text(name)}"),
            line(f"DESCRIPTION:{text(about)}"),
            line(f"X-WR-CALDESC:{text(about)}"),
            f"X-WR-TIMEZONE:{zone_name}\r\nREFRESH-INTERVAL;VALUE=DURATION:{refresh}\r\nX-PUBLISHED-TTL:{refresh}\r\n",
            zone(zone_name),
            *events,
            "END:VCALENDAR\r\n",
        ]
    )


def published(event_: str) -> str:
    """A VCALENDAR that tells of one event (RFC 5546, METHOD:PUBLISH), such as an attachment."""
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODUCT}\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n"
    return f"{head}{event_}END:VCALENDAR\r\n"
