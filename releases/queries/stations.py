"""The route map: the line of environments a release travels, what it costs to go on, and how far it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from django.db.models import Count, Q
from django.urls import reverse

from common.moments import instant_words, interval_words
from common.workdays import TooFar
from environments.models import Environment, Stop
from policies.queries import Asked, standards_kept
from releases.models import Candidate, Gate, Promotion, Release
from releases.queries.digests import traits_of
from releases.queries.gates import GOOD
from releases.queries.routes import stops_of
from releases.queries.soaks import Soak, asked_on, passages
from releases.vocabulary import LEFT_SOMETHING, SUCCESSES, UNFINISHED, GateState, PromotionStatus

Span = tuple[datetime, datetime]
_P = PromotionStatus

_ON_ITS_WAY: Final = {_P.RUNNING, _P.PAUSED}
#: How a stop is drawn whose last attempt came to nothing.
_WENT_WRONG: Final = {_P.FAILED: "failed", _P.ROLLED_BACK: "rolled_back", _P.MISSED: "missed"}
_WORDS: Final = {
    "passed": "been there",
    "here": "stands here",
    "running": "on its way in",
    "paused": "paused on its way in",
    "failed": "failed here",
    "rolled_back": "rolled back here",
    "missed": "missed its window",
    "next": "next stop",
    "ahead": "ahead",
    "skipped": "left out",
}


@dataclass(frozen=True)
class Toll:
    """The gates before a stage: so many are asked, passed or waived, and failed. `url` leads to them."""

    asked: int
    passed: int
    failed: int
    url: str

    @property
    def is_open(self) -> bool:
        return self.passed == self.asked

    @property
    def words(self) -> str:
        """`3 of 5 passed, 1 failed`."""
        return f"{self.passed} of {self.asked} passed" + (f", {self.failed} failed" if self.failed else "")


@dataclass(frozen=True)
class Station:
    """One environment on the way of a release, in the shape of components/route_map.html, which says what each means.

    `planned` and `actual` are half-open intervals (UTC), of the attempt that is ahead and of the last that really was. `soak` is the
    instant (UTC, perhaps over) until which it stays there at least.
    """

    name: str
    url: str
    state: str
    words: str
    version: str = ""
    planned: Span | None = None
    actual: Span | None = None
    happened: str = "actual"
    attempt: str = ""
    url_promotion: str = ""
    soak: datetime | None = None
    is_interrupted: bool = False
    freeze: str = ""
    optional: bool = False
    beside: str = ""
    gates: Toll | None = None
    time_zone: str = ""


@dataclass(frozen=True)
class _Place:
    """A station that is yet to be drawn: the environment, its stop if it is on the route, and what of the release goes or went there."""

    environment: Environment
    stop: Stop | None
    own: Sequence[Promotion]

    @property
    def was_reached(self) -> bool:
        return any(promotion.status in SUCCESSES for promotion in self.own)

    @property
    def planned(self) -> Promotion | None:
        return next((promotion for promotion in self.own if promotion.status in UNFINISHED), None)

    @property
    def position(self) -> int | None:
        return self.stop.position if self.stop else None


def stations(releases: Sequence[Release], promotions: Mapping[int, Sequence[Promotion]]) -> dict[int, list[Station]]:
    """For each release's id its stations in the order of its way.

    `promotions`: those of each release in the order of their start, with their environments. The line is the route's (the version
    the release set out on, else the newest), then whatever else it was promoted into. The same queries, however many releases.
    """
    stops = stops_of(releases)
    lines = {release.pk: _line(stops.get(release.pk, ()), promotions.get(release.pk, ())) for release in releases}
    tolls = _tolls(releases)
    soaking = _soaks(releases, lines, stops)
    return {
        release.pk: _drawn(release, lines[release.pk], tolls.get(release.pk, {}), soaking.get(release.pk, {}))
        for release in releases
    }


def in_words(stations: Iterable[Station], zone: tzinfo, at: datetime) -> str:
    """The route map as plain text, one line a station, as it is read at an instant (UTC) by somebody in `zone`.

    `Test: 4.2.0 stands here, succeeded; 4 of 4 gates passed; actual Tue 24 Nov, 10:00–11:00 CET; soaks until Thu 26 Nov, 11:00 CET`.
    """
    return "\n".join(f"{station.name}: {'; '.join(_said(station, zone, at))}" for station in stations)


def _said(station: Station, zone: tzinfo, at: datetime) -> Iterable[str]:
    year = at.astimezone(zone).year
    yield " ".join(filter(None, (station.version, station.words))) + (f", {station.attempt}" if station.attempt else "")
    if station.optional:
        yield "optional"
    if station.beside:
        yield f"in any order with {station.beside}"
    if station.gates:
        yield f"gates: {station.gates.words}"
    if station.planned:
        yield f"planned {interval_words(*station.planned, zone, year)}"
    if station.actual:
        yield f"{station.happened} {interval_words(*station.actual, zone, year)}"
    if station.soak and station.soak > at:
        yield f"soaks until {instant_words(station.soak, zone, year)}"
    if station.is_interrupted:
        yield "its soak was interrupted"
    if station.freeze:
        yield station.freeze


# --- the line


def _line(stops: Sequence[Stop], promotions: Sequence[Promotion]) -> list[_Place]:
    by_environment: dict[int, list[Promotion]] = {}
    for promotion in promotions:
        by_environment.setdefault(promotion.environment_id, []).append(promotion)
    line = [_Place(stop.environment, stop, by_environment.pop(stop.environment_id, ())) for stop in stops]
    return line + [_Place(own[0].environment, None, own) for own in by_environment.values()]


def _drawn(
    release: Release, line: Sequence[_Place], tolls: Mapping[str, Toll], soaking: Mapping[int, Sequence[Soak]]
) -> list[Station]:
    reached = [(promotion, place) for place in line for promotion in place.own if promotion.status in SUCCESSES]
    here = max(reached, key=lambda pair: (pair[0].ends_at, pair[0].pk))[1] if reached else None
    drawn: list[Station] = []
    is_known = False
    for place in line:
        state = _state(place, here, is_next_known=is_known)
        is_known = is_known or state in ("next", "running", "paused", *_WENT_WRONG.values())
        beside = [
            other.environment.name for other in line if other is not place and place.stop and other.position == place.position
        ]
        drawn.append(
            _station(
                release, place, state, ", ".join(beside), tolls.get(place.environment.stage), soaking.get(place.environment.pk, ())
            )
        )
    return drawn


def _state(place: _Place, here: _Place | None, *, is_next_known: bool) -> str:
    moving = next((promotion.status for promotion in place.own if promotion.status in _ON_ITS_WAY), None)
    if moving:
        return "paused" if moving == _P.PAUSED else "running"
    if place is here:
        return "here"
    is_behind = here is not None and place.position is not None and here.position is not None and place.position < here.position
    if place.was_reached:
        # With another candidate it goes there once more.
        return "next" if place.planned and not is_next_known and not is_behind else "passed"
    tried = [promotion for promotion in place.own if promotion.status != _P.CANCELLED]
    if tried and tried[-1].status in _WENT_WRONG:
        return _WENT_WRONG[_P(tried[-1].status)]
    if is_behind and not place.planned:
        return "skipped"
    may_be_left_out = place.stop is not None and place.stop.is_optional and not tried
    return "ahead" if is_next_known or may_be_left_out else "next"


def _station(release: Release, place: _Place, state: str, beside: str, toll: Toll | None, soaking: Sequence[Soak]) -> Station:
    own, planned = place.own, place.planned
    went = SUCCESSES if place.was_reached else LEFT_SOMETHING
    done = next((promotion for promotion in reversed(own) if promotion.status in went), None)
    latest = planned or done or (own[-1] if own else None)
    until = [soak.reached_at for soak in soaking if soak.reached_at is not None]
    return Station(
        name=place.environment.name,
        url=place.environment.get_absolute_url(),
        state=state,
        words=_WORDS[state] + (_so_far(place) if state in ("here", "passed") else ""),
        version=release.version if state == "here" else "",
        planned=_planned(planned or (latest if latest and latest.status == _P.MISSED else None)),
        actual=_actual(done),
        happened="actual" if place.was_reached or done is None else f"{_P(done.status).label}".lower(),
        attempt=_attempt(latest),
        url_promotion=reverse("promotion", args=[latest.pk]) if latest else "",
        soak=max(until) if until else None,
        is_interrupted=any(soak.is_interrupted for soak in soaking),
        optional=bool(place.stop and place.stop.is_optional),
        beside=beside,
        gates=toll,
        time_zone=place.environment.time_zone,
    )


def _so_far(place: _Place) -> str:
    """In which parts of an environment it is, where it came into some of them only."""
    waves = [promotion.parts for promotion in place.own if promotion.status in SUCCESSES]
    parts = sorted({part for wave in waves for part in wave})
    return f", in {', '.join(parts)} so far" if all(waves) and set(parts) < set(place.environment.parts) else ""


def _planned(promotion: Promotion | None) -> Span | None:
    return (promotion.starts_at, promotion.ends_at) if promotion else None


def _actual(promotion: Promotion | None) -> Span | None:
    if promotion is None:
        return None
    begins, ends = promotion.started_at or promotion.starts_at, promotion.rolled_back_at or promotion.ended_at
    # What came from elsewhere says no more than its interval.
    return (begins, ends) if ends and ends > begins else (promotion.starts_at, promotion.ends_at)


def _attempt(promotion: Promotion | None) -> str:
    if promotion is None:
        return ""
    words = f"{_P(promotion.status).label}".lower() + (f" ({', '.join(promotion.parts)})" if promotion.parts else "")
    return words + (f", attempt {promotion.attempt}" if promotion.attempt > 1 else "")


# --- what going on costs


def _tolls(releases: Iterable[Release]) -> dict[int, dict[str, Toll]]:
    """The gates of each release, by the stage they stand before; one query."""
    urls = {release.pk: f"{release.get_absolute_url()}#gates" for release in releases}
    rows = Gate.objects.asked().filter(release__in=urls).order_by().values_list("release", "stage")
    counted = rows.annotate(
        Count("pk"), passed=Count("pk", filter=Q(state__in=GOOD)), failed=Count("pk", filter=Q(state=GateState.FAILED))
    )
    found: dict[int, dict[str, Toll]] = defaultdict(dict)
    for release, stage, asked, passed, failed in counted:
        found[release][stage] = Toll(asked, passed, failed, urls[release])
    return found


def _soaks(
    releases: Iterable[Release], lines: Mapping[int, Sequence[_Place]], stops: Mapping[int, Sequence[Stop]]
) -> dict[int, dict[int, list[Soak]]]:
    """The soaks that the next stop of each release waits for, by release and environment, as the verdict on it counts them."""
    goals = {release: goal for release in releases if (goal := _goal(lines[release.pk]))}
    if not goals:
        return {}
    traits, known = traits_of(goals), standards_kept()
    asked = {release: known.asked(traits[release.pk], goal.environment.stage) for release, goal in goals.items()}
    goals = {release: goal for release, goal in goals.items() if _asks_for_soaks(asked[release], goal, stops[release.pk])}
    found: dict[int, dict[int, list[Soak]]] = defaultdict(lambda: defaultdict(list))
    going = _going(goals)
    for pk, passed in passages(going.values(), stops=stops).items():
        release = going[pk].release
        for passage, lengths in asked_on(passed, asked[release].schedules):
            try:
                found[release.pk][passage.environment.pk] += [passage.soaked(*length) for length in lengths if passage.passed_at]
            except TooFar:
                continue
    return found


def _goal(line: Sequence[_Place]) -> _Place | None:
    """The stop that it waits to go to, if anything of it is on its way already."""
    if not any(place.was_reached for place in line):
        return None
    ahead = (place for place in line if place.stop and (place.planned or not (place.was_reached or place.stop.is_optional)))
    return next(ahead, None)


def _asks_for_soaks(asked: Asked, goal: _Place, stops: Iterable[Stop]) -> bool:
    before = [stop for stop in stops if goal.position is not None and stop.position < goal.position]
    return any(stop.soak_hours for stop in before) or any(rule.soak_hours for rule in asked.schedules)


def _going(goals: Mapping[Release, _Place]) -> dict[int, Promotion]:
    """What would go on to the next stops: the promotions planned there, or the newest candidates as if they were planned; never saved."""
    unplanned = [release for release, goal in goals.items() if not goal.planned]
    newest = Candidate.objects.filter(release__in=unplanned).order_by("release", "-number").distinct("release")
    candidates = dict(newest.values_list("release", "pk")) if unplanned else {}
    return {
        -release.pk: Promotion(
            pk=-release.pk,
            release=release,
            environment=goal.environment,
            candidate_id=goal.planned.candidate_id if goal.planned else candidates.get(release.pk, 0),
            parts=goal.planned.parts if goal.planned else [],
        )
        for release, goal in goals.items()
    }
