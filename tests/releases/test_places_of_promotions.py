"""The places promotions hold: while deploying, until the release leaves, and after an import."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.vocabulary import Role
from common.bringing import WrongRows
from common.refusals import Conflict, Refusal
from environments.actions import bookings, routes
from environments.models import Booking, Place
from releases.actions import promotions, releases
from releases.models import Promotion, Release
from tests.callers import change
from tests.factories import (
    NOON,
    EnvironmentFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    StopFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = NOON - DAY


@pytest.fixture
def rosa() -> Any:
    return UserFactory(name="Rosa", roles=[Role.RELEASE_MANAGER, Role.ENVIRONMENT_MANAGER])


@pytest.fixture
def stops() -> list[Any]:
    return [EnvironmentFactory(slug=slug, name=slug.title(), lanes=1) for slug in ("test", "acc", "prod")]


def travelling(stops: list[Any], *holding: int, **values: Any) -> Any:
    """A release whose route goes by `stops`; it stays until it leaves at those of these places (from 0)."""
    version: Any = RouteVersionFactory(route=RouteFactory())
    for place, environment in enumerate(stops):
        holds = "until_it_leaves" if place in holding else "deploying"
        StopFactory(version=version, environment=environment, position=place + 1, holds=holds)
    return ReleaseFactory(route=version.route, status="draft", **values)


def plan(release: Any, environment: Any, start: datetime, by: Any) -> Promotion:
    return promotions.plan(release, environment, starts_at=start, ends_at=start + 2 * HOUR, by=by, at=AT)


def move(promotion: Promotion, start: datetime, by: Any) -> Promotion:
    return promotions.reschedule(promotion, starts_at=start, ends_at=start + 2 * HOUR, by=by, at=AT)


def place_of(promotion: Promotion) -> tuple[datetime, datetime | None] | None:
    found = Booking.objects.held_by("promotion", promotion.pk).first()
    if found is None:
        return None
    (place,) = found.places.all()
    assert (place.environment_id, place.starts_at, place.ends_at) == (found.environment_id, found.starts_at, found.ends_at)
    assert found.environment_id == promotion.environment_id
    return found.starts_at, found.ends_at


def test_while_deploying_a_place_is_held_moves_and_is_given_back(rosa: Any, stops: list[Any]):
    release = travelling(stops)
    promotion = plan(release, stops[2], NOON, rosa)
    assert place_of(promotion) == (NOON, NOON + 2 * HOUR)
    with pytest.raises(Conflict, match="The lane of Prod is taken at Tue 10 Mar 2026, 13:00 UTC: by the promotion of"):
        bookings.book(stops[2], by=rosa, starts_at=NOON + HOUR, ends_at=NOON + 3 * HOUR)
    promotion = move(promotion, NOON + HOUR, rosa)
    assert place_of(promotion) == (NOON + HOUR, NOON + 3 * HOUR)
    promotions.cancel(promotion, reason="Off", by=rosa, at=AT)
    assert place_of(promotion) is None


def test_what_began_keeps_the_past_of_its_place(rosa: Any, stops: list[Any]):
    promotion = plan(travelling(stops), stops[2], NOON, rosa)
    promotions.cancel(promotion, reason="Off", by=rosa, at=NOON + HOUR)
    assert place_of(promotion) == (NOON, NOON + HOUR)


def test_until_it_leaves_the_place_is_open_and_then_follows_the_next_stop(rosa: Any, stops: list[Any]):
    release = travelling(stops, 1)
    acceptance = plan(release, stops[1], NOON, rosa)
    assert place_of(acceptance) == (NOON, None)
    later = NOON + 30 * DAY
    with pytest.raises(Conflict) as refused:
        bookings.book(stops[1], by=rosa, starts_at=later, ends_at=later + HOUR)
    assert refused.value.sentence == (
        f"Acc is held by the promotion of {release} into Acc until it leaves, and its next stop is not planned yet."
    )
    production = plan(release, stops[2], NOON + 7 * DAY, rosa)
    assert place_of(acceptance) == (NOON, NOON + 7 * DAY)
    taken = bookings.book(stops[1], by=rosa, starts_at=later, ends_at=later + HOUR)
    production = move(production, NOON + 9 * DAY, rosa)
    assert place_of(acceptance) == (NOON, NOON + 9 * DAY)
    with pytest.raises(Conflict) as refused:
        move(production, later + DAY, rosa)
    assert refused.value.sentence == (
        f"{release} would stay in Acc until its next stop, or a new attempt there. The lane of Acc is taken at Thu 9 Apr 2026, 12:00 UTC:"
        " by a booking of Rosa until Thu 9 Apr 2026, 13:00 UTC."
    )
    assert place_of(acceptance) == (NOON, NOON + 9 * DAY), "nothing moved"
    with pytest.raises(Conflict, match="The lane of Acc is taken"):
        promotions.cancel(production, reason="Off", by=rosa, at=AT)
    bookings.cancel(taken, by=rosa)
    promotions.cancel(production, reason="Off", by=rosa, at=AT)
    assert place_of(acceptance) == (NOON, None)


def test_what_has_succeeded_stays_until_the_release_leaves_and_goes_with_it(rosa: Any, stops: list[Any]):
    release = travelling(stops, 0)
    there = plan(release, stops[0], NOON, rosa)
    change(there, status="succeeded")
    production = plan(release, stops[2], NOON + 3 * DAY, rosa)
    assert (place_of(there), place_of(production)) == ((NOON, NOON + 3 * DAY), (NOON + 3 * DAY, NOON + 3 * DAY + 2 * HOUR))
    change(release, status="cancelled")
    promotions.cancel_all(release, reason="Off", by=rosa, at=NOON + DAY)
    assert (place_of(there), place_of(production)) == ((NOON, NOON + DAY), None)


def test_a_new_attempt_takes_the_place_over(rosa: Any, stops: list[Any]):
    release = travelling(stops, 0)
    first = plan(release, stops[0], NOON, rosa)
    change(first, status="succeeded")
    second = plan(release, stops[0], NOON + DAY, rosa)
    assert (place_of(first), place_of(second)) == ((NOON, NOON + DAY), (NOON + DAY, None))
    for start in (NOON + 3 * DAY, NOON + 2 * HOUR):
        second = move(second, start, rosa)
        assert (place_of(first), place_of(second)) == ((NOON, start), (start, None))


def test_without_a_limit_everybody_finds_a_lane_and_who_books_all_of_it_does_not(rosa: Any):
    environment: Any = EnvironmentFactory(name="Staging")
    for _ in range(3):
        plan(ReleaseFactory(), environment, NOON, rosa)
    assert sorted(place.lanes.lower or 0 for place in Place.objects.all()) == [1, 2, 3]
    with pytest.raises(Conflict, match="Staging is not free as a whole"):
        bookings.book(environment, by=rosa, starts_at=NOON, ends_at=NOON + HOUR, lanes=None)


def test_places_follow_when_the_stops_of_the_route_are_other_ones(rosa: Any, stops: list[Any]):
    release = travelling(stops)
    test, production = plan(release, stops[0], NOON, rosa), plan(release, stops[2], NOON + DAY, rosa)
    held = [{"environment": each, "holds": "until_it_leaves"} for each in stops[:2]]
    routes.change(release.route, {"stops": [*held, {"environment": stops[2]}]}, by=rosa)
    assert (place_of(test), place_of(production)) == ((NOON, NOON + DAY), (NOON + DAY, NOON + DAY + 2 * HOUR))
    release_rows = [{"key": release.key, "route": ""}]
    releases.bring(release_rows, by=User.objects.operator())
    assert place_of(test) == (NOON, NOON + 2 * HOUR)


# --- places by imports


def bring(*rows: dict[str, Any], at: datetime = AT) -> Any:
    return promotions.bring(rows, by=User.objects.operator(), at=at)


def row(release: Any, environment: Any, start: datetime, **more: Any) -> dict[str, Any]:
    return {"release": release.key, "environment": environment.slug, "starts_at": start, "ends_at": start + 2 * HOUR, **more}


def test_drafts_that_are_brought_hold_their_places_and_what_comes_finished_books_nothing(stops: list[Any]):
    one, other = travelling(stops, 0), travelling(stops)
    past = NOON - 9 * DAY
    bring(row(one, stops[0], NOON), row(one, stops[1], NOON + DAY), row(other, stops[2], past, status="succeeded"))
    found = {promotion.environment.slug: promotion for promotion in Promotion.objects.all()}
    assert place_of(found["test"]) == (NOON, NOON + DAY)
    assert place_of(found["acc"]) == (NOON + DAY, NOON + DAY + 2 * HOUR)
    assert place_of(found["prod"]) is None
    bring(row(one, stops[1], NOON + 2 * DAY))
    assert place_of(found["test"]) == (NOON, NOON + 2 * DAY)
    bring(row(one, stops[1], NOON + 2 * DAY, status="succeeded"), at=NOON + 3 * DAY)
    assert (place_of(found["test"]), place_of(found["acc"])) == ((NOON, NOON + 2 * DAY), None)


def test_rows_whose_lanes_are_taken_are_refused_by_name(rosa: Any, stops: list[Any]):
    plan(travelling(stops, name="First"), stops[2], NOON, rosa)
    releases = [travelling(stops, name=f"Late {number}") for number in range(3)]
    with pytest.raises(WrongRows) as refused:
        bring(
            row(releases[0], stops[2], NOON + HOUR),
            row(releases[1], stops[2], NOON + 5 * HOUR),
            row(releases[2], stops[2], NOON + 6 * HOUR),
        )
    assert [(wrong.row, wrong.column) for wrong in refused.value.wrong] == [(0, "starts_at"), (2, "starts_at")]
    assert "by the promotion of First 1.0.0 into Prod until" in refused.value.wrong[0].sentence
    assert "by the promotion of Late 1 1.0.0 into Prod until" in refused.value.wrong[1].sentence
    assert Promotion.objects.count() == Booking.objects.count() == 1


def test_an_import_moves_others_to_other_lanes_where_that_makes_room(rosa: Any):
    environment: Any = EnvironmentFactory(slug="staging", lanes=2)
    spans = [(0, 2), (1, 3), (2, 5), (3, 5), (5, 8), (6, 7)]
    for start, end in spans[:3]:
        bookings.book(environment, by=rosa, starts_at=NOON + start * HOUR, ends_at=NOON + end * HOUR)
    rows = [row(ReleaseFactory(), environment, NOON + start * HOUR, ends_at=NOON + end * HOUR) for start, end in spans[3:]]
    bring(*rows)
    assert {place.lanes.lower for place in Place.objects.all()} == {1, 2}
    assert Place.objects.count() == len(spans)


def test_many_drafts_cost_as_many_statements_as_few():
    def statements(many: int) -> int:
        environment: Any = EnvironmentFactory(lanes=many)
        rows = [row(ReleaseFactory(), environment, NOON + number * 5 * timedelta(minutes=1)) for number in range(many)]
        with CaptureQueriesContext(connection) as captured:
            bring(*rows)
        return len(captured)

    assert statements(9) == statements(60)


# --- whatever happens, places are those that the promotions and stops make


def reckoned(release: Release, holding: tuple[bool, ...], stops: list[Any]) -> dict[int, tuple[int, datetime, datetime | None]]:
    """The places of a release by another way of thinking than the verbs': walk each one's future."""
    ahead = {"draft", "requested", "approved", "running", "paused"}
    order = [stop.pk for stop in stops]
    every = list(Promotion.objects.filter(release=release))
    found: dict[int, tuple[int, datetime, datetime | None]] = {}
    for one in every:
        if one.status not in ahead:
            continue
        until: datetime | None = one.ends_at
        if holding[order.index(one.environment_id)]:
            onward = [
                other.starts_at
                for other in every
                if other.status in ahead
                and order.index(other.environment_id) > order.index(one.environment_id)
                and other.starts_at >= one.starts_at
            ]
            until = max([min(onward), one.ends_at]) if onward else None
        found[one.pk] = (one.environment_id, one.starts_at, until)
    return found


STEPS = st.lists(
    st.tuples(st.sampled_from(["plan", "move", "cancel", "bring"]), st.integers(0, 1), st.integers(0, 2), st.integers(0, 8)),
    min_size=1,
    max_size=9,
)


@settings(max_examples=25)
@given(holding=st.tuples(st.booleans(), st.booleans(), st.booleans()), steps=STEPS, lanes=st.sampled_from([1, 2, None]))
def test_after_any_sequence_the_places_are_those_reckoned_anew(holding: tuple[bool, ...], steps: list[Any], lanes: int | None):
    rosa: Any = UserFactory(roles=[Role.RELEASE_MANAGER])
    stops: list[Any] = [EnvironmentFactory(lanes=lanes) for _ in range(3)]
    both = [travelling(stops, *(place for place, is_so in enumerate(holding) if is_so)) for _ in range(2)]
    for verb, which, stop, hour in steps:
        release, environment, start = both[which], stops[stop], NOON + hour * HOUR
        present = Promotion.objects.filter(release=release, environment=environment).unfinished().first()
        try:
            if verb == "plan":
                plan(release, environment, start, rosa)
            elif verb == "bring":
                attempt = Promotion.objects.filter(release=release, environment=environment).count() + 1
                bring(row(release, environment, start, attempt=present.attempt if present else attempt))
            elif present and verb == "move":
                move(present, start, rosa)
            elif present:
                promotions.cancel(present, reason="Off", by=rosa, at=AT)
        except Refusal:
            pass
        expected = reckoned(both[0], holding, stops) | reckoned(both[1], holding, stops)
        held = Booking.objects.filter(environment__in=stops)
        assert {one.holder_id: (one.environment_id, one.starts_at, one.ends_at) for one in held} == expected
        assert Place.objects.filter(environment__in=stops).count() == len(expected)
