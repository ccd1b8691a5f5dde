"""Which standards there are, and which of them a release has to meet."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from common.kept import Kept
from common.reading.tags import last_number
from environments.vocabulary import LEAST_IMPORTANT_TIER
from policies.models import ApprovalRule, GateRule, PolicyVersion, RiskQuestion, ScheduleRule
from policies.vocabulary import Risk

_TABLES: Final = (
    "policies_policy",
    "policies_policyversion",
    "policies_gaterule",
    "policies_approvalrule",
    "policies_schedulerule",
    "policies_procedure",
    "accounts_team",
)
_KEPT: Final = Kept(1)


@dataclass(frozen=True)
class Traits:
    """By what policies select releases. `tier` is the highest of its services' tiers (the smallest number), if one has any.

    Nothing here says whether there is a project, so that no policy can ask.
    """

    urgency: str
    size: str
    risk: str
    nature: str
    tier: int | None


@dataclass(frozen=True)
class Speakers:
    """Who may fill the seats of an approval: a team, or whoever has a role."""

    team: int | None
    role: str


@dataclass(frozen=True)
class Seats:
    """What several policies ask of the same speakers before the same stage, as one: the highest count, and the shortest time a yes holds.

    `rule` is the rule that asks for most. `emergency` is empty where a break-fix too needs all `people` beforehand.
    """

    rule: ApprovalRule
    speakers: Speakers
    people: int
    holds_days: int
    emergency: int | None
    follow_days: int

    @property
    def name(self) -> str:
        return self.rule.name


@dataclass(frozen=True)
class Applied:
    """A policy version that a release has to meet, and by what it was chosen, in words."""

    version: PolicyVersion
    because: str


@dataclass(frozen=True)
class Asked:
    """What the policies of a release ask before one stage."""

    gates: tuple[GateRule, ...]
    seats: tuple[Seats, ...]
    schedules: tuple[ScheduleRule, ...]


class Standards:
    """The policies in force: the newest published version of each that is not retired, with their rules."""

    def __init__(self, versions: Iterable[PolicyVersion]) -> None:
        self.versions = tuple(versions)

    def applying(self, traits: Traits) -> tuple[Applied, ...]:
        """Those a release of these traits has to meet, and why."""
        return tuple(Applied(version, because) for version in self.versions if (because := chosen_by(version, traits)) is not None)

    def asked(self, traits: Traits, stage: str) -> Asked:
        """What they ask before a stage; all have to be met."""
        return asked_by([applied.version for applied in self.applying(traits)], stage)

    @cached_property
    def questions(self) -> Mapping[int, Sequence[RiskQuestion]]:
        """By version what it asks about the risk: one query, and none for whoever does not want to know. Published ones never change."""
        found: dict[int, list[RiskQuestion]] = {}
        for question in RiskQuestion.objects.filter(version__in=self.versions).order_by("id"):
            found.setdefault(question.version_id, []).append(question)
        return found


def standards() -> Standards:
    """As they are now, in this transaction: four queries. For verbs."""
    found = PolicyVersion.objects.in_force().select_related("policy")
    return Standards(
        found.prefetch_related("gate_rules__procedure", "gate_rules__owner_team", "approval_rules__team", "schedule_rules")
    )


def standards_kept() -> Standards:
    """As they were last committed: one query while nothing changed. For whoever only looks."""
    number = last_number(_TABLES)
    # Before the first event that is committed, every state has the number 0.
    kept: Standards | None = _KEPT.get(number) if number else None
    if kept is None:
        kept = standards()
        _KEPT.put(number, kept)
    return kept


def chosen_by(version: PolicyVersion, traits: Traits) -> str | None:
    """By what a version is for a release of these traits, in words; None when it isn't. Risk not assessed is high risk."""
    asked: Sequence[tuple[Collection[Any], Any, str]] = (
        (version.urgencies, traits.urgency, "urgency"),
        (version.sizes, traits.size, "size"),
        (version.risks, traits.risk or Risk.HIGH, "risk"),
        (version.natures, traits.nature, "nature"),
        (version.tiers, traits.tier or LEAST_IMPORTANT_TIER, "tier"),
    )
    if any(wanted and value not in wanted for wanted, value, _ in asked):
        return None
    reasons = [f"{word} {str(value).replace('_', ' ')}" for wanted, value, word in asked if wanted]
    if version.risks and not traits.risk:
        reasons = [reason + " (not assessed)" if reason.startswith("risk") else reason for reason in reasons]
    return ", ".join(reasons) or "it is for every release"


def asked_by(versions: Iterable[PolicyVersion], stage: str) -> Asked:
    """What versions ask before a stage. Of approvals by the same speakers the highest count stands, not their sum."""
    gates: list[GateRule] = []
    schedules: list[ScheduleRule] = []
    seats: dict[Speakers, Seats] = {}
    for version in versions:
        gates += [rule for rule in version.gate_rules.all() if rule.stage == stage]
        schedules += [rule for rule in version.schedule_rules.all() if rule.stage == stage]
        for rule in version.approval_rules.all():
            if rule.stage == stage:
                speakers = Speakers(rule.team_id, rule.role)
                present = seats.get(speakers)
                seats[speakers] = joined(present, rule) if present else _alone(rule)
    return Asked(tuple(gates), tuple(seats.values()), tuple(schedules))


def joined(seats: Seats, rule: ApprovalRule) -> Seats:
    """Both together: the highest counts and the shortest times."""
    emergencies = [each for each in (seats.emergency, rule.emergency_people) if each is not None]
    return Seats(
        rule=rule if rule.people > seats.people else seats.rule,
        speakers=seats.speakers,
        people=max(seats.people, rule.people),
        holds_days=min(seats.holds_days, rule.holds_days),
        # One that allows no emergency forbids it for both.
        emergency=max(emergencies) if len(emergencies) == 2 else None,
        follow_days=min(seats.follow_days, rule.follow_days),
    )


def _alone(rule: ApprovalRule) -> Seats:
    return Seats(rule, Speakers(rule.team_id, rule.role), rule.people, rule.holds_days, rule.emergency_people, rule.follow_days)
