"""Entries as HTML, built by hand: a month holds hundreds, and a template takes five times as long.

The classes are those that stand at the head of static/css/calendar.css. Everything that comes from people is escaped here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from common import looks, moments
from projects.vocabulary import MilestoneKind, OutputKind
from schedule.branches import addresses
from schedule.branches.branch import Entry
from schedule.vocabulary import Redaction

PROJECTS_SHOWN: Final = 3
#: As what everything is drawn of which only the times are told.
_BUSY: Final = "booking"
_SUBKINDS: Final = {value: str(label) for value, label in (*MilestoneKind.choices, *OutputKind.choices)}


class Drawn:
    """An entry's HTML, made once and put in every place it has. `days` are its first and last day, as the viewer lives them."""

    __slots__ = ("_classes", "_rest", "_tag", "days", "entry", "kind")

    def __init__(self, entry: Entry, zone: ZoneInfo, *, with_clock: bool, redaction: Redaction | None = None) -> None:
        entry = redacted(entry, redaction) if redaction else entry
        self.entry = entry
        self.kind: str = entry["kind"]
        self.days = days_of(entry, zone)
        kind, address = self.kind, entry["html_url"]
        fill, words, state = _look(kind, entry["status"])
        clock = f"<b>{moments.clock_words(entry['starts_at'].astimezone(zone))}</b>" if with_clock and not entry["all_day"] else ""
        self._tag = "a" if address else "span"
        self._classes = f"entry k-{kind}{fill}{' restricted' if entry.get('restricted') else ''}"
        link = f' href="{address}" data-card-url="{addresses.card(entry["id"])}"' if address else ""
        self._rest = f'"{link}><i></i>{clock}{words}<span>{escape(entry["title"])}</span>{state}</{self._tag}>'

    def placed(self, more: str = "") -> str:
        """The HTML, with further classes such as ` s-3 after`."""
        return f'<{self._tag} class="{self._classes}{more}{self._rest}'


def redacted(entry: Entry, redaction: Redaction) -> Entry:
    """What somebody without an account is shown of an entry: no address, and no name but its title."""
    told: Entry = {"environments": [], "services": [], "projects": [], "program": None, "release": None, "html_url": None}
    if redaction is not Redaction.FULL:
        told |= {"status": None, "subkind": None}
    if redaction is Redaction.BUSY:
        told |= {"kind": _BUSY, "title": "Busy"}
    return {**entry, **told}


@cache
def _look(kind: str, status: str | None) -> tuple[str, str, str]:
    """What all entries of a kind and status share: the class of the fill, and both in words that are only read out."""
    words = f'<span class="sr">{looks.KINDS[kind]}: </span>'
    if not status:
        return "", words, ""
    return f" s-{looks.fill_of(status)}", words, f'<span class="sr">, {looks.words_of(status)}</span>'


def days_of(entry: Entry, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day of an entry, both inclusive. Days without a time are the same in every zone."""
    if entry["all_day"]:
        return entry["starts_on"], entry["ends_on"]
    first, end = entry["starts_at"].astimezone(zone), entry["ends_at"].astimezone(zone)
    last = end.date()
    if end.hour == end.minute == end.second == end.microsecond == 0 and last > first.date():
        last = date.fromordinal(last.toordinal() - 1)
    return first.date(), last


def row(drawn: Drawn, day: date, zone: ZoneInfo) -> str:
    """An entry in a list of one day."""
    return (
        f'<li class="agenda-row"><span class="at">{_at(drawn, day, zone)}</span>{drawn.placed()}'
        f'<span class="along">{_along(drawn.entry)}</span></li>'
    )


def rows(entries: Sequence[Drawn], day: date, zone: ZoneInfo) -> str:
    return f"<ul>{''.join(row(each, day, zone) for each in entries)}</ul>"


def _at(drawn: Drawn, day: date, zone: ZoneInfo) -> str:
    """When, beside a heading that says the day."""
    first, last = drawn.days
    entry = drawn.entry
    if entry["all_day"]:
        if first == last:
            return "all day"
        return f"until {moments.day_words(last, day.year)}" if first >= day else moments.days_words(first, last, day.year)
    start, end = entry["starts_at"].astimezone(zone), entry["ends_at"].astimezone(zone)
    opening = moments.clock_words(start) if first == day else f"{moments.day_words(first, day.year)}, {moments.clock_words(start)}"
    closing = (
        moments.clock_words(end) if last == first else f"{moments.day_words(end.date(), day.year)}, {moments.clock_words(end)}"
    )
    return f"{_time(opening, entry['starts_at'])}–{_time(closing, entry['ends_at'])}"


def _time(words: str, instant: datetime) -> str:
    return f'<time datetime="{moments.machine_words(instant)}">{words}</time>'


def _along(entry: Entry) -> str:
    """What else there is to say: state or kind in words, where, and for which release and projects."""
    said = []
    if entry["status"]:
        said.append(looks.words_of(entry["status"]))
    if entry["subkind"]:
        said.append(looks.words_of(_SUBKINDS[entry["subkind"]]))
    said += [_link("environment", slug) for slug in entry["environments"]]
    if entry["release"]:
        said.append(_link("release", entry["release"]["key"]))
    if entry["program"]:
        said.append(_link("program", entry["program"]))
    projects = entry["projects"] if entry["kind"] != "project" else []
    said += [_link("project", code) for code in projects[:PROJECTS_SHOWN]]
    if len(projects) > PROJECTS_SHOWN:
        said.append(f"+{len(projects) - PROJECTS_SHOWN} projects")
    return " · ".join(said)


def _link(noun: str, name: str) -> str:
    """A name of the kind that stands in addresses, which holds nothing to escape."""
    return f'<a href="{addresses.page(noun, name)}">{name}</a>'
