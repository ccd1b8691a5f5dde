"""What somebody else deletes between being found and being locked is not there: one of several at once is first, the others are told."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.vocabulary import Role, Scope
from projects.models import Milestone
from tests.callers import Caller
from tests.factories import MilestoneFactory, UserFactory
from tests.racing import at_once
from tests.reading import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("door", "first"), [("page", 302), ("rest", 204)])
def test_of_six_who_delete_the_same_thing_one_does_and_the_others_find_nothing(door: str, first: int):
    petra: Any = UserFactory(roles=[Role.PMO])
    for _ in range(5):
        milestone: Any = MilestoneFactory()
        answers = at_once([deleting(petra, door, milestone.pk) for _ in range(6)])
        assert sorted(answer.status_code for answer in answers) == [first] + [404] * 5
        assert not Milestone.objects.filter(pk=milestone.pk).exists()


def deleting(user: Any, door: str, number: int) -> Callable[[], Any]:
    """What a person does who deletes a milestone through a door."""
    if door == "page":
        client = signed_in(user)
        return lambda: client.post(f"/milestones/{number}/deletion/")
    caller = Caller(user=user, scopes=(Scope.READ, Scope.WRITE))
    return lambda: caller.send("DELETE", f"milestones/{number}/")
