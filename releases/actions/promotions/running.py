"""Promotions that run: started, paused, resumed, ended by their outcome, rolled back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from accounts.models import User
from common.refusals import IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from policies.queries import standards
from releases import rules, verdicts
from releases.actions import deployments
from releases.actions.opening import locked_with_places
from releases.actions.promotions import obligations, outcomes
from releases.actions.promotions.outcomes import Ended
from releases.actions.promotions.places import promotions_of, settle, settle_after_all
from releases.models import Promotion, Release
from releases.queries.routes import stops_of
from releases.rules import BEEN_IN_PRODUCTION
from releases.vocabulary import LEFT_SOMETHING, SUCCESSES, PromotionStatus, ReleaseStatus

NOT_YOURS_TO_RUN: Final = "Only release managers, or the team that owns the environment, may run a promotion and say how it ended."
_NOT_BEGUN: Final = frozenset({ReleaseStatus.DRAFT, ReleaseStatus.PLANNED})
#: What to do instead, where a promotion is in another state than a verb needs.
_WISHES: Final[Mapping[PromotionStatus, str]] = {
    PromotionStatus.DRAFT: "ask for its approval first",
    PromotionStatus.REQUESTED: "it waits for its approvals",
    PromotionStatus.APPROVED: "start it first",
    PromotionStatus.RUNNING: "pause it, or say how it ended",
    PromotionStatus.PAUSED: "resume it, or say how it ended",
    PromotionStatus.MISSED: "give it another interval first",
}
_SENTENCES: Final[Mapping[PromotionStatus, str]] = {
    PromotionStatus.SUCCEEDED: "{actor} ended {subject}: it succeeded",
    PromotionStatus.SUCCEEDED_WITH_ISSUES: "{actor} ended {subject}: it succeeded with issues",
    PromotionStatus.FAILED: "{actor} ended {subject}: it failed",
}


@deed
def run(promotion: Promotion, *, by: User, at: datetime, seen: Seen = None) -> Promotion:
    """Start an approved promotion at `at` (UTC), which moves its interval there; it keeps its length and its approved window.

    Everything is asked once more, of the interval it will really take: raises RuleBroken with the requirements of the verdict unless
    it may go. The verdict stays with it. The first start of a release puts it under way; what a break-fix goes without becomes an
    obligation. Raises NotAllowed, Stale, IllegalMove, and Conflict when the lanes are taken, naming who has them.
    """
    release, promotion = _to_run(promotion, by, seen)
    # A paused one may go on to running too; it is resumed, not started.
    expect_status(promotion, PromotionStatus.APPROVED)
    verdict = verdicts.verdict(promotion, at, starting=True, known=standards())
    if not verdict.allowed:
        raise RuleBroken(verdict.sentence, requirements=verdict.as_json()["requirements"])
    # The approved window was the planned interval, unless somebody gave another: a start does not move it.
    promotion.approved_from = promotion.approved_from or promotion.starts_at
    promotion.approved_until = promotion.approved_until or promotion.ends_at
    promotion.starts_at, promotion.ends_at = at, at + (promotion.ends_at - promotion.starts_at)
    promotion.is_emergency = obligations.take_on(promotion, by=by, at=at)
    promotion.status, promotion.started_at, promotion.verdict = PromotionStatus.RUNNING, at, verdict.as_json()
    promotion.save(
        update_fields=["starts_at", "ends_at", "approved_from", "approved_until", "status", "started_at", "verdict", "is_emergency"]
    )
    as_emergency = ", as an emergency" if promotion.is_emergency else ""
    template = f"{{actor}} started {{subject}}{as_emergency}"
    record(promotion, "started", by=by, template=template, starts_at=promotion.starts_at, ends_at=promotion.ends_at)
    _set_out(release, by)
    settle(release, by=by, at=at)
    return _fresh(promotion)


@deed
def pause(promotion: Promotion, *, reason: str, by: User, at: datetime, seen: Seen = None) -> Promotion:
    """Hold a running promotion at `at`; it keeps its place. Raises NotAllowed, Stale, IllegalMove."""
    _, promotion = _to_run(promotion, by, seen)
    _expect(promotion, PromotionStatus.PAUSED)
    _put(promotion, PromotionStatus.PAUSED)
    record(promotion, "paused", by=by, template="{actor} paused {subject}", reason=reason, paused_at=at)
    return _fresh(promotion)


@deed
def resume(promotion: Promotion, *, by: User, at: datetime, seen: Seen = None) -> Promotion:
    """Go on with a paused promotion. Raises NotAllowed, Stale, IllegalMove."""
    _, promotion = _to_run(promotion, by, seen)
    expect_status(promotion, PromotionStatus.PAUSED)
    _put(promotion, PromotionStatus.RUNNING)
    record(promotion, "resumed", by=by, template="{actor} resumed {subject}", resumed_at=at)
    return _fresh(promotion)


@deed
def finish(
    promotion: Promotion,
    *,
    outcome: str,
    items: Mapping[int, Ended] | None = None,
    comment: str = "",
    by: User,
    at: datetime,
    seen: Seen = None,
) -> Promotion:
    """Say how a promotion ended at `at` (UTC): succeeded, succeeded_with_issues, failed, or rolled_back (see `roll_back`).

    `items` says it of single items (by id); of the others it is as of the whole, and of what succeeded with issues that they
    succeeded. What is where follows the items. What lies ahead of its place is free. Succeeding at the last stop brings the release
    into production. Raises NotAllowed, Stale, IllegalMove, and RuleBroken where items and the whole do not go together.
    """
    target = PromotionStatus(outcome)
    if target == PromotionStatus.ROLLED_BACK:
        return roll_back(promotion, items=items, reason=comment, by=by, at=at, seen=seen)
    release, promotion = _to_run(promotion, by, seen)
    _expect(promotion, target)
    outcomes.say(promotion, target, items or {})
    promotion.ended_at = at
    _put(promotion, target, "ended_at")
    record(promotion, target.value, by=by, template=_SENTENCES[target], reason=comment, ended_at=at)
    _arrive(release, promotion, by)
    _follow(release, by, at)
    return _fresh(promotion)


@deed
def roll_back(
    promotion: Promotion, *, items: Mapping[int, Ended] | None = None, reason: str = "", by: User, at: datetime, seen: Seen = None
) -> Promotion:
    """Say that a promotion was rolled back at `at` (UTC): while it ran or was paused, after it failed, or after it had succeeded.

    What was there before is there again, and history keeps that it was there meanwhile. No freeze, window or stop refuses it. A
    release that nothing of is left at its last stop is under way again. Raises NotAllowed, Stale, IllegalMove, RuleBroken.
    """
    release, promotion = _to_run(promotion, by, seen)
    _expect(promotion, PromotionStatus.ROLLED_BACK)
    if promotion.status in SUCCESSES | LEFT_SOMETHING:
        if items:
            raise RuleBroken(
                "Its items have their outcomes already; leave them out.", errors={"items": ["It ended already; leave this out."]}
            )
        outcomes.keep(promotion)
        # What came recorded from elsewhere says only when it was to end.
        promotion.ended_at = min(promotion.ended_at or promotion.ends_at, at)
    else:
        outcomes.say(promotion, PromotionStatus.ROLLED_BACK, items or {})
        promotion.ended_at = at
    promotion.rolled_back_at = at
    _put(promotion, PromotionStatus.ROLLED_BACK, "ended_at", "rolled_back_at")
    record(promotion, "rolled_back", by=by, template="{actor} rolled back {subject}", reason=reason, rolled_back_at=at)
    _come_back(release, by)
    _follow(release, by, at)
    return _fresh(promotion)


def expect_status(promotion: Promotion, *statuses: str) -> None:
    """Refuse (IllegalMove) a promotion in any other state than these, with what to do instead."""
    if promotion.status not in statuses:
        raise _refusal(promotion)


def _to_run(promotion: Promotion, by: User, seen: Seen) -> tuple[Release, Promotion]:
    """The release and its promotion as they are now, locked, the environments before them."""
    release = locked_with_places(promotion.release)
    promotion = next(one for one in promotions_of(release) if one.pk == promotion.pk)
    if not rules.may_run(by, promotion):
        raise NotAllowed(NOT_YOURS_TO_RUN)
    expect_seen(promotion, seen)
    return release, promotion


def _expect(promotion: Promotion, target: PromotionStatus) -> None:
    if target not in Promotion.MOVES[PromotionStatus(promotion.status)]:
        raise _refusal(promotion)


def _refusal(promotion: Promotion) -> IllegalMove:
    """Why a verb does nothing to a promotion as it is now, and what to do instead."""
    status = PromotionStatus(promotion.status)
    wish = "it can only be rolled back" if status in SUCCESSES else _WISHES.get(status, "nothing moves it on; plan a new attempt")
    return IllegalMove(f"{_subject(promotion)} is {_words(promotion)}; {wish}.")


def _put(promotion: Promotion, status: PromotionStatus, *columns: str) -> None:
    promotion.status = status
    promotion.save(update_fields=["status", *columns])


def _set_out(release: Release, by: User) -> None:
    """With its first start a release is under way; with one stop or none it has left its first one, and keeps to its route as it is."""
    columns = []
    stops = stops_of([release]).get(release.pk, [])
    if stops and release.route_version_id is None and stops[0].position == stops[-1].position:
        release.route_version_id = stops[0].version_id
        columns.append("route_version")
    if release.status in _NOT_BEGUN:
        _lead(release, ReleaseStatus.UNDER_WAY, "{subject} is under way", by, *columns)
    elif columns:
        release.save(update_fields=columns)


def _arrive(release: Release, promotion: Promotion, by: User) -> None:
    """Succeeding at the last stop, or without a route in production, brings a release into production."""
    is_last = _is_last_of(release)
    if promotion.status in SUCCESSES and release.status == ReleaseStatus.UNDER_WAY and is_last(promotion):
        _lead(release, ReleaseStatus.IN_PRODUCTION, "{subject} is in production", by)


def _come_back(release: Release, by: User) -> None:
    """What is nowhere at its last stop any more is under way again."""
    if release.status not in BEEN_IN_PRODUCTION:
        return
    is_last = _is_last_of(release)
    there = Promotion.objects.filter(release=release).succeeded().select_related("environment")
    if not any(is_last(one) for one in there):
        _lead(release, ReleaseStatus.UNDER_WAY, "{subject} is under way again, as it was rolled back", by)


def _is_last_of(release: Release) -> Callable[[Promotion], bool]:
    stops = stops_of([release]).get(release.pk, [])
    last = {stop.environment_id for stop in stops if stop.position == stops[-1].position}
    return lambda promotion: rules.is_last_stop(promotion.environment.stage, promotion.environment_id, last)


def _lead(release: Release, status: ReleaseStatus, template: str, by: User, *columns: str) -> None:
    release.status = status
    release.save(update_fields=["status", *columns])
    record(release, f"became_{status.value}", by=by, template=template)


def _follow(release: Release, by: User, at: datetime) -> None:
    """Have places and deployments be what the promotions say now."""
    settle_after_all(release, by=by, at=at)
    deployments.recompute(deployments.places_of([release.pk]), by=by)


def _subject(promotion: Promotion) -> str:
    return f"The promotion of {promotion.release} into {promotion.environment.name}"


def _words(promotion: Promotion) -> str:
    return str(promotion.get_status_display()).lower()


def _fresh(promotion: Promotion) -> Promotion:
    fresh: Promotion = Promotion.objects.with_references().get(pk=promotion.pk)
    return fresh
