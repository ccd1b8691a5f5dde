"""What a version of a policy would have meant for the latest releases, before it counts for any."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from accounts.models import Membership, Team, User
from common import workdays
from environments.vocabulary import Stage
from policies.models import PolicyVersion
from policies.queries import Asked, Speakers, asked_by, chosen_by
from policies.verdicts import seat
from releases.models import Approval, Gate, Promotion, Release
from releases.queries.digests import traits_of
from releases.vocabulary import FINISHED, ApprovalDecision, GateState, PromotionStatus, ReleaseStatus

#: So many of the latest releases are tried.
TRIED: Final = 20
_TRAVELLING: Final = frozenset(ReleaseStatus) - {ReleaseStatus.DRAFT, ReleaseStatus.CANCELLED}
_NEVER_WENT: Final = frozenset({PromotionStatus.CANCELLED, PromotionStatus.MISSED})
_WENT: Final = (FINISHED - _NEVER_WENT) | {PromotionStatus.RUNNING, PromotionStatus.PAUSED}
_GOOD: Final = frozenset({GateState.PASSED, GateState.WAIVED})


@dataclass
class Trial:
    """A release under the version: `because` of what it would be for it, the gates and approvals it would get, stage by stage.

    `stops` says what would have kept it from going where it went; `misses` what it would still have to meet for where it goes.
    `is_known`: it was decided here, so that there is something to compare with.
    """

    release: Release
    because: str
    gates: list[tuple[Stage, Any]] = field(default_factory=list)
    seats: list[tuple[Stage, Any]] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    is_known: bool = True


@dataclass(frozen=True)
class Trials:
    """How many of the latest releases were looked at, and those that the version would be for, the newest first."""

    looked_at: int
    trials: Sequence[Trial]

    @property
    def stopped(self) -> Sequence[Trial]:
        return [trial for trial in self.trials if trial.stops]

    @property
    def unknown(self) -> Sequence[Trial]:
        return [trial for trial in self.trials if not trial.is_known]


def try_out(version: PolicyVersion, user: Any) -> Trials:
    """The version against the last releases that `user` may see and that travel, or did. Seven queries, whatever they carry."""
    releases = list(Release.objects.visible_to(user).filter(status__in=sorted(_TRAVELLING)).newest_first()[:TRIED])
    traits = traits_of(releases)
    found = []
    for release in releases:
        because = chosen_by(version, traits[release.pk])
        if because is not None:
            found.append(Trial(release, because))
    _compare(version, found)
    return Trials(len(releases), found)


def _compare(version: PolicyVersion, trials: Collection[Trial]) -> None:
    """Fill in what each would have got, and what of it was there."""
    numbers = [trial.release.pk for trial in trials]
    promotions: dict[int, dict[Stage, Promotion]] = defaultdict(dict)
    rows = Promotion.objects.filter(release__in=numbers).exclude(status__in=sorted(_NEVER_WENT)).select_related("environment")
    for promotion in rows.order_by("starts_at", "id"):
        # Of several into one stage the last.
        promotions[promotion.release_id][Stage(promotion.environment.stage)] = promotion
    good = _good_gates(numbers)
    speaking = _speaking(version)
    yes = _yes(promotion.pk for own in promotions.values() for promotion in own.values())
    for trial in trials:
        own = promotions.get(trial.release.pk, {})
        trial.is_known = not own or any(not promotion.was_recorded for promotion in own.values())
        for stage, promotion in sorted(own.items(), key=lambda pair: list(Stage).index(pair[0])):
            asked = asked_by([version], stage)
            trial.gates += [(stage, rule) for rule in asked.gates]
            trial.seats += [(stage, seats) for seats in asked.seats]
            if promotion.was_recorded:
                continue
            missing = [
                f"{rule.name}, before {stage.label.lower()}"
                for rule in asked.gates
                if (promotion.release_id, rule.code) not in good
            ]
            missing += _missing_seats(asked, stage, [speaking.get(person, frozenset()) for person in yes.get(promotion.pk, ())])
            missing += _too_soon(asked, promotion, stage)
            (trial.stops if promotion.status in _WENT else trial.misses).extend(missing)


def _missing_seats(asked: Asked, stage: Stage, people: Sequence[frozenset[Speakers]]) -> Iterable[str]:
    needs = {seats.speakers: seats.people for seats in asked.seats}
    missing = seat(needs, people).missing(needs)
    for seats in asked.seats:
        if seats.speakers in missing:
            yield f"{missing[seats.speakers]} more for “{seats.name}”, before {stage.label.lower()}"


def _too_soon(asked: Asked, promotion: Promotion, stage: Stage) -> Iterable[str]:
    """Lead time, of what was requested here at all."""
    wanted = max((rule.lead_days for rule in asked.schedules), default=0)
    if promotion.requested_at is None or not wanted:
        return
    there = promotion.environment
    days = workdays.days_between(promotion.requested_at.date(), promotion.starts_at.date(), there.region)
    if days < wanted:
        yield f"requested {days} working days ahead and not {wanted}, before {stage.label.lower()}"


def _good_gates(releases: Collection[int]) -> set[tuple[int, str]]:
    """(release, code of the rule) of what was passed or waived, whatever version of whichever policy asked for it."""
    rows = Gate.objects.filter(release__in=releases, state__in=sorted(_GOOD), rule__isnull=False)
    return set(rows.values_list("release", "rule__code"))


def _yes(promotions: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """Who said yes to each promotion, and did not take it back."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Approval.objects.filter(promotion__in=list(promotions), decision=ApprovalDecision.APPROVE, end=None)
    for promotion, person in rows.order_by("id").values_list("promotion", "by").distinct():
        found[promotion].append(person)
    return found


def _speaking(version: PolicyVersion) -> dict[int, frozenset[Speakers]]:
    """For which seats of the version each person may speak, as teams and roles are now."""
    asked = {Speakers(rule.team_id, rule.role) for rule in version.approval_rules.all()}
    teams = {speakers.team for speakers in asked if speakers.team is not None}
    roles = {speakers.role for speakers in asked if speakers.role}
    found: dict[int, set[Speakers]] = defaultdict(set)
    for person, team in Membership.objects.filter(team__in=teams).values_list("user", "team"):
        found[person].add(Speakers(team, ""))
    for team, person in Team.objects.filter(pk__in=teams, lead__isnull=False).values_list("pk", "lead"):
        found[person].add(Speakers(team, ""))
    for person, role in User.objects.people().filter(groups__name__in=roles).values_list("pk", "groups__name"):
        found[person].add(Speakers(None, role))
    return {person: frozenset(speakers) for person, speakers in found.items()}
