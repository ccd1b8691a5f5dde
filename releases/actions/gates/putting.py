"""Putting gates to releases: what the policies in force ask before each stage into which something is planned."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Min

from accounts.models import User
from common import workdays
from history.deeds import deed, record
from policies.models import GateRule
from policies.queries import Standards, Traits, standards
from releases.actions import assessments
from releases.models import Gate, Item, Promotion, Release
from releases.queries.gates import GOOD, state_of
from releases.vocabulary import ENDED, UNFINISHED, Extent, GateState, PromotionStatus

#: What a gate says of its rule itself, so that it can still be read when nobody asks for it any more.
_SAID: Final = ("name", "area", "ask", "owner_team_id", "owner_role")
_WRITTEN: Final = ("rule", "name", "area", "ask", "owner_team", "owner_role", "due_on", "told_late", "is_asked", "ticked")
#: Promotions that are off, and came nowhere.
_OFF: Final = (PromotionStatus.CANCELLED, PromotionStatus.MISSED)
_AT_ONCE: Final = 500


@dataclass(frozen=True)
class _Window:
    """Where a release comes into a stage first: the day its window opens there, today's day there, whose holidays count."""

    opens_on: date
    today: date
    region: str


@dataclass(frozen=True)
class _Ways:
    """By release and stage: the windows that are planned, and where something went already."""

    windows: Mapping[tuple[int, str], _Window]
    been: Collection[tuple[int, str]]


@deed
def put(releases: Iterable[int], *, by: User, at: datetime) -> None:
    """Make the gates of releases, and of the members of packages among them, what the policies ask for what is planned at `at` (UTC).

    Joins the deed of what changed. A gate is due so many working days before the window opens, and moves with it. One whose rule
    stands in a newer version and asks the same keeps what was decided; one that asks something else is asked anew, as another gate;
    one that nobody asks for any more stays to be read, and is asked again when somebody does. Where nothing is planned, gates stay
    as they are, without a due day. Where other questions are asked about the risk than were answered, that is not assessed any more,
    and counts as high. A package that changes nothing itself has no gates: its members have them, before its windows too.
    """
    asked = set(releases)
    asked |= set(Release.objects.filter(package__in=asked).values_list("pk", flat=True))
    locked = Release.objects.select_for_update(no_key=True).filter(pk__in=asked).exclude(status__in=ENDED).order_by("pk")
    found = {release.pk: release for release in locked.defer("description", "rollback_plan")}
    assessments.ask_again(found.values(), by=by)
    ways = _ways(found.values(), at)
    present: dict[tuple[int, str], list[Gate]] = defaultdict(list)
    gates = Gate.objects.filter(release__in=found, rule__isnull=False).select_related("rule__version", "owner_team")
    for gate in gates.order_by("-pk"):
        present[gate.release_id, gate.stage].append(gate)
    if not ways.windows and not present:
        return
    traits = _traits(found.values())
    in_force = standards() if ways.windows else Standards([])
    new: list[Gate] = []
    changed: list[Gate] = []
    told: dict[int, _Told] = defaultdict(_Told)
    for place in sorted({*ways.windows, *present}):
        number, stage = place
        window = ways.windows.get(place)
        if window is None:
            if place not in ways.been:
                changed += [gate for gate in present[place] if gate.is_asked and _due(gate, None)]
            continue
        if number not in traits:
            continue
        rules = in_force.asked(traits[number], stage).gates
        _put_one(found[number], window, rules, present.get(place, []), new, changed, told[number])
    Gate.objects.bulk_create(new, _AT_ONCE)
    Gate.objects.bulk_update(changed, _WRITTEN, _AT_ONCE)
    for number, each in told.items():
        each.record(found[number], by)
    keep_states([*new, *(gate for own in present.values() for gate in own)], at=at)


def keep_states(gates: Iterable[Gate], *, at: datetime) -> None:
    """Write what gates are at an instant where that is another than what stands there: a step of the verbs that change it.

    The gates come with their rules, and their releases are locked.
    """
    some = {gate.pk: gate for gate in gates}
    by_state: dict[GateState, list[int]] = defaultdict(list)
    for number, standing in state_of(some.values(), at).items():
        if some[number].state != standing.state:
            some[number].state = standing.state
            by_state[standing.state].append(number)
    for state, numbers in by_state.items():
        Gate.objects.filter(pk__in=numbers).update(state=state)


class _Told:
    """What is told of one release: how many gates came and went, and each that is late from the start."""

    def __init__(self) -> None:
        self.put: list[Gate] = []
        self.dropped: list[Gate] = []
        self.late: list[Gate] = []

    def record(self, release: Release, by: User) -> None:
        for verb, gates, one, many in (
            ("asked_gates", self.put, "One more gate stands before {subject}", "{number} more gates stand before {subject}"),
            ("dropped_gates", self.dropped, "One gate less stands before {subject}", "{number} gates less stand before {subject}"),
        ):
            if gates:
                template = one if len(gates) == 1 else many
                record(release, verb, by=by, template=template, number=len(gates), gates=sorted(gate.pk for gate in gates))
        for gate in self.late:
            template = "{subject} of {release} is late from the start: it was due on {due_on}"
            record(gate, "late_from_the_start", by=by, template=template, release=release, due_on=gate.due_on)


