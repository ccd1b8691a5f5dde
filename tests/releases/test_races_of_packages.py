"""People who write a package and its members at once, over connections of their own: each waits for the others, and none for ever."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from accounts.vocabulary import Role
from common.refusals import Conflict
from releases.actions import candidates, items, members, promotions, releases
from releases.models import Item, Release
from tests.factories import NOON, EnvironmentFactory, ItemFactory, ReleaseFactory, UserFactory
from tests.racing import crew, deadlocks, rounds
from tests.standards import standard

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS: Final = rounds(4)
BEFORE: Final = NOON - timedelta(days=30)
HOUR: Final = timedelta(hours=1)


@pytest.fixture
def rosa() -> Any:
    standard(gates=[{"name": "Tested"}])
    return UserFactory(name="Rosa", roles=[Role.RELEASE_MANAGER])


def train(by: Any) -> tuple[Release, list[Release]]:
    """A package that is planned, between members older and younger than itself, and as many releases that are in no package."""
    older = [ReleaseFactory() for _ in range(2)]
    package: Any = ReleaseFactory(extent="package")
    younger = [ReleaseFactory() for _ in range(2)]
    for each in (*older, *younger):
        ItemFactory(release=each)
    members.change(package, [*older, *younger], by=by)
    promotions.plan(package, EnvironmentFactory(), starts_at=NOON, ends_at=NOON + HOUR, by=by, at=BEFORE)
    return package, [*older, *younger]


def what_they_do(package: Release, travelling: list[Release], by: Any, turn: int) -> list[Callable[[], Any]]:
    """Whoever changes what a member is, or carries, has gates looked for before all that travels with it."""
    first, second, third, fourth = travelling
    planned, start = package.promotions.get(), NOON + (turn + 1) * HOUR
    return [
        *(partial(items.change, Item.objects.get(release=each), {"version": f"9.{turn}"}, by=by) for each in (first, fourth)),
        partial(releases.change, second, {"size": "major"}, by=by, at=BEFORE),
        partial(releases.change, package, {"urgency": "maintenance"}, by=by, at=BEFORE),
        partial(candidates.new, third, by=by),
        partial(promotions.reschedule, planned, starts_at=start, ends_at=start + HOUR, by=by, at=BEFORE),
        partial(members.remove, package, second, by=by),
        partial(members.add, package, ReleaseFactory(), by=by),
    ]


def test_writing_a_package_and_its_members_at_once_never_ends_in_a_knot(rosa: Any):
    before = deadlocks()
    with crew(8) as together:
        for turn in range(ROUNDS):
            package, travelling = train(rosa)
            given = together(what_they_do(package, travelling, rosa, turn))
            strange = [each for each in given if isinstance(each, Exception) and not isinstance(each, Conflict)]
            assert strange == []
    assert deadlocks() == before
