"""What lies behind a promotion on its route: the stops that what goes on has to have passed, and how long it has to have stayed there.

What goes on are the items of the promotion's candidate. An item has passed a stop when it arrived there with a promotion that
succeeded, in this candidate or in another one in which it, and what it needs, was the same. Optional stops stand in nobody's way, and
several environments at one position are taken in any order. What was imported counts only when somebody vouches for it.

A soak begins as an item arrives and is interrupted when another version of its service takes its place; what was rolled back over
it lets it begin anew. Once reached it is finished, whatever comes there afterwards.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from common.workdays import after_hours
from environments.models import Environment, Stop
from environments.vocabulary import SoakUnit
from policies.models import ScheduleRule
from releases.models import Deployment, Promotion, PromotionItem
from releases.queries.builds import Build, builds_of
from releases.queries.routes import stops_of
from releases.vocabulary import ItemOutcome

#: Stands for all items of a release that has only one candidate, and for a release without any.
_ALL = 0
_Stay = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Soak:
    """How long a version stays at a stop: until `reached_at` (UTC, perhaps ahead); None while it isn't there, or was interrupted."""

    hours: int
    unit: SoakUnit
    reached_at: datetime | None
    is_interrupted: bool = False


@dataclass(frozen=True)
class Passage:
    """A stop on the way to a promotion. `passed_at`: when the last of what goes on arrived there (UTC); None while something is missing:
    in `missing_parts` of the environment, or these items (ids).

    `is_next`: it is the stop directly before, of which schedule rules may ask for a longer soak than the route.
    """

    stop: Stop
    passed_at: datetime | None
    missing_parts: tuple[str, ...] = ()
    missing_items: tuple[int, ...] = ()
    is_next: bool = False
    _stays: Mapping[tuple[int, str], Sequence[_Stay]] = field(default_factory=dict, repr=False)

    @property
    def environment(self) -> Environment:
        return self.stop.environment

    @property
    def soak(self) -> Soak | None:
        """The soak that the route asks for; None when it asks for none."""
        return self.soaked(self.stop.soak_hours, self.stop.soak_unit) if self.stop.soak_hours else None

    def soaked(self, hours: int, unit: str) -> Soak:
        """How a soak of so many hours stands here, whoever asks for it."""
        if self.passed_at is None:
            return Soak(hours, SoakUnit(unit), None)
        reached = [after(self.environment, self.passed_at, hours, unit)]
        for stays in self._stays.values():
            ends = [(after(self.environment, begins, hours, unit), ends) for begins, ends in stays]
            finished = [end for end, left in ends if left is None or left >= end]
            if not finished:
                return Soak(hours, SoakUnit(unit), None, is_interrupted=True)
            reached.append(min(finished))
        return Soak(hours, SoakUnit(unit), max(reached))


def after(environment: Environment, start: datetime, hours: int, unit: str) -> datetime:
    """The instant (UTC) at which so many hours have passed in an environment: elapsed ones, or working hours of its zone and region."""
    if unit == SoakUnit.WORKING:
        return after_hours(start, hours, ZoneInfo(environment.time_zone), environment.region)
    return start + timedelta(hours=hours)


def asked_on(passed: Iterable[Passage], rules: Iterable[ScheduleRule]) -> Iterator[tuple[Passage, list[tuple[int, str]]]]:
    """The stops at which something has to stay, each with how long and in which hours: as the route asks, and at the stop directly
    before as the schedule rules ask too."""
    ruled = [(rule.soak_hours, rule.soak_unit) for rule in rules if rule.soak_hours]
    for passage in passed:
        asked = [(passage.stop.soak_hours, passage.stop.soak_unit)] if passage.stop.soak_hours else []
        asked += ruled if passage.is_next else []
        if asked:
            yield passage, asked


def passages(
    promotions: Collection[Promotion],
    *,
    stops: Mapping[int, Sequence[Stop]] | None = None,
    builds: Mapping[int, Build] | None = None,
) -> dict[int, tuple[Passage, ...]]:
    """By promotion (id), the stops before its own that it has to have passed, in order; none without a route.

    The promotions come `with_references`. Two queries, besides those of `stops_of` and `builds_of` where their answers are not given
    (`stops` by release, `builds` by candidate; these are needed only where a release went on with a new candidate).
    """
    stops = stops_of({one.release for one in promotions}) if stops is None else stops
    before = {one.pk: _before(one, stops.get(one.release_id, ())) for one in promotions}
    concerned = {one.release_id for one in promotions if before[one.pk]}
    if not concerned:
        return {one.pk: () for one in promotions}
    environments = {stop.environment_id for some in before.values() for stop in some}
    arrivals = _arrivals(concerned, environments)
    others = _several(promotions, arrivals)
    known = builds if builds is not None and others <= builds.keys() else builds_of(others) if others else {}
    stays = _stays(concerned, environments)
    return {
        one.pk: tuple(
            _passage(
                one,
                stop,
                arrivals.get((one.release_id, stop.environment_id), ()),
                known,
                stays,
                is_next=stop in _last(before[one.pk]),
            )
            for stop in before[one.pk]
        )
        for one in promotions
    }


