"""What a letter shows beside its sentence: where the release stands, what it carries, and who else is waited for.

Everything is fetched for a batch of reminders at once, in a number of queries that doesn't depend on how many they are. Whoever reads a
letter may see its subject; of what lies on the other side they are shown what they may see.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Q

from accounts.models import User
from common.moments import day_words
from projects.models import Output
from releases.models import Contribution, Gate, Promotion, Release
from releases.queries.glances import promotions_of
from releases.queries.seats import SeatsStanding, standing
from releases.queries.stations import Station, in_words, stations
from releases.vocabulary import GateState, PromotionStatus
from reminders.models import Reminder
from reminders.occasions import ALL
from reminders.queries.visibility import Seen, Thing
from reminders.vocabulary import Occasion
from schedule.queries.feeds import Told, installation, told_of

#: So many outputs, releases and others waited for are told; the rest is counted.
MOST: Final = 20
_MOST_NAMES: Final = 3
_NOT_GOOD: Final = (GateState.OPEN, GateState.FAILED)


@dataclass(frozen=True)
class Carried:
    """An output: its project's code, days in words (empty where there is none), and how it stands in a word, such as accepted."""

    project: str
    name: str
    due: str
    forecast: str
    status: str
    url: str


@dataclass(frozen=True)
class Waited:
    """Something else that is waited for: what, of whom, until when in words (perhaps empty)."""

    what: str
    who: str
    due: str
    url: str


@dataclass(frozen=True)
class Appointment:
    """An entry of the calendar under the same UID as in feeds, which begin with that of this installation."""

    told: Told
    installation: str

    @property
    def uid(self) -> str:
        return f"{self.told.kind}-{self.told.number}@{self.installation}.releasecal"


@dataclass(frozen=True)
class Contents:
    """The other side of a letter, for one reader. `heading` stands over the outputs, `route` has a line for each station.

    `more_…`: so many are there that are not told; `everything` is the page where they are.
    """

    heading: str = ""
    route: tuple[str, ...] = ()
    outputs: tuple[Carried, ...] = ()
    more_outputs: int = 0
    feeds: tuple[tuple[str, str], ...] = ()
    more_feeds: int = 0
    waits: tuple[Waited, ...] = ()
    more_waits: int = 0
    everything: str = ""
    appointment: Appointment | None = None


@dataclass
class _Side:
    """What lies around one release or project (of this id), before anybody reads it; of a package what lies around its members too."""

    number: int
    url: str
    outputs: list[tuple[tuple[Thing, ...], Carried]] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    stations: Sequence[Station] = ()
    promotions: Sequence[Promotion] = ()


