"""What is where, worked out anew from the promotions that brought it."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from common.bringing import Writing
from common.copying import ROWS_AT_ONCE, copy_rows
from environments.models import Environment
from history.deeds import deed
from releases.models import Artefact, Candidate, Deployment, Item, Promotion
from releases.vocabulary import ItemChange

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
    """An item that arrived with a promotion that succeeded, at the moment that promotion ended.

    `precedence` settles what the version leaves open, by what does not depend on the order of arrival here.
    """

    at: datetime
    version: str
    is_removal: bool
    item: int
    release: int
    promotion: int
    precedence: tuple[str, datetime, list[str], int]


@deed
def recompute(places: Collection[Place], *, by: User) -> None:
    """Make the deployments of `places` what the promotions there say; rows that are right already stay untouched.

    Called within a deed whose verb records why: deployments are a consequence, and bring no fact of their own. Promotions that
    succeeded (with issues or without) count, in the order of the end of their intervals. A deployment begins there and ends when
    the next of its line begins; of several at the same instant the one with the highest version (`version_order`) wins; an item
    that is `removed` ends the line. A promotion into a whole environment reaches each of its parts.
    """
    if not places:
        return
    wanted = _wanted(places)
    present = {
        (Place(found.service_id, found.environment_id, found.part, found.line), found.promotion_id, found.item_id): found
        for found in Deployment.objects.filter(
            service__in={place.service for place in places}, environment__in={place.environment for place in places}
        )
        if Place(found.service_id, found.environment_id, found.part, found.line) in places
    }
    gone = [found.pk for key, found in present.items() if key not in wanted]
    new = [key for key in wanted if key not in present]
    writing = Writing(Deployment)
    for key in wanted.keys() & present.keys():
        writing.set(present[key], _values(*wanted[key]))
    if not gone and not new and not writing.changed:
        return
    with connection.cursor() as cursor:
        # Rows move one after the other; only the whole must have one version at a time.
        cursor.execute("SET CONSTRAINTS deployment_one_version_at_a_time DEFERRED")
        if gone:
            Deployment.objects.filter(pk__in=gone).delete()
        writing.write_changed()
        for start in range(0, len(new), ROWS_AT_ONCE):
            copy_rows([_made(*key, *wanted[key]) for key in new[start : start + ROWS_AT_ONCE]])
        cursor.execute("SET CONSTRAINTS deployment_one_version_at_a_time IMMEDIATE")


def _values(arrival: Arrival, ends_at: datetime | None) -> dict[str, Any]:
    return {"version": arrival.version, "release_id": arrival.release, "begins_at": arrival.at, "ends_at": ends_at}


def _made(place: Place, promotion: int, item: int, arrival: Arrival, ends_at: datetime | None) -> Deployment:
    return Deployment(
        service_id=place.service,
        environment_id=place.environment,
        part=place.part,
        line=place.line,
        promotion_id=promotion,
        item_id=item,
        **_values(arrival, ends_at),
    )


def places_of(releases: Iterable[int]) -> set[Place]:
    """Every place where something of these releases is or would be, by their promotions that succeeded and the deployments there are."""
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


def _wanted(places: Collection[Place]) -> dict[tuple[Place, int, int], tuple[Arrival, datetime | None]]:
    """The deployments that should be, with their ends: by place, promotion and item."""
    arrivals: dict[Place, dict[datetime, Arrival]] = {}
    items = Item.objects.filter(service__in={place.service for place in places})
    for place, arrival in _arrivals(items, {place.environment for place in places}):
        if place in places:
            moments = arrivals.setdefault(place, {})
            other = moments.get(arrival.at)
            if other is None or _weight(other) < _weight(arrival):
                moments[arrival.at] = arrival
    wanted: dict[tuple[Place, int, int], tuple[Arrival, datetime | None]] = {}
    for place, moments in arrivals.items():
        ends_at = None
        for moment in sorted(moments, reverse=True):
            arrival = moments[moment]
            if not arrival.is_removal:
                wanted[place, arrival.promotion, arrival.item] = (arrival, ends_at)
            ends_at = moment
    return wanted


def _weight(arrival: Arrival) -> tuple[bool, Version, tuple[str, datetime, list[str], int]]:
    """What wins at one instant: being there over being removed, then the higher version, then a settled order."""
    return (not arrival.is_removal, version_order(arrival.version), arrival.precedence)


def _arrivals(items: QuerySet[Item], environments: Collection[int] | None = None) -> Iterator[tuple[Place, Arrival]]:
    """What the promotions that succeeded brought of these items, and where (only into `environments`, when they are given)."""
    carried: dict[int, list[tuple[int, int, str, bool]]] = {}
    for release, item, service, version, change in items.values_list("release", "pk", "service", "version", "change"):
        carried.setdefault(release, []).append((item, service, version, change == ItemChange.REMOVED))
    promotions = Promotion.objects.succeeded().filter(release__in=carried)
    if environments is not None:
        promotions = promotions.filter(environment__in=environments)
    parts_of = dict(Environment.objects.exclude(parts=[]).values_list("pk", "parts"))
    rows = promotions.values_list(
        "pk", "release", "candidate", "release__name", "release__line", "environment", "parts", "starts_at", "ends_at", "attempt"
    )
    built = _built(carried)
    for promotion, release, candidate, name, line, environment, parts, starts_at, at, attempt in rows:
        build = built.get(candidate)
        for item, service, present, is_removal in carried[release]:
            if build is not None and item not in build:
                continue
            then = None if build is None else build[item]
            version = present if then is None else then
            arrival = Arrival(at, version, is_removal, item, release, promotion, (name, starts_at, parts, attempt))
            for part in parts or parts_of.get(environment) or [""]:
                yield Place(service, environment, part, line), arrival


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
