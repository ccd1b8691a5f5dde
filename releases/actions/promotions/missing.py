"""Promotions whose time is over: the clock says so, and nobody else."""

from datetime import datetime

from accounts.models import User
from history.deeds import deed, record
from releases.actions.opening import locked_with_places
from releases.actions.promotions.places import follow, promotions_of, settle_after_all
from releases.models import Promotion
from releases.vocabulary import PromotionStatus


def miss(*, by: User, at: datetime) -> int:
    """Let go of what was asked for and did not start before its approved window ended, at or before `at` (UTC); gives how many.

    An approved promotion is missed; a requested one is a draft again, with that reason. Their places are free. Each is an event of
    its own. Two at once are harmless: the second waits for the first, release by release, and finds nothing left.
    """
    found = list(Promotion.objects.missed_by(at).order_by("pk").select_related("release"))
    return sum(_miss(promotion, by=by, at=at) for promotion in found)


@deed
def _miss(promotion: Promotion, *, by: User, at: datetime) -> bool:
    release = locked_with_places(promotion.release)
    own = {one.pk for one in promotions_of(release)}
    found = Promotion.objects.missed_by(at).filter(pk__in=own & {promotion.pk}).select_related("environment").first()
    if found is None:
        return False
    is_approved = found.status == PromotionStatus.APPROVED
    found.status = PromotionStatus.MISSED if is_approved else PromotionStatus.DRAFT
    found.save(update_fields=["status"])
    if is_approved:
        record(found, "missed", by=by, template="{subject} was missed: its approved window ended, and it had not started")
    else:
        reason = "Its window ended before it was approved"
        record(
            found, "returned", by=by, template="{subject} is a draft again: its window ended before it was approved", reason=reason
        )
    settle_after_all(release, by=by, at=at)
    follow(release, by=by)
    return True