class Enclosures:
    """The contents of the letters of a batch of reminders, with their rules, as things stand at an instant (UTC)."""

    def __init__(self, reminders: Sequence[Reminder], at: datetime) -> None:
        self._at = at
        numbers: dict[str, set[int]] = defaultdict(set)
        for one in reminders:
            numbers[one.subject_kind].add(one.subject_id)
        self._promotions = _rows(Promotion.objects.select_related("environment"), numbers["promotion"])
        self._gates = _rows(Gate.objects.all(), numbers["gate"])
        self._sides = _sides({one.release_id for one in (*self._promotions.values(), *self._gates.values())}, at.year)
        self._standing = self._asked_for()
        able = {user for each in self._standing.values() for users in each.who_may.values() for user in users}
        self._names = {number: str(user) for number, user in _rows(User.objects.all(), able).items()}
        self._feeding = _fed_by(numbers["output"])
        self._projects = _delivered_by(numbers["project"], at.year)
        self._appointments = _appointments(reminders, at)
        self._seen = Seen(self._things())

    def of(self, reminder: Reminder, reader: User) -> Contents:
        """What one of them shows to somebody who may see its subject, with times in their zone."""
        number = reminder.subject_id
        if reminder.subject_kind == "output":
            return self._of_output(number, reader)
        if reminder.subject_kind == "project":
            found = self._projects.get(number)
            return Contents("It delivers", **self._carried(found, reader)) if found else Contents()
        promotion = self._promotions.get(number) if reminder.subject_kind == "promotion" else None
        gate = self._gates.get(number) if reminder.subject_kind == "gate" else None
        subject = promotion or gate
        if subject is None:
            return Contents()
        side = self._sides[subject.release_id]
        waits = self._waits(side, promotion, gate, reader)
        return Contents(
            "It carries" if promotion else "The release carries",
            route=tuple(in_words(side.stations, reader.zone, self._at).splitlines()),
            waits=tuple(waits[:MOST]),
            more_waits=max(0, len(waits) - MOST),
            appointment=self._appointments.get((reminder.rule.occasion, reminder.subject_kind, number)),
            **self._carried(side, reader),
        )

    def _carried(self, side: _Side, reader: User) -> dict[str, Any]:
        shown = [one for things, one in side.outputs if all(self._seen.by(reader, thing) for thing in things)]
        return {"outputs": tuple(shown[:MOST]), "more_outputs": max(0, len(shown) - MOST), "everything": side.url}

    def _of_output(self, number: int, reader: User) -> Contents:
        output, fed = self._feeding.get(number, (None, ()))
        if output is None:
            return Contents()
        shown = [_way(release) for release in fed if self._seen.by(reader, ("release", release.pk))]
        url = _whole(output)
        return Contents(
            "How it stands",
            outputs=(_carried(output, self._at.year),),
            feeds=tuple(shown[:MOST]),
            more_feeds=max(0, len(shown) - MOST),
            everything=url,
        )

    # --- who else is waited for

    def _asked_for(self) -> dict[int, SeatsStanding]:
        """How approvals stand of the promotions that letters are about, or that their gates stand before, where they are asked for."""
        found = {one.pk: one for one in self._promotions.values() if one.status == PromotionStatus.REQUESTED}
        for gate in self._gates.values():
            ahead = _before(gate, self._sides[gate.release_id].promotions)
            found |= {ahead.pk: ahead} if ahead else {}
        rows = list(Promotion.objects.filter(pk__in=found).with_references()) if found else []
        return standing(rows, self._at)

    def _waits(self, side: _Side, promotion: Promotion | None, gate: Gate | None, reader: User) -> list[Waited]:
        stage = promotion.environment.stage if promotion else gate.stage if gate else ""
        others = [one for one in side.gates if one.stage == stage and one.pk != (gate.pk if gate else 0)]
        found = [_open(one, side, self._at.year) for one in others if self._seen.by(reader, ("release", one.release_id))]
        ahead = promotion or (_before(gate, side.promotions) if gate else None)
        stand = self._standing.get(ahead.pk) if ahead else None
        if ahead is not None and stand is not None:
            found += [self._seat(ahead, stand, speakers, people) for speakers, people in stand.missing.items()]
        return found

    def _seat(self, promotion: Promotion, stand: SeatsStanding, speakers: Any, people: int) -> Waited:
        able = [self._names[user] for user in stand.who_may.get(speakers, ()) if user in self._names]
        names = ", ".join(able[:_MOST_NAMES]) + (f" and {len(able) - _MOST_NAMES} more" if len(able) > _MOST_NAMES else "")
        what = f"Approval: {stand.seats_of(speakers).name}" + (f", {people} people" if people > 1 else "")
        return Waited(what, names or "nobody who may", "", settings.BASE_URL + promotion.get_absolute_url())

    def _things(self) -> Iterable[Thing]:
        for side in (*self._sides.values(), *self._projects.values()):
            for things, _ in side.outputs:
                yield from things
            for gate in side.gates:
                yield "release", gate.release_id
        for _, releases in self._feeding.values():
            for release in releases:
                yield "release", release.pk


def _rows(rows: Any, numbers: Collection[int]) -> dict[int, Any]:
    return {row.pk: row for row in rows.filter(pk__in=numbers)} if numbers else {}


