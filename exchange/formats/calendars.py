"""iCalendar (RFC 5545): each VEVENT as a day or a span of days, recurring ones occurrence by occurrence.

A timed event counts on its day in its own zone, so wall-clock time is all that matters here: instants lose their zone at once, and
recurrences are reckoned with what is left. Only one that lasts a day or longer keeps its end.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any, Final

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component

from exchange.formats.bounds import GREATEST_OUTPUT, MOST_ROWS, Unfit, serve

LONGEST_NAME, LONGEST_TEXT, LONGEST_CALENDAR, LONGEST_UID = 300, 20_000, 300, 255
UNTITLED: Final = "Untitled"
CODE, OF = "X-RELEASECAL-CODE", "X-RELEASECAL-OF"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROLS_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
_HALVES = re.compile("[\ud800-\udfff]")


@dataclass
class Entry:
    """One day or span, both ends inclusive. `number` counts the VEVENTs of the file from 1.

    `uid` is the event's, for an occurrence with `#` and its RECURRENCE-ID. `code` and `of` (`program:CODE`, `project:CODE` or empty)
    are there when the export of this program wrote the event: then it is one of its own milestones.
    """

    number: int
    calendar: str
    uid: str
    name: str
    description: str
    starts_on: str
    ends_on: str
    is_cancelled: bool
    code: str = ""
    of: str = ""


@dataclass
class Found:
    """What a file holds: the calendars' names, the entries, and what is wrong with events: (number, property, sentence)."""

    calendars: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    problems: list[tuple[int, str, str]] = field(default_factory=list)


def unpack(path: str, folder: str, until: str) -> dict[str, Any]:
    """Write what the file holds as `found.json` into `folder`; occurrences up to the day `until`."""
    found = find(Path(path).read_bytes(), date.fromisoformat(until))
    text = json.dumps(asdict(found))
    if len(text) > GREATEST_OUTPUT:
        raise Unfit(f"Its days with their descriptions are more than {GREATEST_OUTPUT // 1_000_000} MB of text; split it.")
    (Path(folder) / "found.json").write_text(text)
    return {}


def find(content: bytes, until: date) -> Found:
    """The entries of a file. Raises Unfit when it is no calendar."""
    try:
        calendars = Calendar.from_ical(content, multiple=True)
    except Exception as error:
        raise Unfit(f"It is no calendar that can be read: {_line(str(error), 150)}.") from None
    if not calendars:
        raise Unfit("It is no calendar that can be read: nothing in it begins with BEGIN:VCALENDAR and ends with END:VCALENDAR.")
    found = Found()
    number = 0
    for calendar in calendars:
        name = _line(_first(calendar, "X-WR-CALNAME") or _first(calendar, "PRODID"), LONGEST_CALENDAR)
        found.calendars.append(name)
        events: list[tuple[int, Any]] = []
        for event in calendar.walk("VEVENT"):
            number += 1
            if _look_at(number, event, found):
                events.append((number, event))
        for entry in _entries(name, events, until, found):
            found.entries.append(entry)
            if len(found.entries) > MOST_ROWS:
                raise Unfit(f"It holds more than {MOST_ROWS:,} days with its recurrences; split it.", entry.number)
    found.entries = list({(entry.calendar, entry.uid): entry for entry in found.entries}.values())
    return found


def _look_at(number: int, event: Component, found: Found) -> bool:
    """Whether an event has a day to stand on. One without a start has none (RFC 5545 allows that), and is left out."""
    for name, problem in event.errors:
        if name in {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}:
            found.problems.append((number, name, f"It cannot be read ({_line(str(problem), 100)}); correct it."))
            return False
    return isinstance(getattr(_one(event, "DTSTART"), "dt", None), date)


