"""Several decide on the same promotion at once, over connections of their own."""

from functools import partial
from typing import Any

import pytest

from common.refusals import Conflict
from history.deeds import deed, record
from releases.actions import approvals, items
from releases.models import Approval, Promotion
from releases.queries.seats import standing
from releases.vocabulary import ApprovalDecision
from tests.approving import asks, digest, manager, requested, team_of
from tests.factories import NOON, UserFactory
from tests.racing import Glances, at_once, rounds

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, CONTROLS = rounds(5), rounds(6)
#: Nothing lapses while a race is run, whatever the day is.
LONG = {"holds_days": 32_000}


def say(promotion: Promotion, by: Any, seen: str) -> Any:
    return approvals.decide(promotion, decision="approve", digest=seen, by=by, at=NOON)


def look_and_write(promotion: Promotion, by: Any, seen: str, *glances: Glances) -> Any:
    """The control: the same by a verb that looks first, and then writes without a lock."""
    with deed(by=by):
        found = Promotion.objects.with_references().get(pk=promotion.pk)
        stand = standing([found], NOON)[found.pk]
        if by.pk in stand.spoken or seen != stand.shown.digest:
            raise Conflict("No")
        for each in glances:
            each.pause()
        made = Approval.objects.create(
            promotion=found, decision=ApprovalDecision.APPROVE, by=by, digest=seen, shown={}, at=NOON, lapses_at=None
        )
        if len(stand.spoken) + 1 >= sum(stand.needs.values()):
            Promotion.objects.filter(pk=found.pk).update(status="approved")
        record(found, "approval_given", by=by, approval=made.pk)
        return made


def test_of_two_approvers_at_once_both_count_and_the_promotion_is_approved():
    rosa, sven, sara = manager(), UserFactory(), UserFactory()
    asks({"team": team_of(sven, sara), "people": 2, **LONG})
    for _ in range(ROUNDS):
        made = requested(by=rosa)
        seen = digest(made)
        given = at_once([lambda by=by, made=made, seen=seen: say(made, by, seen) for by in (sven, sara)])
        assert all(isinstance(each, Approval) for each in given), given
        assert Promotion.objects.get(pk=made.pk).status == "approved"


def test_without_the_lock_two_approvers_leave_it_waiting():
    rosa, sven, sara = manager(), UserFactory(), UserFactory()
    asks({"team": team_of(sven, sara), "people": 2, **LONG})
    waiting = 0
    for _ in range(CONTROLS):
        made = requested(by=rosa)
        seen = digest(made)
        # The verb that follows approvals by itself is not asked: only what the two wrote.
        glances = Glances(2)
        at_once([partial(look_and_write, made, by, seen, glances) for by in (sven, sara)])
        waiting += Promotion.objects.get(pk=made.pk).status == "requested"
    assert waiting >= 0.4 * CONTROLS


def test_a_double_click_counts_once():
    rosa, sven, sara = manager(), UserFactory(), UserFactory()
    asks({"team": team_of(sven, sara), "people": 2, **LONG})
    for _ in range(ROUNDS):
        made = requested(by=rosa)
        seen = digest(made)
        given = at_once([lambda made=made, seen=seen: say(made, sven, seen)] * 2)
        assert sorted(type(each).__name__ for each in given) == ["Approval", "Conflict"], given
        assert Promotion.objects.get(pk=made.pk).status == "requested"
        assert made.approvals.count() == 1


def test_without_the_lock_a_double_click_writes_twice():
    rosa, sven, sara = manager(), UserFactory(), UserFactory()
    asks({"team": team_of(sven, sara), "people": 2, **LONG})
    twice = 0
    for _ in range(CONTROLS):
        made = requested(by=rosa)
        seen = digest(made)
        at_once([partial(look_and_write, made, sven, seen, Glances(2))] * 2)
        twice += made.approvals.count() == 2
    assert twice >= 0.4 * CONTROLS


def test_nothing_is_approved_that_nobody_saw():
    rosa, omar, sven = manager(), manager("Omar"), UserFactory()
    asks({"team": team_of(sven), **LONG})
    for _ in range(ROUNDS):
        made = requested(by=rosa)
        seen, item = digest(made), made.release.items.get()
        at_once(
            [
                lambda made=made, seen=seen: say(made, sven, seen),
                lambda item=item: items.change(item, {"version": "9.9.9"}, by=omar),
            ]
        )
        found = Promotion.objects.get(pk=made.pk)
        assert found.status == "requested"
        # The yes was refused, or came first and is void.
        assert not Approval.objects.standing().filter(promotion=made).exists()
        assert digest(made) != seen


def test_without_the_lock_what_nobody_saw_is_approved():
    rosa, omar, sven = manager(), manager("Omar"), UserFactory()
    asks({"team": team_of(sven), **LONG})
    unseen = 0

    def edit(item: Any, looked: Glances, edited: Glances) -> None:
        looked.pause()
        items.change(item, {"version": "9.9.9"}, by=omar)
        edited.pause()

    for _ in range(CONTROLS):
        made = requested(by=rosa)
        seen, item = digest(made), made.release.items.get()
        looked, edited = Glances(2), Glances(2)
        at_once([partial(look_and_write, made, sven, seen, looked, edited), partial(edit, item, looked, edited)])
        unseen += Promotion.objects.get(pk=made.pk).status == "approved" and digest(made) != seen
    assert unseen >= 0.4 * CONTROLS