def _sides(releases: Collection[int], year: int) -> dict[int, _Side]:
    """What lies around releases: their stations, what they carry and which gates are open, those of members included."""
    rows = _rows(Release.objects.with_references(), releases)
    by_release = promotions_of(rows) if rows else {}
    lines = stations(list(rows.values()), by_release) if rows else {}
    sides = {
        number: _Side(number, _whole(row), stations=lines[number], promotions=by_release.get(number, ()))
        for number, row in rows.items()
    }
    if not sides:
        return {}
    belongs = Q(release__in=sides) | Q(release__package__in=sides)
    fed: Any = Contribution.objects.standing().filter(belongs).select_related("output__project", "release")
    for each in fed.order_by("output__project__code", "output__code", "pk"):
        for side in _of(sides, each.release):
            side.outputs.append(((("output", each.output_id), ("release", each.release_id)), _carried(each.output, year)))
    gates = Gate.objects.asked().filter(belongs, state__in=_NOT_GOOD).select_related("owner", "owner_team", "release")
    for gate in gates.order_by("due_on", "pk"):
        for side in _of(sides, gate.release):
            side.gates.append(gate)
    return sides


def _of(sides: Mapping[int, _Side], release: Release) -> Iterable[_Side]:
    """Around which of the releases something of one lies: that one, and its package."""
    return (sides[number] for number in (release.pk, release.package_id or 0) if number in sides)


def _fed_by(outputs: Collection[int]) -> dict[int, tuple[Output, list[Release]]]:
    """Outputs, each with the releases that it goes into."""
    rows = _rows(Output.objects.select_related("project"), outputs)
    found: dict[int, tuple[Output, list[Release]]] = {number: (row, []) for number, row in rows.items()}
    if found:
        for each in Contribution.objects.standing().filter(output__in=found).select_related("release").order_by("pk"):
            found[each.output_id][1].append(each.release)
    return found


def _delivered_by(projects: Collection[int], year: int) -> dict[int, _Side]:
    """Projects, each with what it delivers."""
    found: dict[int, _Side] = {}
    rows = Output.objects.filter(project__in=projects).select_related("project").order_by("code") if projects else ()
    for one in rows:
        side = found.setdefault(one.project_id, _Side(one.project_id, _whole(one.project)))
        side.outputs.append(((("output", one.pk),), _carried(one, year)))
    return found


def _appointments(reminders: Iterable[Reminder], at: datetime) -> dict[tuple[str, str, int], Appointment]:
    """What of a batch has a time in calendars that is not over, by occasion, kind and number."""
    wanted: dict[str, set[int]] = defaultdict(set)
    timed = [one for one in reminders if ALL[Occasion(one.rule.occasion)].is_appointment]
    for one in timed:
        wanted[one.subject_kind].add(one.subject_id)
    told = {(kind, number): each for kind, some in wanted.items() for number, each in told_of(kind, some).items()}
    here = installation() if told else ""
    found: dict[tuple[str, str, int], Appointment] = {}
    for one in timed:
        entry = told.get((one.subject_kind, one.subject_id))
        if entry is not None and not _is_over(entry, at):
            found[one.rule.occasion, one.subject_kind, one.subject_id] = Appointment(entry, here)
    return found


def _is_over(entry: Told, at: datetime) -> bool:
    return entry.ends <= at if isinstance(entry.ends, datetime) else entry.ends <= at.date()


def _before(gate: Gate, promotions: Iterable[Promotion]) -> Promotion | None:
    """The promotion asked for that a gate stands before."""
    asked = (one for one in promotions if one.status == PromotionStatus.REQUESTED and one.environment.stage == gate.stage)
    return next(asked, None)


def _open(gate: Gate, side: _Side, year: int) -> Waited:
    who = str(gate.owner or gate.owner_team or gate.owner_role or "its owner")
    whose = "" if gate.release_id == side.number else f" of {gate.release.key}"
    failed = ", failed" if gate.state == GateState.FAILED else ""
    return Waited(f"Gate: {gate.name}{whose}{failed}", who, _day(gate.due_on, year), _whole(gate))


def _carried(output: Output, year: int) -> Carried:
    status = str(output.get_status_display()).lower()
    if output.delivered_on is not None:
        status = f"{status} ({_day(output.delivered_on, year)})"
    return Carried(
        output.project.code, output.name, _day(output.due_on, year), _day(output.forecast_on, year), status, _whole(output)
    )


def _way(release: Release) -> tuple[str, str]:
    """A release in words, and its page."""
    return f"{release.key} {release}", _whole(release)


def _whole(thing: Any) -> str:
    return f"{settings.BASE_URL}{thing.get_absolute_url()}"


def _day(day: date | None, year: int) -> str:
    return day_words(day, year) if day else ""
