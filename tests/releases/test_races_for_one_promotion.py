"""Thirty-two people approve, reject, take back, withdraw, ask, edit, move and start one promotion at once, each over a connection of their own."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from common.refusals import Refusal
from history.models import Fact
from releases.actions import approvals, items, promotions
from releases.models import Approval, ApprovalEnd, Promotion
from releases.vocabulary import PROMOTION_MOVES, PromotionStatus
from tests.approving import AT, asks, digest, manager, requested, team_of
from tests.factories import NOON, UserFactory
from tests.racing import crew, deadlocks, rounds

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS: Final = rounds(3)
MANY: Final = 32
#: What leads where; everything else that is told leaves the promotion in its state.
LEADS_TO: Final = {
    "requested": PromotionStatus.REQUESTED,
    "approved": PromotionStatus.APPROVED,
    "waits_again": PromotionStatus.REQUESTED,
    "rejected": PromotionStatus.DRAFT,
    "withdrawn": PromotionStatus.DRAFT,
    "started": PromotionStatus.RUNNING,
}
#: What people did, each told once, and the rest follows of itself.
DONE: Final = frozenset(
    {"approval_given", "rejected", "approval_taken_back", "withdrawn", "requested", "changed_item", "moved", "started"}
)


@pytest.fixture
def cast() -> Any:
    """Rosa asks, six may say yes, of whom it takes two, and four others edit and start."""
    rosa, six, four = manager("Rosa"), [UserFactory() for _ in range(6)], [manager(f"Manager {each}") for each in range(4)]
    asks({"team": team_of(*six), "people": 2, "holds_days": 32_000})
    return rosa, six, four


def what_they_do(made: Promotion, cast: Any, turn: int) -> list[Callable[[], Any]]:
    """Thirty-two wishes; who says yes has looked at what was there before the round began."""
    rosa, six, four = cast
    seen, item = digest(made), made.release.items.get()

    def say(who: Any, decision: str) -> Callable[[], Any]:
        return lambda: approvals.decide(made, decision=decision, digest=seen, comment="So", by=who, at=AT)

    def edit(who: Any, version: int) -> Callable[[], Any]:
        return lambda: items.change(item, {"version": f"9.{turn}.{version}"}, by=who)

    later = NOON + timedelta(hours=1)
    return [
        *(say(who, "approve") for who in six * 2),
        *(say(who, "reject") for who in six[:2]),
        *(lambda who=who: approvals.take_back(made, by=who, at=AT) for who in six[:3]),
        *(lambda who=who: promotions.run(made, by=who, at=NOON) for who in four * 2),
        *(edit(who, version) for version, who in enumerate(four[: 1 + turn % 2])),
        lambda: promotions.reschedule(made, starts_at=later, ends_at=later + timedelta(hours=1), by=four[3], at=AT),
        *(lambda: promotions.request(made, by=rosa, at=AT) for _ in range(2)),
        lambda: promotions.withdraw(made, reason="Later", by=rosa, at=AT),
        *([] if turn % 2 else [lambda: approvals.lapse(by=rosa, at=AT)]),
        lambda: promotions.withdraw(made, reason="Not yet", by=four[0], at=AT),
    ]


def told_of(made: Promotion, since: int) -> list[str]:
    """The verbs of what was told of a promotion and of its release, in the order in which it was committed."""
    about = Fact.objects.filter(pk__gt=since, subject_kind="promotion", subject_id=made.pk)
    about |= Fact.objects.filter(pk__gt=since, subject_kind="release", subject_id=made.release_id)
    return list(about.order_by("event__number", "position").values_list("verb", flat=True))


def one_round(made: Promotion, cast: Any, together: Any, turn: int) -> None:
    """Everybody at once; what came of it is held against the table."""
    since, tasks = Fact.objects.latest("pk").pk, what_they_do(made, cast, turn)
    assert len(tasks) == MANY
    given = together(tasks)
    strange = [each for each in given if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert strange == []
    told = told_of(made, since)
    state = PromotionStatus.REQUESTED
    for target in [LEADS_TO[verb] for verb in told if verb in LEADS_TO]:
        assert target in PROMOTION_MOVES[state], f"{state} became {target}: {told}"
        state = target
    found = Promotion.objects.with_references().get(pk=made.pk)
    assert found.status == state

    # Each wish was done and told, or refused with a sentence: none is lost, and none counts twice.
    kept = [each for each in given if isinstance(each, (Approval, ApprovalEnd))]
    assert len({(type(each), each.pk) for each in kept}) == len(kept)
    rows = Approval.objects.filter(promotion=made)
    assert set(rows.values_list("pk", flat=True)) == {each.pk for each in kept if isinstance(each, Approval)}
    ends = ApprovalEnd.objects.filter(approval__promotion=made)
    assert set(ends.filter(kind="withdrawn").values_list("pk", flat=True)) == {
        each.pk for each in kept if isinstance(each, ApprovalEnd)
    }
    deeds = sum(1 for each in given if not isinstance(each, (Exception, int)))
    counted = Counter(verb for verb in told if verb in DONE)
    assert sum(counted.values()) == deeds, told

    # It stands approved by two, and by nobody who changed it or who saw something else.
    standing = Approval.objects.standing().filter(promotion=made, decision="approve")
    now = digest(found)
    assert all(one.digest == now for one in standing)
    assert standing.count() == len(set(standing.values_list("by", flat=True)))
    if state in (PromotionStatus.APPROVED, PromotionStatus.RUNNING):
        assert standing.count() >= 2


def test_of_32_who_decide_edit_and_start_at_once_each_does_what_the_table_allows(cast: Any):
    before = deadlocks()
    with crew(MANY) as together:
        for turn in range(ROUNDS):
            one_round(requested(by=cast[0], rollback_plan="Put it back."), cast, together, turn)
    assert deadlocks() == before
