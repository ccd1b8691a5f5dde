"""Two write the same release at once, over connections of their own."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.vocabulary import Role
from common.refusals import Conflict, Stale
from environments.models import Booking
from releases.actions import members, promotions, releases
from releases.models import Promotion, Release
from tests.factories import NOON, EnvironmentFactory, ReleaseFactory, UserFactory
from tests.racing import at_once, deadlocks

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6
BEFORE = NOON - timedelta(days=30)


def rosa() -> Any:
    return UserFactory(name="Rosa", roles=[Role.RELEASE_MANAGER])


def test_of_two_changes_of_what_both_saw_one_is_refused():
    by = rosa()
    for _ in range(ROUNDS):
        release: Any = ReleaseFactory()
        given = at_once(
            [
                lambda size=size, release=release: releases.change(release, {"size": size}, by=by, at=BEFORE, seen={1})
                for size in ("major", "standard")
            ]
        )
        assert sorted(type(each).__name__ for each in given) == ["Release", "Stale"], given
        assert any(isinstance(each, Stale) for each in given)


def test_a_promotion_planned_while_the_release_is_cancelled_is_refused_or_cancelled_with_it():
    """Both lock environments, then the release: whoever comes second sees what the first did, and nobody waits for ever."""
    by = rosa()
    before = deadlocks()
    for _ in range(ROUNDS):
        release: Any = ReleaseFactory(status="draft")
        first, second = EnvironmentFactory(), EnvironmentFactory()
        promotions.plan(release, first, starts_at=NOON, ends_at=NOON + timedelta(hours=1), by=by, at=BEFORE)
        end = NOON + timedelta(days=1)
        cancelled, planned = at_once(
            [
                lambda release=release: releases.cancel(release, by=by, at=BEFORE, reason="Too late"),
                lambda release=release, second=second, end=end: promotions.plan(
                    release, second, starts_at=NOON, ends_at=end, by=by, at=BEFORE
                ),
            ]
        )
        assert isinstance(cancelled, Release), cancelled
        assert isinstance(planned, (Promotion, Conflict)), planned
        assert set(Promotion.objects.filter(release=release).values_list("status", flat=True)) == {"cancelled"}
        assert Release.objects.get(pk=release.pk).status == "cancelled"
        assert not Booking.objects.exists()
    assert deadlocks() == before


def test_of_two_packages_that_want_the_same_release_one_gets_it():
    by = rosa()
    for _ in range(ROUNDS):
        member: Any = ReleaseFactory()
        packages: Any = [ReleaseFactory(extent="package") for _ in range(2)]
        given = at_once([lambda each=each, member=member: members.add(each, member, by=by) for each in packages])
        assert sorted(type(each).__name__ for each in given) == ["Conflict", "Release"], given


def test_two_packages_that_want_each_others_members_do_not_wait_for_ever():
    by = rosa()
    for _ in range(ROUNDS):
        one, two = (ReleaseFactory(extent="package") for _ in range(2))
        here: Any = ReleaseFactory(package=one)
        there: Any = ReleaseFactory(package=two)
        given = at_once(
            [
                lambda one=one, there=there: members.change(one, [there], by=by),
                lambda two=two, here=here: members.change(two, [here], by=by),
            ]
        )
        assert all(isinstance(each, (Release, Conflict)) for each in given), given