def _entries(calendar: str, events: Iterable[tuple[int, Any]], until: date, found: Found) -> Iterator[Entry]:
    """Of each UID the event itself, its occurrences, and those that were moved; of two events with one UID the newer counts."""
    masters: dict[str, tuple[int, Any]] = {}
    moved: dict[str, dict[str, tuple[int, Any]]] = {}
    for number, event in events:
        uid = _line(_first(event, "UID"), 10_000) or _made_up(event)
        recurrence = _one(event, "RECURRENCE-ID")
        if recurrence is None:
            _keep_newer(masters, uid, number, event)
        else:
            _keep_newer(moved.setdefault(uid, {}), _mark(recurrence.dt, _zone(masters.get(uid))), number, event)
    for uid, (number, event) in masters.items():
        try:
            marks = list(_occurrences(event, until))
        except (ValueError, TypeError, OverflowError) as error:
            found.problems.append((number, "RRULE", f"Its recurrence cannot be reckoned ({_line(str(error), 100)}); correct it."))
            continue
        others = {_mark_in(event, one[1]): one for one in moved.pop(uid, {}).values()}
        if marks == [None] and not others:
            yield _entry(number, calendar, uid, event, _start(event))
            continue
        for start in marks:
            start = _start(event) if start is None else start
            mark = _mark(start, None)
            if mark not in others:
                yield _entry(number, calendar, f"{uid}#{mark}", event, start)
        moved[uid] = others
    for uid, occurrences in moved.items():
        for mark, (number, event) in occurrences.items():
            yield _entry(number, calendar, f"{uid}#{mark}", event, _start(event))


def _keep_newer(kept: dict[str, tuple[int, Any]], name: str, number: int, event: Any) -> None:
    if name not in kept or _sequence(event) >= _sequence(kept[name][1]):
        kept[name] = (number, event)


def _sequence(event: Any) -> int:
    value = _one(event, "SEQUENCE")
    return int(value) if isinstance(value, int) else 0


def _occurrences(event: Any, until: date) -> Iterator[datetime | date | None]:
    """The wall-clock starts; a lone None when nothing recurs."""
    start, zone = _start(event), _zone((0, event))
    is_day = not isinstance(start, datetime)
    rules = [rule for rule in _all(event, "RRULE") if rule]
    added = [_wall(moment[0] if isinstance(moment, tuple) else moment, zone) for moment in _moments(event, "RDATE")]
    if not rules and not added:
        yield None
        return
    first = _wall(start, zone)
    last = datetime.combine(until, time.max)
    starts = {moment for moment in added if moment <= last}
    limits = [_limit(rule, zone, last) for rule in rules]
    # The start counts even where its rule would not make it (RFC 5545, 3.8.5.3), unless the rule ended before.
    if not rules or max(limits) >= min(first, last):
        starts.add(first)
    for rule, limit in zip(rules, limits, strict=True):
        starts.update(islice(_by_rule(rule, first, limit), MOST_ROWS + 1))
    left_out = set()
    days_left_out = set()
    for moment in _moments(event, "EXDATE"):
        left_out.add(_wall(moment, zone))
        if not isinstance(moment, datetime):
            days_left_out.add(moment)
    for moment in sorted(starts):
        if moment not in left_out and moment.date() not in days_left_out:
            yield moment.date() if is_day else moment


def _limit(rule: Any, zone: tzinfo | None, last: datetime) -> datetime:
    """The last moment of a rule in wall-clock time, inclusive, `last` at most.

    An UNTIL without a zone of its own is in UTC when the start has one, as other programs read it.
    """
    for value in (value for name, value in rule.items() if name.upper() == "UNTIL"):
        for end in value if isinstance(value, list) else [value]:
            if isinstance(end, datetime):
                last = min(last, _wall(end if end.tzinfo or zone is None else end.replace(tzinfo=UTC), zone))
            else:
                last = min(last, datetime.combine(end, time.max))
    return last


def _by_rule(rule: Any, first: datetime, last: datetime) -> Iterator[datetime]:
    parts = {name: value for name, value in rule.items() if name.upper() != "UNTIL"}
    text = type(rule)(parts).to_ical().decode()
    for moment in rrulestr(text, dtstart=first):
        if moment > last:
            return
        yield moment


