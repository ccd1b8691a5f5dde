"""Deciding gates: ticking what is on the list, passing, failing, and taking a decision back."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from accounts.models import User
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from releases import rules
from releases.actions.gates.putting import keep_states
from releases.actions.opening import expect_open, locked
from releases.models import Gate, GateDecision
from releases.queries.builds import builds_of
from releases.queries.gates import GateStanding, newest_candidates, state_of
from releases.queries.preparations import follows
from releases.vocabulary import GateOutcome, GateState

NOT_ASKED: Final = "Neither the policies nor what the release changes ask for this gate any more; nothing has to be decided."
_FOLLOWS: Final = "This gate follows from what the audiences of the release need; finish that, and it is passed."
_DECIDED: Final = {
    GateOutcome.PASSED: "{actor} passed {subject} of {release}",
    GateOutcome.FAILED: "{actor} failed {subject} of {release}",
}


@deed
def tick(gate: Gate, ticked: Collection[str], *, by: User, at: datetime, seen: Seen = None) -> Gate:
    """Make `ticked` what is done of its checklist, by who may decide it.

    Raises NotAllowed, Stale, RuleBroken for what is not on the list, and Conflict when it is passed, or nobody asks for it.
    """
    gate = to_decide(gate, by=by, at=at, seen=seen)
    checklist = gate.rule.checklist if gate.rule else []
    unknown = sorted(set(ticked) - set(checklist))
    if unknown:
        has = f"the list has: {'; '.join(checklist)}" if checklist else "there is nothing to tick at this gate"
        sentence = f"“{unknown[0][:100]}” is not on the list; {has}."
        raise RuleBroken(sentence, errors={"ticked": [sentence]})
    wanted = [each for each in checklist if each in ticked]
    if wanted == gate.ticked:
        return gate
    if state_of([gate], at)[gate.pk].state == GateState.PASSED:
        raise IllegalMove("It is passed; reopen it before you change what is ticked.")
    gate.ticked = wanted
    gate.save(update_fields=["ticked"])
    template = "{actor} ticked {number} of {count} at {subject} of {release}"
    record(gate, "ticked", by=by, template=template, release=gate.release, number=len(wanted), count=len(checklist))
    return fresh(gate)


@deed
def decide(gate: Gate, *, outcome: str, comment: str = "", by: User, at: datetime, seen: Seen = None) -> Gate:
    """Pass or fail a gate, for the newest candidate of its release.

    One that follows from what audiences need can only be failed. Raises NotAllowed, Stale, IllegalMove when it is just that already
    or would be passed against what it follows from, RuleBroken when it is passed although something is missing,
    or failed without a comment, and Conflict when nobody asks for it any more or the release is over.
    """
    gate = to_decide(gate, by=by, at=at, seen=seen)
    wanted = GateOutcome(outcome)
    standing = state_of([gate], at)[gate.pk]
    if standing.state == wanted.value and standing.decision is not None:
        raise IllegalMove(f"It is {wanted.label.lower()} already; reopen it if that should not stand.")
    if wanted == GateOutcome.PASSED and follows(gate):
        raise IllegalMove(_FOLLOWS)
    if wanted == GateOutcome.PASSED:
        _expect_enough(standing)
    elif not comment:
        raise _broken("comment", "Say what failed; who mends it goes by that.")
    _write(gate, wanted, comment, by, at)
    record(gate, wanted.value, by=by, template=_DECIDED[wanted], reason=comment, release=gate.release)
    keep_states([gate], at=at)
    return fresh(gate)


@deed
def reopen(gate: Gate, *, comment: str = "", by: User, at: datetime, seen: Seen = None) -> GateDecision:
    """Take the decision on a gate back; gives the row that says so.

    Raises NotAllowed, Stale, IllegalMove when nothing is decided, Conflict when nobody asks for it or the release is over.
    """
    gate = to_decide(gate, by=by, at=at, seen=seen)
    latest = gate.decisions.order_by("-id").first()
    if latest is None or latest.outcome == GateOutcome.REOPENED:
        raise IllegalMove("Nothing is decided at this gate; there is nothing to take back.")
    made = _write(gate, GateOutcome.REOPENED, comment, by, at)
    template = "{actor} reopened {subject} of {release}"
    record(gate, "reopened", by=by, template=template, reason=comment, release=gate.release)
    keep_states([gate], at=at)
    return made


def to_decide(gate: Gate, *, by: User, at: datetime, seen: Seen = None) -> Gate:
    """The gate, after its release locked, which `by` may decide at an instant and somebody still asks for."""
    gate = locked_gate(gate)
    if not rules.may_decide_gate(by, gate, at):
        raise NotAllowed(not_yours(gate, by))
    expect_seen(gate, seen)
    expect_asked(gate)
    return gate


def locked_gate(gate: Gate) -> Gate:
    """The gate as it is now, with its rule; its release first."""
    release = locked(gate.release)
    own = Gate.objects.select_for_update(no_key=True, of=("self",)).with_rules()
    found: Gate = own.get(pk=gate.pk)
    found.release = release
    return found


def expect_asked(gate: Gate) -> None:
    """Refuse (409) to write at a gate that nobody asks for, or of a release that is over."""
    expect_open(gate.release)
    if not gate.is_asked:
        raise Conflict(NOT_ASKED)


def not_yours(gate: Gate, by: User) -> str:
    """Why somebody may not decide, and who may."""
    if by.is_service:
        return "Service accounts never decide; a person does."
    return f"Only {rules.whose_gate(gate)} may decide this gate, or who stands in for one of them."


def fresh(gate: Gate) -> Gate:
    """The gate as it is after the verb, with its rule."""
    found: Gate = Gate.objects.with_rules().get(pk=gate.pk)
    return found


def _write(gate: Gate, outcome: GateOutcome, comment: str, by: User, at: datetime) -> GateDecision:
    candidate = newest_candidates([gate.release_id]).get(gate.release_id)
    builds = dict(builds_of([candidate])[candidate].builds) if candidate else {}
    made: GateDecision = GateDecision.objects.create(
        gate=gate, candidate_id=candidate, stands_for=builds, outcome=outcome, comment=comment, by=by, at=at
    )
    made.refresh_from_db()
    return made


def _expect_enough(standing: GateStanding) -> None:
    if not standing.held.is_enough:
        raise _broken("outcome", standing.held.sentence)
    if standing.unticked:
        raise _broken("outcome", f"Not everything is ticked yet: {'; '.join(standing.unticked)}.")


def _broken(field: str, sentence: str) -> RuleBroken:
    return RuleBroken(sentence, errors={field: [sentence]})
