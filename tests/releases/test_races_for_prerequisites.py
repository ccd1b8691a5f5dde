"""Two make releases wait for each other at once, over connections of their own."""

from functools import partial
from typing import Any

import pytest

from accounts.vocabulary import Role
from common.refusals import RuleBroken
from history.deeds import deed, record
from releases.actions import prerequisites
from releases.models import Prerequisite, Release
from tests.factories import PrerequisiteFactory, ReleaseFactory, UserFactory
from tests.racing import Glances, at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


@pytest.mark.parametrize("far", [False, True], ids=["crosswise", "far parts of a circle"])
def test_of_two_that_close_a_circle_together_one_is_refused(far: bool):
    """Far parts: one ↦ two and three ↦ four, where two ↦ three and four ↦ one are there; no release is part of both."""
    rita: Any = UserFactory(roles=[Role.RELEASE_MANAGER])
    for _ in range(ROUNDS):
        one, two, three, four = (ReleaseFactory() for _ in range(4))
        if far:
            PrerequisiteFactory(release=two, needs=three)
            PrerequisiteFactory(release=four, needs=one)
        second = (three, four) if far else (two, one)
        given = at_once([partial(prerequisites.add, *pair, by=rita) for pair in ((one, two), second)])
        assert sorted(type(each).__name__ for each in given) == ["Prerequisite", "RuleBroken"]


def test_without_the_lock_both_are_made():
    """The control: the same look by a verb that takes no lock."""
    rita: Any = UserFactory(roles=[Role.RELEASE_MANAGER])

    def look_and_write(release: Release, needs: Release, glances: Glances) -> None:
        with deed(by=rita):
            if prerequisites._way(needs, release):
                raise RuleBroken("It would wait for itself.")
            glances.pause()
            record(Prerequisite.objects.create(release=release, needs=needs), "made", by=rita)

    circles = 0
    for _ in range(ROUNDS):
        one, two, glances = ReleaseFactory(), ReleaseFactory(), Glances(2)
        at_once([partial(look_and_write, one, two, glances), partial(look_and_write, two, one, glances)])
        circles += Prerequisite.objects.filter(release__in=[one, two]).count() == 2
    assert circles >= 0.4 * ROUNDS
