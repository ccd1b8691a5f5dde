"""Who may write releases and promotions, and what their statuses may become. Plain questions; the verbs ask them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Team, User
from accounts.vocabulary import Role
from environments.vocabulary import Stage
from policies.queries import Speakers
from projects.rules import may_write_output
from releases.models import Candidate, Contribution, Gate, Preparation, Promotion, Release, Waiver
from releases.queries.routes import stops_of
from releases.queries.seats import SeatsStanding
from releases.queries.speakers import names_of
from releases.queries.voices import voices
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
BEEN_IN_PRODUCTION = frozenset({ReleaseStatus.IN_PRODUCTION, ReleaseStatus.EARLY_LIFE, ReleaseStatus.CLOSED})


def may_write_release(by: User, release: Release | None) -> bool:
    """Release managers, and its own manager; a new one (None) only the former. The operator may all."""
    if by.is_builtin or by.has_role(Role.RELEASE_MANAGER):
        return True
    return by.writes_what_is_theirs and release is not None and release.release_manager_id == by.pk


def may_run(by: User, promotion: Promotion) -> bool:
    """Release managers, and who belongs to the team that owns the environment: starting, pausing, ending, rolling back. The operator may all."""
    if by.is_builtin or by.has_role(Role.RELEASE_MANAGER):
        return True
    return by.writes_what_is_theirs and promotion.environment.owner_id in by.team_ids


def may_write_contribution(by: User, contribution: Contribution) -> bool:
    """The release's side, and while it is not accepted whoever may write the output."""
    if may_write_release(by, contribution.release):
        return True
    return contribution.state != ContributionState.ACCEPTED and may_write_output(by, contribution.output)


def may_show_evidence(by: User, gate: Gate) -> bool:
    """The release's side, and whoever the gate is for: its team, its role, the owner of a condition. Service accounts too."""
    if may_write_release(by, gate.release):
        return True
    has_role = bool(gate.owner_role) and by.has_role(Role(gate.owner_role))
    return by.writes_what_is_theirs and (has_role or gate.owner_team_id in by.team_ids or gate.owner_id == by.pk)


def may_finish(by: User, preparation: Preparation) -> bool:
    """The release's side, and who sees to it: saying that a training was held or a notice sent, or that it was not."""
    return may_write_release(by, preparation.audience.release) or (by.writes_what_is_theirs and preparation.owner_id == by.pk)


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
        if origin in BEEN_IN_PRODUCTION:
            return any(stay.status == PromotionStatus.ROLLED_BACK for stay in stays)
        return any(stay.status in _RAN for stay in stays)
    if target == ReleaseStatus.IN_PRODUCTION:
        return any(stay.is_last and stay.status in SUCCESSES for stay in stays)
    return True


# --- gates


def may_decide_gate(by: User, gate: Gate, at: datetime) -> bool:
    """Whom its rule names: the members of its team, or whoever has its role; of a condition its owner. Or who stands in for them."""
    return any(owns_gate(voice, gate) for voice in voices(by, at))


def owns_gate(who: User, gate: Gate) -> bool:
    """Whether a gate is for somebody to decide, themselves."""
    if gate.owner_id:
        return gate.owner_id == who.pk
    return _is_one_of(who, gate.owner_team_id, gate.owner_role)


def whose_gate(gate: Gate) -> str:
    """Who decides a gate, in words."""
    if gate.owner_id:
        return str(gate.owner)
    return _in_words(gate.owner_team, gate.owner_role)


def who_waives(gate: Gate) -> str:
    """Who may waive a gate, in words; empty when nobody may."""
    rule = gate.rule
    named = [_in_words(rule.waived_by_team, "") if rule and rule.waived_by_team else ""]
    named.append(_in_words(None, rule.waived_by_role) if rule and rule.waived_by_role else "")
    return " or ".join(each for each in named if each)


def why_not_waive(by: User, gate: Gate, at: datetime) -> str:
    """Why somebody may not waive a gate; empty when they may."""
    named = who_waives(gate)
    if not named:
        return "Nobody may waive this gate; it has to be passed."
    entitled = [voice for voice in voices(by, at) if _may_waive(voice, gate)]
    if not entitled:
        return "Service accounts never decide; a person does." if by.is_service else f"Only {named} may waive this gate."
    involved = _involved(gate)
    if by.pk in involved or all(voice.pk in involved for voice in entitled):
        return "Who showed something at the gate, or asked for the promotion that comes through it, does not waive it; somebody else does."
    return ""


def may_end_waiver(by: User, gate: Gate, waiver: Waiver, at: datetime) -> bool:
    """Who gave it, and whoever may give one."""
    return any(voice.pk == waiver.by_id or _may_waive(voice, gate) for voice in voices(by, at))


def _may_waive(who: User, gate: Gate) -> bool:
    rule = gate.rule
    return rule is not None and _is_one_of(who, rule.waived_by_team_id, rule.waived_by_role)


def _involved(gate: Gate) -> set[int]:
    """Whose own matter the gate is: who showed something at it, and who asked for what comes through it."""
    coming = Promotion.objects.unfinished().filter(release=gate.release_id, environment__stage=gate.stage)
    asked = coming.filter(requested_by__isnull=False).values_list("requested_by", flat=True)
    return {*gate.evidence.values_list("by", flat=True), *asked}


def _is_one_of(who: User, team: int | None, role: str) -> bool:
    return (team is not None and team in who.team_ids) or (bool(role) and who.has_role(Role(role)))


def _in_words(team: Team | None, role: str) -> str:
    if team is not None:
        return f"the team {team.name}"
    return f"whoever has the role {Role(role).label}" if role else "nobody"


def why_not_decide(by: User, promotion: Promotion, stand: SeatsStanding, at: datetime) -> str:
    """Why somebody may not decide on a promotion, in a sentence; empty when they may. Nobody's role lifts it."""
    if by.is_service or by.is_builtin:
        return "Only people decide, never service accounts."
    if by.pk == promotion.requested_by_id:
        return "You asked for this promotion, so others decide on it."
    if by.pk in stand.excluded:
        return "You changed something that an approval of this covers, or stand in for somebody who did or who asked for it; others decide on it."
    if not any(speaks_for(by, stand, speakers, at) for speakers in stand.needs):
        asked = names_of(stand.asked)
        return f"You do not speak for any of those who decide here: {asked}." if asked else "Nobody's approval is asked for here."
    return ""


def speaks_for(by: User, stand: SeatsStanding, speakers: Speakers, at: datetime) -> bool:
    """Whether somebody may take these seats, for themselves or for somebody they stand in for."""
    if by.pk not in stand.people.deciders:
        return False
    others = (each for each in stand.people.delegators(by.pk, at) if each not in stand.excluded)
    return any(speakers in stand.people.may.get(each, frozenset()) for each in (by.pk, *others))
