"""Many plan, move and book at once, over connections of their own."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from accounts.vocabulary import Role
from common.refusals import Conflict, IllegalMove, Stale
from common.rows import expect_seen
from environments.actions import bookings
from environments.models import Booking, Place
from history.deeds import deed, record
from releases.actions import promotions
from releases.models import Promotion, Release
from tests.factories import (
    NOON,
    EnvironmentFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    StopFactory,
    UserFactory,
)
from tests.racing import Glances, at_once, deadlocks

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
LANES, WANT = 3, 64
ROUNDS = 5


def manager() -> Any:
    return UserFactory(roles=[Role.RELEASE_MANAGER, Role.ENVIRONMENT_MANAGER])


def plan(release: Any, environment: Any, by: Any) -> Promotion:
    return promotions.plan(release, environment, starts_at=NOON, ends_at=NOON + HOUR, by=by, at=NOON)


def test_of_64_releases_that_want_3_lanes_exactly_3_are_planned_and_the_others_get_a_sentence():
    rosa, environment = manager(), EnvironmentFactory(name="Acceptance", lanes=LANES)
    releases = [ReleaseFactory(status="draft") for _ in range(WANT)]
    given = at_once([lambda release=release: plan(release, environment, rosa) for release in releases])
    made = [each for each in given if isinstance(each, Promotion)]
    refused = [each.sentence for each in given if isinstance(each, Conflict)]
    assert (len(made), len(refused)) == (LANES, WANT - LANES), [
        each for each in given if not isinstance(each, (Promotion, Conflict))
    ]
    assert all(sentence.startswith("All 3 lanes of Acceptance are taken at") for sentence in refused)
    assert sorted(place.lanes.lower for place in Place.objects.all()) == [1, 2, 3]
    assert Release.objects.filter(status="planned").count() == LANES


def test_of_two_who_plan_the_same_target_at_once_one_does():
    rosa, release, environment = manager(), ReleaseFactory(), EnvironmentFactory()
    given = at_once([lambda: plan(release, environment, rosa)] * 4)
    assert sorted(type(each).__name__ for each in given) == ["Conflict"] * 3 + ["Promotion"]


def test_of_two_who_move_what_both_have_seen_one_does():
    rosa = manager()
    promotion = plan(ReleaseFactory(), EnvironmentFactory(), rosa)

    def move(hours: int) -> Promotion:
        start = NOON + hours * HOUR
        return promotions.reschedule(promotion, starts_at=start, ends_at=start + HOUR, by=rosa, at=NOON, seen=[1])

    given = at_once([lambda hours=hours: move(hours) for hours in (1, 2, 3, 4)])
    (won,) = [each for each in given if isinstance(each, Promotion)]
    assert [type(each) for each in given if each is not won] == [Stale] * 3
    assert Booking.objects.get().starts_at == won.starts_at == Promotion.objects.get().starts_at


def test_without_the_lock_several_move_what_all_have_seen():
    """The control: the same comparison by a verb that only looks and then writes."""
    clock = User.objects.clock()

    def look_and_write(number: int, hours: int, glances: Glances) -> None:
        with deed(by=clock):
            found = Promotion.objects.get(pk=number)
            expect_seen(found, [1])
            glances.pause()
            found.starts_at, found.ends_at = NOON + hours * HOUR, NOON + (hours + 1) * HOUR
            found.save(update_fields=["starts_at", "ends_at"])
            record(found, "moved", by=clock)

    too_many = 0
    for _ in range(ROUNDS):
        promotion: Any = PromotionFactory()
        glances = Glances(4)
        given = at_once([partial(look_and_write, promotion.pk, hours, glances) for hours in range(4)])
        too_many += given.count(None) > 1
    assert too_many >= 0.4 * ROUNDS


def test_planning_moving_cancelling_and_booking_along_one_route_never_wait_for_each_other():
    rosa = manager()
    stops = [EnvironmentFactory(lanes=1) for _ in range(3)]
    version: Any = RouteVersionFactory(route=RouteFactory())
    # Against the order of their keys, so that locks taken stop by stop would cross.
    for position, environment in enumerate(reversed(stops), start=1):
        StopFactory(version=version, environment=environment, position=position, holds="until_it_leaves")
    releases = [ReleaseFactory(route=version.route) for _ in range(4)]
    before = deadlocks()

    def travel(release: Any, hours: int) -> None:
        for at in range(6):
            environment, start = stops[(at + hours) % 3], NOON + (at + hours) * HOUR
            found = Promotion.objects.filter(release=release, environment=environment).unfinished().first()
            with suppress(Conflict, IllegalMove):
                if found is None:
                    promotions.plan(release, environment, starts_at=start, ends_at=start + HOUR, by=rosa, at=NOON)
                elif at % 2:
                    promotions.reschedule(found, starts_at=start, ends_at=start + HOUR, by=rosa, at=NOON)
                else:
                    promotions.cancel(found, reason="Off", by=rosa, at=NOON)

    def book(hours: int) -> None:
        for at in range(6):
            start = NOON + (at * 3 + hours) * HOUR
            with suppress(Conflict):
                bookings.book(stops[at % 3], by=rosa, starts_at=start, ends_at=start + HOUR)

    tasks = [lambda place=place, release=release: travel(release, place) for place, release in enumerate(releases * 2)]
    given = at_once([*tasks, lambda: book(0), lambda: book(1)])
    assert given == [None] * 10
    assert deadlocks() == before
    unfinished = set(Promotion.objects.unfinished().values_list("pk", flat=True))
    assert set(Booking.objects.filter(holder_kind="promotion").values_list("holder_id", flat=True)) == unfinished
