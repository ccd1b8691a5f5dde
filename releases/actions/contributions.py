"""Verbs on contributions: a project offers its outputs, and the release's side says which of them it carries."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from projects import rules as projects
from projects.models import Output
from releases import rules
from releases.actions.opening import NOT_YOURS, expect_open, locked
from releases.models import Contribution, Release
from releases.vocabulary import ContributionState, Decision, Strength

NOT_YOURS_TO_OFFER = "Only the PMO, its project's manager, or the release's side, may offer this output."
ASK_THE_RELEASE = "The release carries it already, and only release managers, or its own manager, may change that; ask them."


@deed
def offer(release: Release, output: Output, *, by: User, strength: str = "") -> Contribution:
    """Make an output feed a release, hard unless said otherwise.

    What the project's side offers waits for the release's side. What the release's side takes up is accepted at once: what a release
    carries is its own matter, and takes nothing from the project. One that was declined may be offered again. Raises NotAllowed,
    Conflict when it feeds the release already or the release is over.
    """
    release = locked(release)
    is_accepted = rules.may_write_release(by, release)
    if not is_accepted and not projects.may_write_output(by, output):
        raise NotAllowed(NOT_YOURS_TO_OFFER)
    expect_open(release)
    found = Contribution.objects.select_for_update(no_key=True).filter(release=release, output=output).first()
    if found is not None and found.state != ContributionState.DECLINED:
        sentence = f"{output.name} feeds {release} already; change that contribution."
        raise Conflict(sentence, errors={"output": [sentence], "release": [sentence]})
    contribution: Contribution = found or Contribution(release=release, output=output)
    contribution.state = ContributionState.ACCEPTED if is_accepted else ContributionState.OFFERED
    contribution.strength = strength or Strength.HARD
    contribution.save()
    words = "{actor} made {subject} carry {output}" if is_accepted else "{actor} offered {output} to {subject}"
    record(release, "offered", by=by, template=words, output=output)
    contribution.refresh_from_db()
    return contribution


def decide(contribution: Contribution, *, outcome: str, by: User, reason: str = "", seen: Seen = None) -> Contribution:
    """Accept or decline, by the word of `Decision`."""
    verb = accept if outcome == Decision.ACCEPTED else decline
    return verb(contribution, by=by, reason=reason, seen=seen)


@deed
def accept(contribution: Contribution, *, by: User, reason: str = "", seen: Seen = None) -> Contribution:
    """Say for the release that it carries the output; also one that was declined. Raises NotAllowed, Stale, IllegalMove."""
    contribution = _of_the_release(contribution, by, seen)
    return _decide(contribution, ContributionState.ACCEPTED, "{actor} accepted {output} for {subject}", by, reason)


@deed
def decline(contribution: Contribution, *, by: User, reason: str, seen: Seen = None) -> Contribution:
    """Say for the release, with a reason, that it does not carry the output; also one that was accepted.

    Raises NotAllowed, Stale, RuleBroken without a reason, IllegalMove when it is declined already.
    """
    contribution = _of_the_release(contribution, by, seen)
    if not reason:
        sentence = "Say why it is declined; the project plans by it."
        raise RuleBroken(sentence, errors={"reason": [sentence]})
    return _decide(contribution, ContributionState.DECLINED, "{actor} declined {output} for {subject}", by, reason)


@deed
def change(contribution: Contribution, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Contribution:
    """Change `strength`: the release's side, and while it is not accepted the project's. Raises NotAllowed, Stale."""
    contribution = _of_either(contribution, by, seen)
    strength = changes.get("strength") or contribution.strength
    if strength != contribution.strength:
        contribution.strength = strength
        contribution.save(update_fields=["strength"])
        _tell(
            contribution,
            "changed_contribution",
            "{actor} made {output} a {strength} contribution to {subject}",
            by,
            strength=strength,
        )
        contribution.refresh_from_db()
    return contribution


@deed
def withdraw(contribution: Contribution, *, by: User, seen: Seen = None) -> None:
    """Take a contribution away: the release's side, and while it is not accepted the project's. Raises NotAllowed, Stale."""
    contribution = _of_either(contribution, by, seen)
    _tell(contribution, "withdrew", "{actor} took {output} out of {subject}", by)
    contribution.delete()


def _decide(contribution: Contribution, state: ContributionState, template: str, by: User, reason: str) -> Contribution:
    if contribution.state == state:
        raise IllegalMove(f"It is {state.label.lower()} already.")
    contribution.state = state
    contribution.save(update_fields=["state"])
    _tell(contribution, state.value, template, by, reason=reason)
    contribution.refresh_from_db()
    return contribution


def _tell(contribution: Contribution, verb: str, template: str, by: User, *, reason: str = "", **data: Any) -> None:
    record(contribution.release, verb, by=by, template=template, reason=reason, output=contribution.output, **data)


def _locked(contribution: Contribution) -> Contribution:
    release = locked(contribution.release)
    found: Contribution = (
        Contribution.objects.select_for_update(no_key=True, of=("self",)).select_related("output__project").get(pk=contribution.pk)
    )
    found.release = release
    return found


def _of_the_release(contribution: Contribution, by: User, seen: Seen) -> Contribution:
    found = _locked(contribution)
    if not rules.may_write_release(by, found.release):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    expect_open(found.release)
    return found


def _of_either(contribution: Contribution, by: User, seen: Seen) -> Contribution:
    found = _locked(contribution)
    if not rules.may_write_contribution(by, found):
        offers = projects.may_write_output(by, found.output)
        raise NotAllowed(ASK_THE_RELEASE if offers else NOT_YOURS_TO_OFFER)
    expect_seen(found, seen)
    expect_open(found.release)
    return found
