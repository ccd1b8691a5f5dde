"""Entries as HTML, built by hand: a month holds hundreds, and a template takes five times as long.

The classes are those that stand at the head of static/css/calendar.css. Everything that comes from people is escaped here.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from common import looks, moments
from projects.vocabulary import MilestoneKind, OutputKind
from releases.verdicts import Threat
from releases.vocabulary import PreparationNeed
from schedule.branches import addresses
from schedule.branches.branch import Entry
from schedule.vocabulary import Redaction

PROJECTS_SHOWN: Final = 3
#: As what everything is drawn of which only the times are told.
_BUSY: Final = "booking"
_SUBKINDS: Final = {value: str(label) for value, label in (*MilestoneKind.choices, *PreparationNeed.choices, *OutputKind.choices)}


class Drawn:
    """An entry's HTML, made once and put in every place it has. `days` are its first and last day, as the viewer lives them."""

    __slots__ = ("_classes", "_rest", "_tag", "days", "entry", "kind", "threats")

    def __init__(
        self,
        entry: Entry,
        zone: ZoneInfo,
        *,
        with_clock: bool,
        redaction: Redaction | None = None,
        threats: Sequence[Threat] = (),
    ) -> None:
        entry = redacted(entry, redaction) if redaction else entry
        self.entry = entry
        self.threats = threats
        self.kind: str = entry["kind"]
        self.days = days_of(entry, zone)
        kind, address = self.kind, entry["html_url"]
        fill, words, state = _look(kind, entry["status"])
        clock = f"<b>{moments.clock_words(entry['starts_at'].astimezone(zone))}</b>" if with_clock and not entry["all_day"] else ""
        self._tag = "a" if address else "span"
        self._classes = f"entry k-{kind}{fill}{' restricted' if entry.get('restricted') else ''}"
        if threats:
            self._classes += " threatened"
            # In a list the reasons stand beside the entry.
            state += f'<span class="sr">, {escape(threat_words(threats)) if with_clock else "threatened"}</span>'
        link = f' href="{address}" data-card-url="{addresses.card(entry["id"])}"' if address else ""
        self._rest = f'"{link}><i></i>{clock}{words}<span>{escape(entry["title"])}</span>{state}</{self._tag}>'

    def placed(self, more: str = "") -> str:
        """The HTML, with further classes such as ` s-3 after`."""
        return f'<{self._tag} class="{self._classes}{more}{self._rest}'


def drawn(
    entries: Sequence[Entry], zone: ZoneInfo, threats: Mapping[str, Sequence[Threat]], redaction: Redaction | None = None
) -> list[Drawn]:
    """Entries for a list, which tells their times itself; `threats` by their ids."""
    return [Drawn(each, zone, with_clock=False, redaction=redaction, threats=threats.get(each["id"], ())) for each in entries]


def threat_words(threats: Sequence[Threat]) -> str:
    """`threatened: waits for Consent screens, due Thu 3 Dec, 2 days after the window opens`."""
    return f"threatened: {'; '.join(threat.words for threat in threats)}"


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
        f'<li class="agenda-row"><span class="at"{_in_utc(drawn.entry, zone)}>{_at(drawn, day, zone)}</span>{drawn.placed()}'
        f'<span class="along">{_along(drawn)}</span></li>'
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


def _in_utc(entry: Entry, zone: ZoneInfo) -> str:
    """What pointing at the time gives: the same in UTC."""
    if entry["all_day"] or zone.key == "UTC":
        return ""
    return f' title="{moments.interval_words(entry["starts_at"], entry["ends_at"], UTC, entry["starts_at"].year)}"'


def _time(words: str, instant: datetime) -> str:
    return f'<time datetime="{moments.machine_words(instant)}">{words}</time>'


def _along(drawn: Drawn) -> str:
    """What else there is to say: what threatens it, state or kind in words, where, and for which release and projects."""
    entry = drawn.entry
    said = []
    if drawn.threats:
        said.append(f'<strong class="threat">{_capital(escape(threat_words(drawn.threats)))}</strong>')
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


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
