"""What is where, worked out anew from the promotions that brought it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, QuerySet

from accounts.models import User
from common.bringing import Writing
from common.copying import ROWS_AT_ONCE, copy_rows
from environments.models import Environment
from history.deeds import deed
from releases.models import Artefact, Candidate, Deployment, Item, Promotion, PromotionItem
from releases.vocabulary import SUCCESSES, ItemChange, ItemOutcome

_BEFORE_THE_VERSION = ("dev", "snapshot", "a", "alpha", "b", "beta", "m", "milestone", "c", "pre", "preview", "rc")
_PIECES = re.compile(r"\d+|[^\W\d_]+")


Version = tuple[tuple[int, int, str], ...]


class Place(NamedTuple):
    """Where one version of a service's line is at a time; `part` is empty where the environment has none."""

    service: int
    environment: int
    part: str
    line: str


@dataclass(frozen=True)
class Arrival:
    """An item that arrived with a promotion, at the moment that promotion ended; `until` it was rolled back, if it was.

    `precedence` settles what the version leaves open, by what does not depend on the order of arrival here.
    """

    at: datetime
    until: datetime | None
    version: str
    is_removal: bool
    item: int
    release: int
    promotion: int
    precedence: tuple[str, datetime, list[str], int]


class Stay(NamedTuple):
    """A time `[begins_at, ends_at)` in which an item was what is at a place; without an end while it is."""

    arrival: Arrival
    begins_at: datetime
    ends_at: datetime | None


#: A stay among those of its promotion's item at a place: the nth, since what is rolled back over it gives the place back.
_Key = tuple[Place, int, int, int]


@deed
def recompute(places: Collection[Place], *, by: User) -> None:
    """Make the deployments of `places` what the promotions there say; rows that are right already stay untouched.

    Called within a deed whose verb records why: deployments are a consequence, and bring no fact of their own. Each item follows its
    own outcome: it arrives when its promotion really ended (for what came recorded from elsewhere: at the end of its interval), and
    stays until the next of its line arrives, or until it is rolled back; then what was there before it is there again. Of several at
    the same instant the one with the highest version (`version_order`) wins; an item that is `removed` ends the line. A promotion
    into a whole environment reaches each of its parts.
    """
    if not places:
        return
    wanted = _wanted(places)
    present = _present(places)
    gone = [found.pk for key, found in present.items() if key not in wanted]
    new = [key for key in wanted if key not in present]
    writing = Writing(Deployment)
    for key in wanted.keys() & present.keys():
        writing.set(present[key], _values(wanted[key]))
    if not gone and not new and not writing.changed:
        return
    with connection.cursor() as cursor:
        # Rows move one after the other; only the whole must have one version at a time.
        cursor.execute("SET CONSTRAINTS deployment_one_version_at_a_time DEFERRED")
        if gone:
            Deployment.objects.filter(pk__in=gone).delete()
        writing.write_changed()
        for start in range(0, len(new), ROWS_AT_ONCE):
            copy_rows([_made(key, wanted[key]) for key in new[start : start + ROWS_AT_ONCE]])
        cursor.execute("SET CONSTRAINTS deployment_one_version_at_a_time IMMEDIATE")


def _present(places: Collection[Place]) -> dict[_Key, Deployment]:
    rows = Deployment.objects.filter(
        service__in={place.service for place in places}, environment__in={place.environment for place in places}
    )
    found: dict[_Key, Deployment] = {}
    for row in rows.order_by("begins_at", "pk"):
        place = Place(row.service_id, row.environment_id, row.part, row.line)
        if place in places:
            found[_next_key(found, place, row.promotion_id, row.item_id)] = row
    return found


def _next_key(known: Mapping[_Key, Any], place: Place, promotion: int, item: int) -> _Key:
    count = 0
    while (place, promotion, item, count) in known:
        count += 1
    return place, promotion, item, count


def _values(stay: Stay) -> dict[str, Any]:
    arrival = stay.arrival
    return {"version": arrival.version, "release_id": arrival.release, "begins_at": stay.begins_at, "ends_at": stay.ends_at}


def _made(key: _Key, stay: Stay) -> Deployment:
    place, promotion, item, _ = key
    return Deployment(
        service_id=place.service,
        environment_id=place.environment,
        part=place.part,
        line=place.line,
        promotion_id=promotion,
        item_id=item,
        **_values(stay),
    )


def places_of(releases: Iterable[int]) -> set[Place]:
    """Every place where something of these releases is or would be, by their promotions and the deployments there are."""
    releases = set(releases)
    found = {
        Place(*row) for row in Deployment.objects.filter(release__in=releases).values_list("service", "environment", "part", "line")
    }
    arrivals = _arrivals(Item.objects.filter(release__in=releases))
    return found | {place for place, _ in arrivals}


def places_in(environments: Iterable[int]) -> set[Place]:
    """Every place of these environments where something is or would be."""
    environments = set(environments)
    found = {
        Place(*row)
        for row in Deployment.objects.filter(environment__in=environments).values_list("service", "environment", "part", "line")
    }
    carried = Item.objects.filter(release__promotions__environment__in=environments)
    return found | {place for place, _ in _arrivals(carried, environments)}


