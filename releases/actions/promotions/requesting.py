"""Asking for the approval of a promotion, and withdrawing that."""

from datetime import datetime
from typing import Final

from accounts.models import User
from common.refusals import IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from environments.models import RouteVersion
from history.deeds import deed, record
from policies.queries import standards
from releases import rules
from releases.actions import approvals
from releases.actions.promotions.places import NOT_YOURS
from releases.models import Promotion, Release
from releases.queries import digests
from releases.vocabulary import ENDED, PromotionStatus

WITHDRAWN: Final = "the request was withdrawn"
_ASKED_FOR: Final = frozenset({PromotionStatus.REQUESTED, PromotionStatus.APPROVED})


@deed
def request(promotion: Promotion, *, by: User, at: datetime, seen: Seen = None) -> Promotion:
    """Ask at `at` (UTC) for the approval of a draft; from now on its approved window is fixed, by default to the planned interval.

    The release goes by its present route version from the moment it is asked to go beyond its first stop. Where nobody has to be
    asked, it is approved at once. Raises NotAllowed, Stale, IllegalMove when it is no draft or its release has ended, and RuleBroken
    when it lies in the past or beside its approved window, or its candidate has no items.
    """
    (found,) = approvals.locked([promotion.pk])
    release = found.release
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    _expect_draft(found)
    if found.starts_at <= at:
        raise RuleBroken(_beginning(found) + " was to start before now; move it to a time ahead, and ask then.")
    found.approved_from = found.approved_from or found.starts_at
    found.approved_until = found.approved_until or found.ends_at
    if not (found.approved_from <= found.starts_at and found.ends_at <= found.approved_until):
        raise RuleBroken(_beginning(found) + " lies beside its approved window; move one of them, and ask then.")
    if not digests.of([found], standards())[found.pk].values["items"]:
        raise RuleBroken(f"Candidate {found.candidate.number} of {release} changes nothing yet; add its items first.")
    found.status = PromotionStatus.REQUESTED
    found.requested_by, found.requested_at = User.objects.get(pk=by.pk), at
    found.save(update_fields=["status", "approved_from", "approved_until", "requested_by", "requested_at"])
    record(found, "requested", by=by, template="{actor} asked for the approval of {subject}")
    _pin(release, by)
    approvals.weigh([found.pk], by=by, at=at)
    return _fresh(found)


@deed
def withdraw(promotion: Promotion, *, reason: str, by: User, at: datetime, seen: Seen = None) -> Promotion:
    """Take the request back at `at` (UTC): a draft again, and what was approved is void.

    Raises NotAllowed, Stale, and IllegalMove when nobody asked for it, or it has started.
    """
    (found,) = approvals.locked([promotion.pk])
    if not rules.may_write_release(by, found.release):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    if found.status not in _ASKED_FOR:
        raise IllegalMove(f"{_beginning(found)} is {found.get_status_display().lower()}; only what was asked for is withdrawn.")
    found.status = PromotionStatus.DRAFT
    found.save(update_fields=["status"])
    record(found, "withdrawn", by=by, reason=reason, template="{actor} withdrew the request for {subject}")
    approvals.void(found, reason=WITHDRAWN, by=by, at=at)
    return _fresh(found)


def _expect_draft(found: Promotion) -> None:
    if found.release.status in ENDED:
        words = found.release.get_status_display().lower()
        raise IllegalMove(f"{found.release} is {words}; nothing of it goes anywhere any more.")
    if found.status != PromotionStatus.DRAFT:
        wish = "move it to a time ahead first" if found.status == PromotionStatus.MISSED else "only a draft is asked for"
        raise IllegalMove(f"{_beginning(found)} is {found.get_status_display().lower()}; {wish}.")


def _pin(release: Release, by: User) -> None:
    """Have a release that leaves its first stop go by the present version of its route from now on."""
    if release.route_id is None or release.route_version_id is not None or not rules.has_left_first_stop(release):
        return
    newest = RouteVersion.objects.filter(route=release.route_id).order_by("-number").first()
    if newest is not None:
        release.route_version = newest
        release.save(update_fields=["route_version"])
        record(release, "left_first_stop", by=by, template="{subject} leaves its first stop, and goes by its route as it is now")


def _beginning(found: Promotion) -> str:
    return f"The promotion of {found.release} into {found.environment.name}"


def _fresh(found: Promotion) -> Promotion:
    fresh: Promotion = Promotion.objects.with_references().get(pk=found.pk)
    return fresh