def _put_one(
    release: Release,
    window: _Window,
    rules: Sequence[GateRule],
    present: Sequence[Gate],
    new: list[Gate],
    changed: list[Gate],
    told: _Told,
) -> None:
    """The gates of one release before one stage. `present` are all there ever were, the newest first."""
    kept: dict[int, GateRule] = {}
    for rule in rules:
        own = [gate for gate in present if _is_same(gate.rule, rule)]
        # The very rule first: a release has one gate of each.
        gate = next((one for one in own if one.rule_id == rule.pk), None) or next(
            (one for one in own if asks_the_same(one.rule, rule)), None
        )
        if gate is None:
            gate = Gate(release=release, stage=rule.stage, rule=rule, **{name: getattr(rule, name) for name in _SAID})
            _due(gate, _due_day(gate, window))
            new.append(gate)
            told.put.append(gate)
            _tell_late(gate, window, told)
            continue
        kept[gate.pk] = rule
        if _follow(gate, rule, window, told):
            changed.append(gate)
    for gate in present:
        if gate.pk not in kept and gate.is_asked:
            gate.is_asked = False
            changed.append(gate)
            told.dropped.append(gate)


def _follow(gate: Gate, rule: GateRule, window: _Window, told: _Told) -> bool:
    """Have a gate that is asked be what its rule says now; whether anything is other than it was."""
    was_asked = gate.is_asked
    differs = gate.rule_id != rule.pk or not was_asked or any(getattr(gate, name) != getattr(rule, name) for name in _SAID)
    if differs:
        gate.rule, gate.is_asked = rule, True
        for name in _SAID:
            setattr(gate, name, getattr(rule, name))
        gate.ticked = [each for each in gate.ticked if each in rule.checklist]
    if not was_asked:
        told.put.append(gate)
    has_moved = _due(gate, _due_day(gate, window))
    if has_moved or not was_asked:
        _tell_late(gate, window, told)
    return differs or has_moved


def asks_the_same(one: GateRule | None, other: GateRule) -> bool:
    """Whether what was decided under one rule answers the other."""
    asked = ("area", "ask", "evidence", "threshold", "checklist", "owner_team_id", "owner_role")
    return one is not None and all(getattr(one, name) == getattr(other, name) for name in asked)


def _is_same(one: GateRule | None, other: GateRule) -> bool:
    """Whether it is the same rule of the same policy, in whichever version."""
    return one is not None and (one.version.policy_id, one.code) == (other.version.policy_id, other.code)


def _due(gate: Gate, day: date | None) -> bool:
    has_moved: bool = gate.due_on != day
    gate.due_on = day
    return has_moved


def _due_day(gate: Gate, window: _Window) -> date:
    region = (gate.owner_team.region if gate.owner_team else "") or window.region
    days = gate.rule.due_days if gate.rule else 0
    return workdays.days_before(window.opens_on, days, region)


def _tell_late(gate: Gate, window: _Window, told: _Told) -> None:
    if gate.due_on is not None and gate.due_on < window.today and not gate.told_late and gate.state not in GOOD:
        gate.told_late = True
        told.late.append(gate)


def _ways(releases: Iterable[Release], at: datetime) -> _Ways:
    """Where releases go, or their packages take them, and where they have been."""
    own = {release.pk: [release.pk] for release in releases}
    for release in releases:
        if release.package_id:
            own.setdefault(release.package_id, []).append(release.pk)
    rows = Promotion.objects.filter(release__in=own).exclude(status__in=_OFF).order_by("starts_at", "id")
    windows: dict[tuple[int, str], _Window] = {}
    been: set[tuple[int, str]] = set()
    known = {release.pk for release in releases}
    columns = ("release_id", "status", "starts_at", "environment__stage", "environment__time_zone", "environment__region")
    for release, status, starts_at, stage, zone, region in rows.values_list(*columns):
        for number in own[release]:
            if number not in known:
                continue
            if status in UNFINISHED:
                there = ZoneInfo(zone)
                window = _Window(starts_at.astimezone(there).date(), at.astimezone(there).date(), region)
                windows.setdefault((number, stage), window)
            else:
                been.add((number, stage))
    return _Ways(windows, been)


def _traits(releases: Iterable[Release]) -> dict[int, Traits]:
    """By what policies select each release; a package that changes nothing itself has none."""
    rows: Any = Item.objects.filter(release__in=[release.pk for release in releases]).order_by()
    tiers = dict(rows.values("release").annotate(tier=Min("service__tier")).values_list("release", "tier"))
    return {
        release.pk: Traits(release.urgency, release.size, release.risk, release.nature, tiers.get(release.pk))
        for release in releases
        if release.extent != Extent.PACKAGE or release.pk in tiers
    }
