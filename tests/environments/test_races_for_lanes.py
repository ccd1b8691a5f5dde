"""Many want the same lanes at once, over connections of their own."""

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from accounts.vocabulary import Role
from common.refusals import Conflict
from environments import verdicts
from environments.actions import bookings
from environments.models import Booking, Environment, Place
from environments.verdicts import Claim
from history.deeds import deed, record
from tests.factories import NOON, EnvironmentFactory, UserFactory
from tests.racing import PATIENCE, Glances, at_once, deadlocks

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
LANES, WANT = 3, 64
ROUNDS, FEWER = 5, 8


def one_lane(environment: Environment, by: User) -> Booking:
    return bookings.book(environment, by=by, starts_at=NOON, ends_at=NOON + HOUR, purpose="Load test")


def test_of_64_parallel_bookings_of_3_lanes_exactly_3_are_made_and_the_others_get_a_sentence():
    emil: Any = UserFactory(name="Emil", roles=[Role.ENVIRONMENT_MANAGER])
    environment: Any = EnvironmentFactory(name="Acceptance", lanes=LANES)
    given = at_once([lambda: one_lane(environment, emil)] * WANT)
    made = [each for each in given if isinstance(each, Booking)]
    refused = [each.sentence for each in given if isinstance(each, Conflict)]
    assert (len(made), len(refused)) == (LANES, WANT - LANES), [each for each in given if not isinstance(each, (Booking, Conflict))]
    assert all(sentence.startswith("All 3 lanes of Acceptance are taken at") for sentence in refused)
    assert sorted(place.lanes.lower for place in Place.objects.all()) == [1, 2, 3]


def test_without_the_lock_and_the_constraint_lanes_are_given_away_twice():
    """The control: the same reckoning by a verb that only looks and then writes."""
    clock = User.objects.clock()

    def look_and_write(environment: Environment, glances: Glances) -> None:
        wanted = Claim(0, NOON, NOON + HOUR, 1)
        with deed(by=clock):
            found = Booking.objects.filter(environment=environment).values_list("pk", "starts_at", "ends_at", "lanes")
            if not verdicts.taken(wanted, [Claim(*row) for row in found], LANES):
                glances.pause()
                made = Booking.objects.create(
                    environment=environment, starts_at=NOON, ends_at=NOON + HOUR, lanes=1, booked_by=clock
                )
                record(made, "booked", by=clock)

    too_many = 0
    for _ in range(ROUNDS):
        environment: Any = EnvironmentFactory(lanes=LANES)
        at_once([partial(look_and_write, environment, Glances(FEWER))] * FEWER)
        too_many += environment.bookings.count() > LANES
    assert too_many >= 0.4 * ROUNDS


def test_bookings_that_change_places_between_two_environments_never_wait_for_each_other():
    emil: Any = UserFactory(roles=[Role.ENVIRONMENT_MANAGER])
    here, there = EnvironmentFactory(lanes=20), EnvironmentFactory(lanes=20)
    pairs = [(one_lane(here, emil), there) for _ in range(4)] + [(one_lane(there, emil), here) for _ in range(4)]
    before = deadlocks()
    given = at_once(
        [lambda booking=booking, to=to: bookings.change(booking, {"environment": to}, by=emil) for booking, to in pairs]
    )
    assert [booking.environment for booking in given] == [to for _, to in pairs]
    assert deadlocks() == before


def test_locks_in_the_order_somebody_asks_for_them_do_deadlock():
    """The control: what the count of the database would have shown."""
    here, there = EnvironmentFactory(), EnvironmentFactory()
    before = deadlocks()
    have_one = threading.Barrier(2, timeout=PATIENCE)

    def lock(first: Any, second: Any) -> None:
        with transaction.atomic():
            Environment.objects.select_for_update(no_key=True).get(pk=first.pk)
            have_one.wait()
            Environment.objects.select_for_update(no_key=True).get(pk=second.pk)

    given = at_once([lambda: lock(here, there), lambda: lock(there, here)])
    assert sorted(str(type(each).__name__) for each in given) == ["NoneType", "OperationalError"]
    assert deadlocks() == before + 1