@dataclass(frozen=True)
class _Arrival:
    """A promotion that counts: where and when it brought what, and the items that failed in it."""

    promotion: int
    candidate: int
    parts: frozenset[str]
    at: datetime
    failed: frozenset[int]


def _before(promotion: Promotion, stops: Sequence[Stop]) -> list[Stop]:
    position = next((stop.position for stop in stops if stop.environment_id == promotion.environment_id), None)
    return [] if position is None else [stop for stop in stops if stop.position < position and not stop.is_optional]


def _last(stops: Sequence[Stop]) -> list[Stop]:
    return [stop for stop in stops if stop.position == stops[-1].position]


def _arrivals(releases: Collection[int], environments: Collection[int]) -> dict[tuple[int, int], list[_Arrival]]:
    failed = PromotionItem.objects.filter(promotion=OuterRef("pk")).exclude(outcome=ItemOutcome.SUCCEEDED)
    counting = Promotion.objects.counting().filter(release__in=releases, environment__in=environments)
    rows = counting.annotate(failed=ArraySubquery(failed.values("item"))).values_list(
        "release", "environment", "pk", "candidate", "parts", "ended_at", "ends_at", "failed"
    )
    found: dict[tuple[int, int], list[_Arrival]] = defaultdict(list)
    for release, environment, pk, candidate, parts, ended_at, ends_at, items in rows:
        found[release, environment].append(_Arrival(pk, candidate, frozenset(parts), ended_at or ends_at, frozenset(items)))
    return found


def _several(promotions: Iterable[Promotion], arrivals: Mapping[tuple[int, int], Sequence[_Arrival]]) -> set[int]:
    """The candidates that have to be told apart: those of releases of which another one arrived somewhere than goes on now."""
    came: dict[int, set[int]] = defaultdict(set)
    for (release, _), some in arrivals.items():
        came[release] |= {one.candidate for one in some}
    return {
        candidate
        for one in promotions
        if came[one.release_id] - {one.candidate_id}
        for candidate in (*came[one.release_id], one.candidate_id)
    }


def _stays(releases: Collection[int], environments: Collection[int]) -> dict[int, list[tuple[int, str, _Stay]]]:
    """When each item was where, by the promotion that brought it: (item, part, stay)."""
    found: dict[int, list[tuple[int, str, _Stay]]] = defaultdict(list)
    rows = Deployment.objects.filter(release__in=releases, environment__in=environments)
    for promotion, item, part, begins_at, ends_at in rows.values_list("promotion", "item", "part", "begins_at", "ends_at"):
        found[promotion].append((item, part, (begins_at, ends_at)))
    return found


def _joined(stays: Iterable[_Stay]) -> list[_Stay]:
    """Stays of the same thing, those that meet made one: what was put there once more was not interrupted."""
    found: list[_Stay] = []
    for begins_at, ends_at in sorted(stays, key=lambda stay: stay[0]):
        if found and found[-1][1] == begins_at:
            found[-1] = (found[-1][0], ends_at)
        else:
            found.append((begins_at, ends_at))
    return found


def _passage(
    promotion: Promotion,
    stop: Stop,
    arrivals: Sequence[_Arrival],
    builds: Mapping[int, Build],
    stays: Mapping[int, Sequence[tuple[int, str, _Stay]]],
    *,
    is_next: bool,
) -> Passage:
    there = frozenset(stop.environment.parts)
    # A wave into some parts needs just these before it, where the stop has them.
    parts = frozenset(promotion.parts) & there or there or frozenset({""})
    build = builds.get(promotion.candidate_id)
    items = {int(item) for item in build.builds} if build else set()
    items = items or {_ALL} | {item for one in arrivals for item in one.failed}
    passed: list[datetime] = []
    missing_parts, missing_items = set[str](), set[int]()
    found: dict[tuple[int, str], set[_Stay]] = defaultdict(set)
    for item in items:
        carried = [one for one in arrivals if _carries(one, item, promotion.candidate_id, builds)]
        for part in parts:
            reached = [one for one in carried if not one.parts or part in one.parts or not part]
            if not reached:
                missing_items.add(item)
                missing_parts.add(part)
                continue
            passed.append(min(one.at for one in reached))
            for one in reached:
                for each, where, stay in stays.get(one.promotion, ()):
                    if where == part and item in (_ALL, each):
                        found[each, part].add(stay)
    if missing_items:
        return Passage(stop, None, tuple(sorted(missing_parts - {""})), tuple(sorted(missing_items - {_ALL})), is_next)
    return Passage(stop, max(passed), is_next=is_next, _stays={key: _joined(some) for key, some in found.items()})


def _carries(arrival: _Arrival, item: int, candidate: int, builds: Mapping[int, Build]) -> bool:
    """Whether an item came with it as it is in the candidate that goes on."""
    if item in arrival.failed:
        return False
    if arrival.candidate == candidate:
        return True
    then, now = builds.get(arrival.candidate), builds.get(candidate)
    if then is None or now is None or item == _ALL:
        return item == _ALL and now is not None and not now.builds
    concerned = {str(item)} | now.needs.get(str(item), frozenset())
    return all(then.builds.get(each) == now.builds.get(each) and each in then.builds for each in concerned)