def version_order(version: str) -> Version:
    """A key that sorts versions as people count: 1.9 before 1.10, 2.0rc1 before 2.0, and both before 2.0.1.

    A version is cut into numbers and words. Numbers count as numbers. Words that announce a version (dev, snapshot, a, alpha, b,
    beta, m, milestone, c, pre, preview, rc) come before that version, in this order; other words (post, p, sp, …) after it, by the
    alphabet. A leading v is no part of it. Versions whose keys are equal are told apart by their text.
    """
    pieces = _PIECES.findall(version.lower())
    if pieces[:1] == ["v"]:
        pieces = pieces[1:]
    key = [_rank(piece) for piece in pieces]
    return (*key, (1, 0, ""), (0, 0, version))


def _rank(piece: str) -> tuple[int, int, str]:
    if piece.isdecimal():
        return (3, int(piece), "")
    if piece in _BEFORE_THE_VERSION:
        return (0, _BEFORE_THE_VERSION.index(piece), "")
    return (2, 0, piece)


def _wanted(places: Collection[Place]) -> dict[_Key, Stay]:
    """The deployments that should be."""
    arrivals: dict[Place, list[Arrival]] = {}
    items = Item.objects.filter(service__in={place.service for place in places})
    for place, arrival in _arrivals(items, {place.environment for place in places}):
        if place in places:
            arrivals.setdefault(place, []).append(arrival)
    wanted: dict[_Key, Stay] = {}
    for place, some in arrivals.items():
        for stay in stays(some):
            wanted[_next_key(wanted, place, stay.arrival.promotion, stay.arrival.item)] = stay
    return wanted


def stays(arrivals: Collection[Arrival]) -> Iterator[Stay]:
    """What was at one place, and when: at every instant the latest arrival that was not rolled back by then. In order of time.

    Where that is a removal, nothing is.
    """
    ranked = sorted(arrivals, key=lambda one: (one.at, _weight(one)))
    moments = sorted({one.at for one in ranked} | {one.until for one in ranked if one.until is not None})
    there: list[tuple[int, Arrival]] = []
    come, top, since = 0, None, None
    for moment in moments:
        while come < len(ranked) and ranked[come].at == moment:
            # The latest first: a heap gives its smallest.
            heappush(there, (-come, ranked[come]))
            come += 1
        while there and (until := there[0][1].until) is not None and until <= moment:
            heappop(there)
        now = there[0][1] if there else None
        if now is not top:
            if top is not None and since is not None and not top.is_removal:
                yield Stay(top, since, moment)
            top, since = now, moment
    if top is not None and since is not None and not top.is_removal:
        yield Stay(top, since, None)


def _weight(arrival: Arrival) -> tuple[bool, Version, tuple[str, datetime, list[str], int]]:
    """What wins at one instant: being there over being removed, then the higher version, then a settled order."""
    return (not arrival.is_removal, version_order(arrival.version), arrival.precedence)


def _arrivals(items: QuerySet[Item], environments: Collection[int] | None = None) -> Iterator[tuple[Place, Arrival]]:
    """What promotions brought of these items, and where (only into `environments`, when they are given).

    One that succeeded brought all but what is said to have failed; of one that failed, or was rolled back, there was only what is
    said to have succeeded.
    """
    carried: dict[int, list[tuple[int, int, str, bool]]] = {}
    for release, item, service, version, change in items.values_list("release", "pk", "service", "version", "change"):
        carried.setdefault(release, []).append((item, service, version, change == ItemChange.REMOVED))
    promotions = Promotion.objects.arrived().filter(release__in=carried).exclude(rolled_back_at__lte=F("ended_at"))
    if environments is not None:
        promotions = promotions.filter(environment__in=environments)
    parts_of = dict(Environment.objects.exclude(parts=[]).values_list("pk", "parts"))
    columns = ("pk", "release", "candidate", "release__name", "release__line", "environment", "parts", "starts_at", "attempt")
    rows = promotions.values_list(*columns, "status", "ends_at", "ended_at", "rolled_back_at")
    built = _built(carried)
    outcomes = _outcomes(items, environments)
    for promotion, release, candidate, name, line, environment, parts, starts_at, attempt, status, planned, ended_at, until in rows:
        build = built.get(candidate)
        unsaid = ItemOutcome.SUCCEEDED if status in SUCCESSES else ItemOutcome.FAILED
        for item, service, present, is_removal in carried[release]:
            if build is not None and item not in build:
                continue
            if outcomes.get((promotion, item), unsaid) != ItemOutcome.SUCCEEDED:
                continue
            then = None if build is None else build[item]
            version = present if then is None else then
            order = (name, starts_at, parts, attempt)
            arrival = Arrival(ended_at or planned, until, version, is_removal, item, release, promotion, order)
            for part in parts or parts_of.get(environment) or [""]:
                yield Place(service, environment, part, line), arrival


def _outcomes(items: QuerySet[Item], environments: Collection[int] | None) -> dict[tuple[int, int], str]:
    """How items ended, where it was said, by promotion and item."""
    said = PromotionItem.objects.filter(item__in=items.values("pk"))
    if environments is not None:
        said = said.filter(promotion__environment__in=environments)
    return {(promotion, item): outcome for promotion, item, outcome in said.values_list("promotion", "item", "outcome")}


def _built(releases: Collection[int]) -> dict[int, dict[int, str | None]]:
    """By candidate, the items it has, each with the version it had in it, where that is another one now.

    Only of releases with several candidates: the only one of a release has whatever the release changes.
    """
    several = Candidate.objects.filter(release__in=releases, number__gt=1).values("release")
    built: dict[int, dict[int, str | None]] = {}
    found = Artefact.objects.filter(candidate__release__in=several)
    for candidate, item, version in found.values_list("candidate", "item", "version"):
        built.setdefault(candidate, {})[item] = version
    return built
