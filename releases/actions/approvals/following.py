"""What follows for approvals when something else changed, or time went on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from accounts.models import User
from accounts.vocabulary import AccountKind
from common.locks import Lock, take_if_free
from history.deeds import deed
from releases.actions.approvals.weighing import void_what_changed, weigh
from releases.models import Approval, Author, Gate, Promotion
from releases.queries.covered import changed_in
from releases.vocabulary import ApprovalDecision, PromotionStatus

GATE: Final = "a gate that was good then is not any more"


@deed
def follow(event: int, *, moved: Iterable[int] = (), gates: Iterable[int] = (), by: User, at: datetime) -> None:
    """Hold approvals to what they were given for, within the open event of this id.

    Whoever changed what an approval covers is an author from now on. Approvals of something else are void, and so are those that saw
    a gate good which is not any more (`gates`, by id). What was `moved` (promotions) back into its window may be approved again.
    """
    moved, gates = set(moved), set(gates)
    changed = changed_in(event)
    if changed and not _is_machine(by):
        Author.objects.bulk_create([Author(promotion_id=promotion, user_id=by.pk) for promotion in changed], ignore_conflicts=True)
    by_reason: dict[str, set[int]] = {}
    for promotion, why in changed.items():
        by_reason.setdefault(why, set()).add(promotion)
    for reason, promotions in sorted(by_reason.items()):
        void_what_changed(promotions, reason=reason, by=by, at=at)
    if gates:
        guarded = Promotion.objects.filter(release__in=Gate.objects.filter(pk__in=gates).values("release"))
        moved |= set(guarded.values_list("pk", flat=True))
    if others := moved - changed.keys():
        void_what_changed(others, reason=GATE, by=by, at=at)
        waiting = Promotion.objects.filter(pk__in=others, status=PromotionStatus.REQUESTED)
        weigh(set(waiting.values_list("pk", flat=True)), by=by, at=at)


def _is_machine(by: User) -> bool:
    """Whether nobody in particular acts: the clock, the operator at the shell."""
    return bool(User.objects.filter(pk=by.pk, kind=AccountKind.BUILTIN).exists())


@deed
def lapse(*, by: User, at: datetime) -> int:
    """Have what was approved wait again where a yes that it needs has lapsed by `at` (UTC); gives how many. Two at once are harmless."""
    if not take_if_free(Lock.APPROVALS):
        return 0
    lapsed = Approval.objects.filter(
        promotion__status=PromotionStatus.APPROVED, decision=ApprovalDecision.APPROVE, lapses_at__lte=at
    ).standing()
    concerned = set(lapsed.values_list("promotion", flat=True))
    weigh(concerned, by=by, at=at)
    return Promotion.objects.filter(pk__in=concerned, status=PromotionStatus.REQUESTED).count()
