"""Waiving gates: somebody answers for a release that passes one which is not met, for a time."""

from datetime import UTC, datetime, timedelta
from typing import Final

from accounts.models import User
from common import moments
from common.locks import Lock, take
from common.refusals import IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from releases import rules
from releases.actions.gates.deciding import expect_asked, locked_gate
from releases.actions.gates.putting import keep_states
from releases.models import Gate, Release, Waiver, WaiverEnd
from releases.queries.gates import state_of

LONGEST_WAIVER: Final = timedelta(days=366)


@deed
def waive(
    gate: Gate, *, reason: str, compensating_control: str, expires_at: datetime, by: User, at: datetime, seen: Seen = None
) -> Waiver:
    """Let the release pass a gate that is open or failed, until an instant (UTC) at most a year away.

    Whoever showed something at the gate, or asked for a promotion that comes through it, does not waive it, nor does who stands in
    for them. Raises NotAllowed, Stale, RuleBroken without a reason or a compensating control, or for another expiry, IllegalMove
    when it is passed or waived, and Conflict when nobody asks for it or the release is over.
    """
    gate = locked_gate(gate)
    refused = rules.why_not_waive(by, gate, at)
    if refused:
        raise NotAllowed(refused)
    expect_seen(gate, seen)
    expect_asked(gate)
    _expect_words(reason, compensating_control)
    _expect_expiry(expires_at, at)
    standing = state_of([gate], at)[gate.pk]
    if standing.is_good:
        raise IllegalMove(f"It is {standing.state.label.lower()} already; only what is missing or failed is waived.")
    made: Waiver = Waiver.objects.create(
        gate=gate, reason=reason, compensating_control=compensating_control, expires_at=expires_at, by=by, at=at
    )
    template = "{actor} waived {subject} of {release} until {until}"
    record(gate, "waived", by=by, template=template, reason=reason, release=gate.release, until=expires_at, waiver=made)
    keep_states([gate], at=at)
    made.refresh_from_db()
    return made


@deed
def end_waiver(waiver: Waiver, *, by: User, at: datetime, reason: str = "", seen: Seen = None) -> WaiverEnd:
    """Take a waiver back before it expires: who gave it, or who might have. Gives the row that says so.

    Raises NotAllowed, Stale, IllegalMove when it was taken back already or has expired.
    """
    gate = locked_gate(waiver.gate)
    waiver = Waiver.objects.get(pk=waiver.pk)
    if not rules.may_end_waiver(by, gate, waiver, at):
        raise NotAllowed(f"Only {rules.who_waives(gate) or 'who gave it'}, or who gave it, may take this waiver back.")
    expect_seen(waiver, seen)
    if WaiverEnd.objects.filter(waiver=waiver).exists():
        raise IllegalMove("It was taken back already.")
    if waiver.expires_at <= at:
        raise IllegalMove(f"It has expired already, on {moments.instant_words(waiver.expires_at, UTC)}.")
    made: WaiverEnd = WaiverEnd.objects.create(waiver=waiver, reason=reason, by=by, at=at)
    template = "{actor} took the waiver of {subject} of {release} back"
    record(gate, "ended_waiver", by=by, template=template, reason=reason, release=gate.release, waiver=waiver)
    keep_states([gate], at=at)
    made.refresh_from_db()
    return made


def expire_waivers(*, by: User, at: datetime) -> int:
    """Have the gates whose waivers have expired by an instant (UTC) be what they are without; gives how many.

    For the clock; two at once are harmless.
    """
    if not Gate.objects.with_expired_waiver(at).exists():
        return 0
    with deed(by=by):
        take(Lock.WAIVERS)
        theirs = set(Gate.objects.with_expired_waiver(at).values_list("release", flat=True))
        list(Release.objects.select_for_update(no_key=True).filter(pk__in=theirs).order_by("pk"))
        over = list(Gate.objects.with_expired_waiver(at).filter(release__in=theirs).with_rules().order_by("pk"))
        for gate in over:
            template = "The waiver of {subject} of {release} has expired"
            record(gate, "waiver_expired", by=by, template=template, release=gate.release)
        keep_states(over, at=at)
        return len(over)


def _expect_words(reason: str, compensating_control: str) -> None:
    missing = {
        name: [sentence]
        for name, given, sentence in (
            ("reason", reason, "Say why it is waived."),
            ("compensating_control", compensating_control, "Say what is done instead, until it is met."),
        )
        if not given.strip()
    }
    if missing:
        raise RuleBroken(" ".join(each[0] for each in missing.values()), errors=missing)


def _expect_expiry(expires_at: datetime, at: datetime) -> None:
    if not at < expires_at <= at + LONGEST_WAIVER:
        last = moments.instant_words(at + LONGEST_WAIVER, UTC)
        sentence = f"A waiver expires later than now, and a year from now at the latest: by {last}."
        raise RuleBroken(sentence, errors={"expires_at": [sentence]})