def _entry(number: int, calendar: str, uid: str, event: Any, start: date) -> Entry:
    name = _line(_first(event, "SUMMARY"), LONGEST_NAME) or UNTITLED
    first = start.date() if isinstance(start, datetime) else start
    last = _last_day(event, start)
    return Entry(
        number=number,
        calendar=calendar,
        uid=uid if len(uid) <= LONGEST_UID else f"{uid[: LONGEST_UID - 33]}-{_digest(uid, 32)}",
        name=name,
        description=_description(event),
        starts_on=first.isoformat(),
        ends_on=last.isoformat() if last > first else "",
        is_cancelled=_first(event, "STATUS").upper() == "CANCELLED",
        code=_first(event, CODE),
        of=_first(event, OF),
    )


def _description(event: Any) -> str:
    text = _HALVES.sub("�", _CONTROLS_BUT_LINES.sub("", _first(event, "DESCRIPTION").replace("\r\n", "\n")))
    url = _line(_first(event, "URL"), 2_000)
    if url and url not in text and not _first(event, CODE):
        text = f"{text}\n{url}" if text else url
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _last_day(event: Any, start: date) -> date:
    """The last day of an occurrence that starts at `start`, inclusive."""
    begin, end, length = _one(event, "DTSTART").dt, _one(event, "DTEND"), _one(event, "DURATION")
    first = start.date() if isinstance(start, datetime) else start
    if end is not None and isinstance(end.dt, date):
        lasts = _wall(end.dt, _zone((0, event))) - _wall(begin, _zone((0, event)))
    elif length is not None and isinstance(length.dt, timedelta):
        lasts = length.dt
    else:
        return first
    if lasts < timedelta(days=1):
        return first
    at = start if isinstance(start, datetime) else datetime.combine(start, time.min)
    return (at + lasts - timedelta(microseconds=1)).date()


# --- moments


def _start(event: Any) -> date:
    start: date = _one(event, "DTSTART").dt
    return start.replace(tzinfo=None) if isinstance(start, datetime) else start


def _zone(numbered: tuple[int, Any] | None) -> tzinfo | None:
    start = _one(numbered[1], "DTSTART").dt if numbered else None
    return start.tzinfo if isinstance(start, datetime) else None


def _wall(moment: date, zone: tzinfo | None) -> datetime:
    """Wall-clock time of a zone; days are their midnights."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    if moment.tzinfo is not None and zone is not None:
        moment = moment.astimezone(zone)
    return moment.replace(tzinfo=None)


def _mark(moment: date, zone: tzinfo | None) -> str:
    """What tells an occurrence from others of its event, whatever zone its RECURRENCE-ID is written in."""
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    return f"{_wall(moment, zone):%Y%m%dT%H%M%S}"


def _mark_in(master: Any, moved: Any) -> str:
    """The same for a moved occurrence, whose RECURRENCE-ID some programs write as an instant though the event has days."""
    moment = _one(moved, "RECURRENCE-ID").dt
    if isinstance(moment, datetime) and not isinstance(_one(master, "DTSTART").dt, datetime):
        moment = moment.date()
    return _mark(moment, _zone((0, master)))


def _moments(event: Any, name: str) -> Iterator[Any]:
    for dates in _all(event, name):
        for each in getattr(dates, "dts", ()):
            yield each.dt


# --- properties


def _all(event: Any, name: str) -> list[Any]:
    value = event.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


def _one(event: Any, name: str) -> Any:
    return next(iter(_all(event, name)), None)


def _first(event: Any, name: str) -> str:
    value = _one(event, name)
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value.to_ical().decode(errors="replace"))


def _line(text: str, most: int) -> str:
    """Text on one line: control characters and line breaks become blanks, what is too long ends with an ellipsis."""
    text = _HALVES.sub("�", " ".join(_CONTROLS.sub(" ", text).split(" "))).strip()
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _made_up(event: Any) -> str:
    """An identity for an event without one (RFC 5545 wants it, old programs did not give it): its start and its title."""
    title = _first(event, "SUMMARY")
    return f"no-uid-{_digest(f'{_start(event).isoformat()} {title}', 16)}"


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:length]


if __name__ == "__main__":
    serve(unpack)
