"""Verbs on routes: create, change, delete."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import User
from common import referring
from common.refusals import Conflict, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen, revise
from environments import rules
from environments.models import Route, RouteVersion, Stop
from environments.vocabulary import Hold, SoakUnit
from history.deeds import deed, record

NOT_YOURS = "Only environment managers may write routes."
_USUAL = {"soak_hours": 0, "soak_unit": SoakUnit.ELAPSED, "is_optional": False, "holds": Hold.DEPLOYING}

#: One stop as the verbs take it: environment, and perhaps position, soak_hours, soak_unit, is_optional, holds.
Given = Mapping[str, Any]


@deed
def create(*, by: User, slug: str, stops: Sequence[Given] = (), **values: Any) -> Route:
    """A new route with its first version, when it has stops: name, description. A stop without a position takes its place in the list.

    Raises NotAllowed, Conflict when the slug is taken, RuleBroken for an environment that stands twice.
    """
    if not rules.may_write_routes(by):
        raise NotAllowed(NOT_YOURS)
    if Route.objects.filter(slug=slug).exists():
        raise Conflict(f"There is already a route {slug}; choose another.", errors={"slug": ["This short name is taken."]})
    wanted = _understood(stops)
    route: Route = Route.objects.create(slug=slug, **values)
    if wanted:
        _make_version(route, 1, wanted)
    record(route, "created", by=by, template="{actor} made the route {subject}")
    route.refresh_from_db()
    return route


@deed
def change(route: Route, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Route:
    """Change name, description, or the whole list of stops, which makes a new version: a release keeps the one it set out on.

    Raises NotAllowed, Stale, RuleBroken for an environment that stands twice.
    """
    route = _to_write(route, by, seen)
    changes = dict(changes)
    stops = changes.pop("stops", None)
    differing = sorted(name for name, value in changes.items() if getattr(route, name) != value)
    for name in differing:
        setattr(route, name, changes[name])
    if differing:
        route.save(update_fields=differing)
    if stops is not None and _renew(route, _understood(stops)):
        if not differing:
            revise(route)
        differing.append("stops")
    if differing:
        record(route, "changed", by=by, template="{actor} changed the route {subject}", columns=differing)
        route.refresh_from_db()
    return route


@deed
def delete(route: Route, *, by: User, seen: Seen = None) -> None:
    """Delete a route with its versions, when no release goes along it. Raises NotAllowed, Stale, Conflict that names what does."""
    route = _to_write(route, by, seen)
    record(route, "deleted", by=by, template="{actor} deleted the route {subject}", slug=route.slug)
    referring.delete(route, by=by)


def _to_write(route: Route, by: User, seen: Seen) -> Route:
    found: Route = Route.objects.select_for_update(no_key=True).get(pk=route.pk)
    if not rules.may_write_routes(by):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    return found


def _understood(stops: Sequence[Given]) -> list[dict[str, Any]]:
    """Every stop with all its columns, in the order of positions."""
    wanted: list[dict[str, Any]] = []
    for place, stop in enumerate(stops, start=1):
        given = {name: value for name, value in stop.items() if value not in (None, "")}
        wanted.append({**_USUAL, "position": place, **given})
    twice = {
        stop["environment"].slug for stop in wanted if sum(other["environment"] == stop["environment"] for other in wanted) > 1
    }
    if twice:
        sentence = f"{sorted(twice)[0]} stands twice on the route; an environment is one stop."
        raise RuleBroken(sentence, errors={"stops": [sentence]})
    return sorted(wanted, key=lambda stop: stop["position"])


def _renew(route: Route, wanted: Sequence[Given]) -> bool:
    """Make a new version of the route when its newest one says something else; whether it did."""
    newest = route.versions.order_by("-number").first()
    present = list(newest.stops.select_related("environment").order_by("position", "id")) if newest else []
    if [{name: getattr(stop, name) for name in ("environment", "position", *_USUAL)} for stop in present] == [
        {name: stop[name] for name in ("environment", "position", *_USUAL)} for stop in wanted
    ]:
        return False
    _make_version(route, newest.number + 1 if newest else 1, wanted)
    return True


def _make_version(route: Route, number: int, wanted: Sequence[Given]) -> None:
    version = RouteVersion.objects.create(route=route, number=number)
    Stop.objects.bulk_create([Stop(version=version, **stop) for stop in wanted])
