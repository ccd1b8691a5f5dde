"""What gates are at an instant: what was decided and shown, as far as it still holds for a candidate, and waivers until they expire."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from common import moments
from policies.vocabulary import EvidenceKind
from releases.models import Candidate, Evidence, Gate, GateDecision, Waiver
from releases.queries import preparations
from releases.queries.builds import Build, builds_of
from releases.queries.evidence import OF_BUILDS, Held, judge
from releases.queries.preparations import Prepared
from releases.vocabulary import GateOutcome, GateState

GOOD: Final = frozenset({GateState.PASSED, GateState.WAIVED})


@dataclass(frozen=True)
class GateStanding:
    """What a gate is, and why, in a sentence without names.

    `decision` is the one that holds, if one does; `waiver` the one that holds, though perhaps nothing needs it; `held` what the gate
    was shown. `unticked` is left of its checklist. `changes_at`: when the clock alone makes it another (UTC).
    """

    state: GateState
    sentence: str
    held: Held
    decision: GateDecision | None = None
    waiver: Waiver | None = None
    unticked: tuple[str, ...] = ()
    changes_at: datetime | None = None

    @property
    def is_good(self) -> bool:
        """Whether a promotion may pass it."""
        return self.state in GOOD

    @property
    def missing(self) -> str:
        """What is left to do before it can be passed, in a sentence; empty when nothing."""
        if not self.held.is_enough:
            return self.held.sentence
        if self.unticked:
            return f"Not ticked yet: {'; '.join(self.unticked)}."
        return ""


def state_of(gates: Iterable[Gate], at: datetime) -> dict[int, GateStanding]:
    """What gates are at an instant (UTC) for the newest candidate of their release, by id. See `states_of`."""
    some = list(gates)
    newest = newest_candidates({gate.release_id for gate in some})
    found = states_of([(gate, newest.get(gate.release_id)) for gate in some], at)
    return {gate: standing for (gate, _), standing in found.items()}


def states_of(asked: Iterable[tuple[Gate, int | None]], at: datetime) -> dict[tuple[int, int | None], GateStanding]:
    """What gates are at an instant (UTC) for candidates, by (gate id, candidate id).

    The gates come with their rules. At most eight queries for any number of them.
    """
    pairs = list(asked)
    if not pairs:
        return {}
    ids = {gate.pk for gate, _ in pairs}
    latest = (
        GateDecision.objects.filter(gate__in=ids).order_by("gate_id", "-id").distinct("gate_id").select_related("by", "candidate")
    )
    decisions = {decision.gate_id: decision for decision in latest}
    holding = Waiver.objects.filter(gate__in=ids, end=None, at__lte=at, expires_at__gt=at).order_by("expires_at", "id")
    waivers = {waiver.gate_id: waiver for waiver in holding.select_related("by")}
    shown: dict[int, list[Evidence]] = defaultdict(list)
    for each in Evidence.objects.filter(gate__in=ids).order_by("-id").select_related("by", "item__service", "candidate"):
        shown[each.gate_id].append(each)
    told = {gate for gate in ids if gate in decisions or shown[gate]}
    of_builds = {candidate for gate, candidate in pairs if candidate and gate.area in OF_BUILDS and gate.pk in told}
    builds = builds_of(of_builds) if of_builds else {}
    following = {gate.release_id for gate, _ in pairs if preparations.follows(gate)}
    prepared = preparations.of_releases(following) if following else {}
    return {
        (gate.pk, candidate): _standing(
            gate,
            decisions.get(gate.pk),
            waivers.get(gate.pk),
            shown[gate.pk],
            builds.get(candidate or 0),
            prepared[gate.release_id] if preparations.follows(gate) else None,
        )
        for gate, candidate in pairs
    }


def newest_candidates(releases: Iterable[int]) -> Mapping[int, int]:
    """The newest candidate of each release that has one, by ids."""
    rows = Candidate.objects.filter(release__in=set(releases)).order_by("release_id", "-number").distinct("release_id")
    return dict(rows.values_list("release_id", "pk"))


def _standing(
    gate: Gate,
    decision: GateDecision | None,
    waiver: Waiver | None,
    shown: Sequence[Evidence],
    build: Build | None,
    prepared: Prepared | None,
) -> GateStanding:
    """`prepared`: what the audiences need, where the gate follows from that."""
    held = judge(gate, shown, build)
    checklist = gate.rule.checklist if gate.rule else []
    unticked = tuple(each for each in checklist if each not in gate.ticked)
    changed = _changed(gate, decision, build)
    holds = None if decision is None or decision.outcome == GateOutcome.REOPENED or changed else decision
    if prepared is not None:
        missing = prepared.missing(gate.area)
        held = replace(held, is_enough=not missing, sentence=missing)
        state, sentence = _by_preparations(gate, holds, held, prepared)
    else:
        state, sentence = _by_decision(gate, decision, holds, held, changed)
    changes_at = None
    # Who failed it later knew more than who had waived it.
    failed_since = state == GateState.FAILED and holds is not None and waiver is not None and holds.at > waiver.at
    if waiver is not None and state != GateState.PASSED and not failed_since:
        state, changes_at = GateState.WAIVED, waiver.expires_at
        sentence = f"It is waived until {moments.instant_words(waiver.expires_at, UTC)}: {waiver.compensating_control}"
    return GateStanding(state, sentence, held, holds, waiver, unticked, changes_at)


def _by_preparations(gate: Gate, holds: GateDecision | None, held: Held, prepared: Prepared) -> tuple[GateState, str]:
    """It follows from what is done, unless somebody who knows more failed it."""
    if holds is not None and holds.outcome == GateOutcome.FAILED:
        return GateState.FAILED, f"It failed: {holds.comment}"
    return (GateState.PASSED, prepared.done(gate.area)) if held.is_enough else (GateState.OPEN, held.sentence)


def _by_decision(
    gate: Gate, decision: GateDecision | None, holds: GateDecision | None, held: Held, changed: str
) -> tuple[GateState, str]:
    if holds is not None and holds.outcome == GateOutcome.PASSED:
        if held.is_enough:
            return GateState.PASSED, "It is passed."
        falls_short = any(each.falls_short for each in held.holding[:1])
        return GateState.FAILED if falls_short else GateState.OPEN, f"It was passed, and is no longer: {held.sentence}"
    if holds is not None:
        return GateState.FAILED, f"It failed: {holds.comment}" if holds.comment else "It failed."
    if changed and decision is not None:
        was = "passed" if decision.outcome == GateOutcome.PASSED else "failed"
        return GateState.OPEN, f"It was {was} for another build; since then {changed}."
    if not held.is_enough:
        return GateState.OPEN, held.sentence
    return GateState.OPEN, "It is not decided yet."


def _changed(gate: Gate, decision: GateDecision | None, build: Build | None) -> str:
    """What is another one than at the decision, in words; empty when nothing is, or it doesn't matter here."""
    if decision is None or build is None or gate.area not in OF_BUILDS or decision.outcome == GateOutcome.REOPENED:
        return ""
    then: Mapping[str, str] = decision.stands_for
    others = [
        build.names[item] for item, mark in sorted(build.builds.items(), key=lambda each: int(each[0])) if then.get(item) != mark
    ]
    return f"{', '.join(others)} changed" if others else ""


def asks_for_nothing(gate: Gate) -> bool:
    """Whether nothing has to be shown at it."""
    return gate.rule is None or gate.rule.evidence == EvidenceKind.NOTHING
