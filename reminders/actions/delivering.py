"""Delivering: PostgreSQL is the queue, and every step of a delivery is a row that says so before it is taken.

planned → leased → handing over → sent, failed (tried again), dead, or skipped with a reason. How a worker holds what it claimed is in
`leasing`: one that is killed leaves at most one of which nobody knows whether it arrived, and that one is sent again, as a possible
duplicate, under the same number.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, cast

import structlog
from django.conf import settings

from accounts.vocabulary import AccountKind
from reminders.actions import leasing
from reminders.actions.leasing import Hold, Outcome
from reminders.actions.planning import stands
from reminders.channels import TRANSPORTS, Courier, NoWay, Parcel, Refused, Unanswered, Unreachable
from reminders.models import Delivery, Preference, QuietChannel
from reminders.queries.bundles import bundle, cover
from reminders.queries.known import known
from reminders.queries.letters import Letter, Letters
from reminders.queries.quietness import quiet_until
from reminders.queries.recipients import still_concerned
from reminders.queries.visibility import Seen
from reminders.vocabulary import (
    ACKNOWLEDGED,
    LOOKED_BACK,
    SWITCHED_OFF,
    TOO_LATE,
    Audience,
    Channel,
    DeliveryState,
    ReminderState,
    Severity,
)

log = structlog.get_logger(__name__)

#: So many are claimed at once; a connection lasts as long.
BATCH: Final = 100
#: When the other side can't be reached, or said nothing, it is asked again after this.
SOON: Final = timedelta(minutes=1)
LONGEST_REASON: Final = 300

NOT_TRUE: Final = "no longer true"
NOT_CONCERNED: Final = "no longer for them"
NOT_SEEN: Final = "they may not see it"
NOBODY: Final = "they have left"
NOTHING_LEFT: Final = "nothing of it was left to say"
CANNOT_WRITE: Final = "it could not be written"


def deliver(channel: Channel, *, clock: Callable[[], datetime], patience: timedelta, stop: Callable[[], bool]) -> int:
    """Send what waits on a channel, until nothing does, `stop` says so or `patience` is over; gives how many were sent.

    What is in hand by then is given back. Any number of workers may do this at once.
    """
    until = clock() + patience
    sent = 0
    give_back_forsaken(at=clock())
    while not stop() and clock() < until:
        round_ = _Round(channel, clock, lambda: stop() or clock() >= until)
        sent += round_.run()
        if round_.is_last:
            break
    return sent


def give_back_forsaken(*, at: datetime) -> int:
    """Let others have what workers held that did not come back by an instant (UTC); gives how many.

    What was being handed over may have arrived: it counts as a possible duplicate from now on.
    """
    freed = leasing.give_back_forsaken(Delivery, at=at)
    if freed:
        log.warning("deliveries were given back by lost workers", number=freed)
    return freed


def waiting(channel: Channel, *, at: datetime) -> int:
    """How many wait to be sent on a channel at an instant (UTC)."""
    return int(Delivery.objects.waiting(at).filter(channel=channel).count())


@dataclass(frozen=True)
class _Load:
    """What is handed over at once: one delivery, or a digest with what it gathers."""

    one: Delivery
    parts: Sequence[Delivery] = ()

    def parcel(self, letters: Letters) -> Parcel:
        """What is handed over. Raises KeyError when something it is about is gone."""
        one, may_be_there = self.one, self.one.possible_duplicates > 0
        written = [_letter(each, letters) for each in self.parts or (one,)]
        if not self.parts:
            return Parcel(one.number, one.recipient, written[0], may_be_there=may_be_there, message=one.message_number)
        together = bundle(written)
        letter = cover(together, one.recipient_id)
        return Parcel(one.number, one.recipient, letter, may_be_there=may_be_there, message=one.message_number, bundle=together)


class _Round:
    """One batch of one worker."""

    def __init__(self, channel: Channel, clock: Callable[[], datetime], stop: Callable[[], bool]) -> None:
        self._channel, self._clock, self._stop = channel, clock, stop
        self._hold = Hold(Delivery, settings.REMINDER_LEASE, clock)
        self._sent = 0
        self.is_last = False

    def run(self) -> int:
        at = self._clock()
        claimed = self._claim(at)
        self.is_last = len(claimed) < BATCH
        if not claimed:
            return 0
        try:
            kept = self._look_again(claimed, at)
            if kept:
                self._send(kept)
        except Unreachable as error:
            log.warning("a channel is out of reach", channel=self._channel.value, error=str(error))
            self._hold.put_down(self._clock() + SOON)
            self.is_last = True
        finally:
            self._hold.settle()
            self._hold.put_down()
        return self._sent

    def _claim(self, at: datetime) -> list[Delivery]:
        numbers = self._hold.claim("channel = %s", [self._channel], at, BATCH)
        rows = (
            Delivery.objects.filter(pk__in=numbers)
            .select_related("reminder__rule", "recipient", "instead_of")
            .order_by("next_at", "pk")
        )
        return list(rows) if numbers else []

    def _look_again(self, claimed: Sequence[Delivery], at: datetime) -> list["_Load"]:
        """Those that still are to be sent; the others are skipped, and say why, or wait until the quiet hours of their recipient are over.

        Of a digest each thing that it gathers is asked about, and the digest is sent if anything is left.
        """
        gathered = _gathered(claimed)
        some = [one for one in claimed if one.digest_at is None] + [each for those in gathered.values() for each in those]
        reminders = list({one.reminder_id: one.reminder for one in some}.values())
        true, concerned = stands(reminders, at), still_concerned(reminders, at)
        seen = Seen((one.subject_kind, one.subject_id) for one in reminders)
        people = {one.recipient_id for one in claimed}
        quiet, acknowledged = QuietChannel.objects.pairs(people), known(reminders, people)
        wanted = Preference.objects.of(people)
        reasons: dict[str, list[int]] = {}
        for one in some:
            reason = _why_not(one, true, concerned, seen, quiet, at)
            if not reason and (one.reminder_id, one.recipient_id) in acknowledged:
                reason = ACKNOWLEDGED
            if reason:
                reasons.setdefault(reason, []).append(one.pk)
        left_out = {number for numbers in reasons.values() for number in numbers}
        later: dict[datetime, list[int]] = {}
        kept = []
        for one in claimed:
            parts = [each for each in gathered.get(one.pk, ()) if each.pk not in left_out]
            ends = _quiet_until(one, wanted, at)
            if one.digest_at is not None and not parts:
                reasons.setdefault(NOTHING_LEFT, []).append(one.pk)
            elif one.pk not in left_out and ends:
                later.setdefault(ends, []).append(one.pk)
            elif one.pk not in left_out:
                kept.append(_Load(one, parts))
        for reason, numbers in reasons.items():
            self._hold.skip(numbers, reason)
            if gathered:
                Delivery.objects.filter(pk__in=numbers, state=DeliveryState.GATHERED).update(
                    state=DeliveryState.SKIPPED, reason=reason
                )
        for ends, numbers in later.items():
            self._hold.put_down(ends, only=numbers)
        return kept

    def _send(self, loads: Sequence["_Load"]) -> None:
        now, in_full = self._clock(), self._channel == Channel.EMAIL
        whole = [load.one.reminder for load in loads if load.one.digest_at is None]
        parts = [each.reminder for load in loads for each in load.parts]
        letters = Letters(whole, now, in_full=in_full) if whole else None
        short = Letters(parts, now) if parts else None
        with ExitStack() as stack:
            courier = stack.enter_context(TRANSPORTS[self._channel].opened())
            for load in loads:
                if self._stop():
                    return
                if self._hold.step(load.one.pk):
                    written = short if load.parts else letters
                    self._hold.settle_next(load.one.pk, self._hand_over(load, cast(Letters, written), courier))
            # Closing the connection may take its time; the last one is told before.
            self._hold.settle()

    def _hand_over(self, load: "_Load", letters: Letters, courier: Courier) -> Outcome:
        one = load.one
        try:
            courier.hand_over(load.parcel(letters))
        except Unreachable:
            # Nothing was handed over, and it is not the letter's fault.
            now = self._clock()
            self._hold.settle_next(one.pk, Outcome(leasing.waiting_word(one), now, one.reason, now + SOON, counts=False))
            raise
        except NoWay as reason:
            return Outcome(DeliveryState.SKIPPED, self._clock(), str(reason), counts=False)
        except Refused as refusal:
            return self._failed(one, refusal.reason, for_good=refusal.for_good)
        except Unanswered as silence:
            again = self._failed(one, f"no answer: {silence}", for_good=False)
            return replace(again, was_lost=True)
        except Exception:
            log.exception("a reminder could not be written", delivery=one.pk)
            return self._failed(one, CANNOT_WRITE, for_good=False)
        self._sent += 1
        return Outcome(DeliveryState.SENT, self._clock())

    def _failed(self, one: Delivery, reason: str, *, for_good: bool) -> Outcome:
        retries: Sequence[timedelta] = settings.REMINDER_RETRIES
        if for_good or one.attempts >= len(retries):
            return Outcome(DeliveryState.DEAD, self._clock(), reason[:LONGEST_REASON])
        return self._again(one, reason, retries[one.attempts])

    def _again(self, one: Delivery, reason: str, after: timedelta) -> Outcome:
        now = self._clock()
        return Outcome(DeliveryState.FAILED, now, reason[:LONGEST_REASON], now + leasing.spread(after))


def _gathered(claimed: Sequence[Delivery]) -> dict[int, list[Delivery]]:
    """What digests among deliveries gather, by their ids, in the order in which it came."""
    found: dict[int, list[Delivery]] = {one.pk: [] for one in claimed if one.digest_at is not None}
    if found:
        rows = Delivery.objects.filter(carrier__in=found, state=DeliveryState.GATHERED)
        for each in rows.select_related("reminder__rule", "recipient", "instead_of", "carrier").order_by("pk"):
            found[each.carrier_id].append(each)
    return found


def _letter(one: Delivery, letters: Letters) -> Letter:
    return letters.letter(one.reminder, one.recipient, Audience(one.audience), one.instead_of)


def _why_not(
    one: Delivery,
    true: Collection[int],
    concerned: Mapping[int, Collection[int]],
    seen: Seen,
    quiet: Collection[tuple[int, str]],
    at: datetime,
) -> str:
    """Why a delivery is not sent after all; empty when it is."""
    reminder, reader = one.reminder, one.recipient
    if reminder.state != ReminderState.ADDRESSED or reminder.pk not in true:
        return NOT_TRUE
    if (one.carrier.digest_at if one.carrier_id else reminder.due_at) < at - LOOKED_BACK:
        return TOO_LATE
    if not reader.is_active or reader.kind != AccountKind.PERSON or not reader.email:
        return NOBODY
    if not seen.by(reader, (reminder.subject_kind, reminder.subject_id)):
        return NOT_SEEN
    if (one.instead_of_id or reader.pk) not in concerned[reminder.pk]:
        return NOT_CONCERNED
    if (reader.pk, one.channel) in quiet:
        return SWITCHED_OFF
    return ""


def _quiet_until(one: Delivery, wanted: Mapping[int, Preference], at: datetime) -> datetime | None:
    """When its recipient wants to hear again of what is not urgent; None when that is at once."""
    if one.recipient_id not in wanted or (one.digest_at is None and one.reminder.rule.severity == Severity.URGENT):
        return None
    return quiet_until(wanted[one.recipient_id], at, one.recipient.zone)
