"""Cancelling promotions: one, or all that are left of a release."""

from datetime import datetime

from accounts.models import User
from common.refusals import IllegalMove, NotAllowed
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from releases import rules
from releases.actions.opening import locked_with_places
from releases.actions.promotions.places import NOT_YOURS, follow, promotions_of, settle
from releases.models import Promotion, Release
from releases.vocabulary import FINISHED, PromotionStatus


@deed
def cancel(promotion: Promotion, *, reason: str, by: User, at: datetime, seen: Seen = None) -> Promotion:
    """Call a promotion off at `at`; what lies ahead of its place is free.

    Where the release holds an earlier stop until it leaves, it stays there for longer. Raises NotAllowed, Stale, IllegalMove when it
    runs, is paused or finished, and Conflict when the earlier stop's lanes are taken by then, naming who has them.
    """
    release = locked_with_places(promotion.release)
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    promotion = next(one for one in promotions_of(release) if one.pk == promotion.pk)
    expect_seen(promotion, seen)
    _cancel(promotion, reason, by)
    settle(release, by=by, at=at)
    follow(release, by=by)
    fresh: Promotion = Promotion.objects.with_references().get(pk=promotion.pk)
    return fresh


@deed
def cancel_all(release: Release, *, reason: str, by: User, at: datetime) -> None:
    """Call off everything of a release that is not finished, for the verb that cancels the release, and give its places back.

    Whoever cancels the release sets its status first, so that it holds no earlier stop any longer. Raises IllegalMove when one of
    them runs or is paused.
    """
    release = locked_with_places(release)
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    for promotion in promotions_of(release):
        if promotion.status not in FINISHED:
            _cancel(promotion, reason, by)
    settle(release, by=by, at=at)
    follow(release, by=by)


def _cancel(promotion: Promotion, reason: str, by: User) -> None:
    status = PromotionStatus(promotion.status)
    if PromotionStatus.CANCELLED not in Promotion.MOVES[status]:
        words = str(status.label).lower()
        wish = "end it by its outcome" if status not in FINISHED else "there is nothing left to cancel"
        raise IllegalMove(f"{_subject(promotion)} is {words}; {wish}.")
    promotion.status = PromotionStatus.CANCELLED
    promotion.save(update_fields=["status"])
    record(promotion, "cancelled", by=by, template="{actor} cancelled {subject}", reason=reason)


def _subject(promotion: Promotion) -> str:
    return f"The promotion of {promotion.release} into {promotion.environment.name}"
