"""Who may write releases and promotions, and what their statuses may become. Plain questions; the verbs ask them."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import User
from accounts.vocabulary import Role
from environments.vocabulary import Stage
from releases.models import Release
from releases.vocabulary import RELEASE_MOVES, SUCCESSES, UNFINISHED, PromotionStatus, ReleaseStatus

_RAN = frozenset({PromotionStatus.RUNNING, PromotionStatus.PAUSED, PromotionStatus.FAILED, PromotionStatus.ROLLED_BACK}) | SUCCESSES
_BEEN_IN_PRODUCTION = frozenset({ReleaseStatus.IN_PRODUCTION, ReleaseStatus.EARLY_LIFE, ReleaseStatus.CLOSED})


def may_write_release(by: User, release: Release | None) -> bool:
    """Release managers, and its own manager; a new one (None) only the former. The operator may all."""
    if by.is_builtin or by.has_role(Role.RELEASE_MANAGER):
        return True
    return by.is_active and release is not None and release.release_manager_id == by.pk


def may_trust_history(by: User) -> bool:
    """Administrators and the operator at the shell: it lets what was not decided here count for later stops."""
    return by.is_builtin or by.is_administrator


@dataclass(frozen=True)
class Stay:
    """What a promotion says about its release: its status, and whether it went to the last stop (or into production)."""

    status: PromotionStatus
    is_last: bool


def is_last_stop(stage: str, environment: int, last_stops: Collection[int]) -> bool:
    """Whether a promotion there brings its release into production: the last stop of its route, or a production stage without one."""
    return environment in last_stops if last_stops else stage == Stage.PRODUCTION


def promotions_lead(origin: ReleaseStatus, target: ReleaseStatus, stays: Collection[Stay]) -> bool:
    """Whether a release may go from `origin` to `target` by the release moves, each borne out by its promotions.

    Planned takes one that is planned or was, and none that stands; under way one that ran (coming back there: one rolled back);
    in production one that stands at the last stop; draft none that is planned or stands. What follows production, and
    cancelling, are decisions of people and take nothing but the moves.
    """
    reached, ahead = {origin}, [origin]
    while ahead:
        here = ahead.pop()
        for there in RELEASE_MOVES[here] - reached:
            if _is_borne_out(here, there, stays):
                reached.add(there)
                ahead.append(there)
    return target in reached


def _is_borne_out(origin: ReleaseStatus, target: ReleaseStatus, stays: Collection[Stay]) -> bool:
    stands = any(stay.status in SUCCESSES for stay in stays)
    if target == ReleaseStatus.DRAFT:
        return not stands and not any(stay.status in UNFINISHED for stay in stays)
    if target == ReleaseStatus.PLANNED:
        if origin == ReleaseStatus.UNDER_WAY:
            return not stands
        return any(stay.status != PromotionStatus.CANCELLED for stay in stays)
    if target == ReleaseStatus.UNDER_WAY:
        if origin in _BEEN_IN_PRODUCTION:
            return any(stay.status == PromotionStatus.ROLLED_BACK for stay in stays)
        return any(stay.status in _RAN for stay in stays)
    if target == ReleaseStatus.IN_PRODUCTION:
        return any(stay.is_last and stay.status in SUCCESSES for stay in stays)
    return True
