"""Who may write releases and promotions, and what their statuses may become. Plain questions; the verbs ask them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from accounts.vocabulary import Role
from environments.vocabulary import Stage
from projects.rules import may_write_output
from releases.models import Candidate, Contribution, Promotion, Release
from releases.queries.routes import stops_of
from releases.vocabulary import (
    MOVED_BY_PEOPLE,
    RELEASE_MOVES,
    SUCCESSES,
    UNFINISHED,
    ContributionState,
    PromotionStatus,
    ReleaseStatus,
)

_RAN = frozenset({PromotionStatus.RUNNING, PromotionStatus.PAUSED, PromotionStatus.FAILED, PromotionStatus.ROLLED_BACK}) | SUCCESSES
#: A promotion in one of these moved nothing, and nobody is asked about it: one that was withdrawn or called off may be thought over.
TOOK_NOTHING = frozenset({PromotionStatus.DRAFT, PromotionStatus.CANCELLED})
#: What is going on right now ends with an outcome, and with nothing else.
GOING_ON = frozenset({PromotionStatus.RUNNING, PromotionStatus.PAUSED})
_BEEN_IN_PRODUCTION = frozenset({ReleaseStatus.IN_PRODUCTION, ReleaseStatus.EARLY_LIFE, ReleaseStatus.CLOSED})


def may_write_release(by: User, release: Release | None) -> bool:
    """Release managers, and its own manager; a new one (None) only the former. The operator may all."""
    if by.is_builtin or by.has_role(Role.RELEASE_MANAGER):
        return True
    return by.writes_what_is_theirs and release is not None and release.release_manager_id == by.pk


def may_write_contribution(by: User, contribution: Contribution) -> bool:
    """The release's side, and while it is not accepted whoever may write the output."""
    if may_write_release(by, contribution.release):
        return True
    return contribution.state != ContributionState.ACCEPTED and may_write_output(by, contribution.output)


def has_left_first_stop(release: Release) -> bool:
    """Whether a promotion beyond the first stop of its route was requested; without a route or with one stop, whether one ran."""
    return release.route_version_id is not None or _leaves(release, release.promotions.all())


def is_fixed(candidate: Candidate) -> bool:
    """Whether this candidate left the first stop of its release, after which it stays what it is."""
    return _leaves(candidate.release, candidate.promotions.all())


def _leaves(release: Release, promotions: QuerySet[Promotion]) -> bool:
    statuses = [(environment, PromotionStatus(status)) for environment, status in promotions.values_list("environment", "status")]
    if not statuses:
        return False
    stops = stops_of([release]).get(release.pk, [])
    if not stops or stops[0].position == stops[-1].position:
        return any(status in _RAN for _, status in statuses)
    first = {stop.environment_id for stop in stops if stop.position == stops[0].position}
    return any(status not in TOOK_NOTHING and environment not in first for environment, status in statuses)


def may_still_be_cancelled(release: Release) -> bool:
    """Until it has been in production: from then on it is rolled back or retired."""
    return ReleaseStatus.CANCELLED in RELEASE_MOVES[ReleaseStatus(release.status)]


def ways_on(release: Release) -> frozenset[ReleaseStatus]:
    """Where people may move a release from here, without any promotion."""
    return RELEASE_MOVES[ReleaseStatus(release.status)] & MOVED_BY_PEOPLE


def may_plan_something(by: User) -> bool:
    """Release managers, and whoever manages at least one release, plan promotions."""
    return may_write_release(by, None) or (by.is_active and Release.objects.filter(release_manager=by.pk).exists())


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
