"""Delivering: PostgreSQL is the queue, and every step of a delivery is a row that says so before it is taken.

planned → leased → handing over → sent, failed (tried again), dead, or skipped with a reason. A worker claims a batch under a token and
a lease; whatever it writes later names the token, so that one whose lease is over changes nothing any more. Each parcel is marked as
being handed over by itself, in the same statement that settles the one before: a worker that is killed leaves at most one of which
nobody knows whether it arrived. That one is sent again, as a possible duplicate, under the same number.
"""

import random
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Case, F, PositiveSmallIntegerField, Value, When

from accounts.vocabulary import AccountKind
from reminders.actions.planning import stands
from reminders.channels import TRANSPORTS, Courier, Parcel, Refused, Unanswered, Unreachable
from reminders.models import Delivery, QuietChannel
from reminders.queries.letters import Letters
from reminders.queries.recipients import still_concerned
from reminders.queries.visibility import Seen
from reminders.vocabulary import IN_HAND, LOOKED_BACK, SWITCHED_OFF, WAITING, Audience, Channel, DeliveryState, ReminderState

log = structlog.get_logger(__name__)

#: So many are claimed at once; a connection lasts as long.
BATCH: Final = 100
#: When the other side can't be reached, or said nothing, it is asked again after this.
SOON: Final = timedelta(minutes=1)
#: By how much a retry comes sooner or later than it says, so that what failed together doesn't come back together.
SPREAD: Final = 0.2
LONGEST_REASON: Final = 300

NOT_TRUE: Final = "no longer true"
TOO_LATE: Final = "too late to be said"
NOT_CONCERNED: Final = "no longer for them"
NOT_SEEN: Final = "they may not see it"
NOBODY: Final = "they have left"
CANNOT_WRITE: Final = "it could not be written"


@dataclass(frozen=True)
class _Outcome:
    """What became of one delivery, as its row says it. `counts`: it was an attempt; `was_lost`: nobody knows whether it arrived."""

    state: DeliveryState
    at: datetime
    reason: str = ""
    next_at: datetime | None = None
    was_lost: bool = False
    counts: bool = True


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
    rows = Delivery.objects.forsaken(at)
    lost = Case(
        When(state=DeliveryState.HANDING_OVER, then=F("possible_duplicates") + 1),
        default=F("possible_duplicates"),
        output_field=PositiveSmallIntegerField(),
    )
    freed = rows.update(state=_waiting_again(), possible_duplicates=lost, next_at=at, claim_token=None, lease_until=None)
    if freed:
        log.warning("deliveries were given back by lost workers", number=freed)
    return freed


def waiting(channel: Channel, *, at: datetime) -> int:
    """How many wait to be sent on a channel at an instant (UTC)."""
    return int(Delivery.objects.waiting(at).filter(channel=channel).count())


def _waiting_again() -> Any:
    return Case(When(attempts=0, then=Value(DeliveryState.PLANNED.value)), default=Value(DeliveryState.FAILED.value))


class _Round:
    """One batch of one worker."""

    def __init__(self, channel: Channel, clock: Callable[[], datetime], stop: Callable[[], bool]) -> None:
        self._channel, self._clock, self._stop = channel, clock, stop
        self._token = uuid.uuid4()
        self._pending: tuple[int, _Outcome] | None = None
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
            self._put_down(self._clock() + SOON)
            self.is_last = True
        finally:
            self._settle_pending()
            self._put_down(None)
        return self._sent

    def _claim(self, at: datetime) -> list[Delivery]:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [self._token, at + settings.REMINDER_LEASE, self._channel, list(WAITING), at, BATCH])
            numbers = [number for (number,) in cursor.fetchall()]
        rows = (
            Delivery.objects.filter(pk__in=numbers)
            .select_related("reminder__rule", "recipient", "instead_of")
            .order_by("next_at", "pk")
        )
        return list(rows) if numbers else []

    def _look_again(self, claimed: Sequence[Delivery], at: datetime) -> list[Delivery]:
        """Those that still are to be sent; the others are skipped, and say why."""
        reminders = list({one.reminder_id: one.reminder for one in claimed}.values())
        true, concerned = stands(reminders, at), still_concerned(reminders, at)
        seen = Seen((one.subject_kind, one.subject_id) for one in reminders)
        quiet = QuietChannel.objects.pairs(one.recipient_id for one in claimed)
        reasons: dict[str, list[int]] = {}
        kept = []
        for one in claimed:
            reason = _why_not(one, true, concerned, seen, quiet, at)
            if reason:
                reasons.setdefault(reason, []).append(one.pk)
            else:
                kept.append(one)
        for reason, numbers in reasons.items():
            self._mine(numbers, DeliveryState.LEASED).update(
                state=DeliveryState.SKIPPED, reason=reason, claim_token=None, lease_until=None
            )
        return kept

    def _send(self, deliveries: Sequence[Delivery]) -> None:
        letters = Letters([one.reminder for one in deliveries])
        with ExitStack() as stack:
            courier = stack.enter_context(TRANSPORTS[self._channel].opened())
            for one in deliveries:
                if self._stop():
                    return
                if self._step(one.pk):
                    self._pending = (one.pk, self._hand_over(one, letters, courier))
            # Closing the connection may take its time; the last one is told before.
            self._settle_pending()

    def _hand_over(self, one: Delivery, letters: Letters, courier: Courier) -> _Outcome:
        try:
            letter = letters.letter(one.reminder, one.recipient, Audience(one.audience), one.instead_of)
            courier.hand_over(Parcel(one.number, one.recipient, letter, may_be_there=one.possible_duplicates > 0))
        except Unreachable:
            # Nothing was handed over, and it is not the letter's fault.
            now = self._clock()
            self._pending = (one.pk, _Outcome(_waiting_word(one), now, one.reason, now + SOON, counts=False))
            raise
        except Refused as refusal:
            return self._failed(one, refusal.reason, for_good=refusal.for_good)
        except Unanswered as silence:
            again = self._failed(one, f"no answer: {silence}", for_good=False)
            return replace(again, was_lost=True)
        except Exception:
            log.exception("a reminder could not be written", delivery=one.pk)
            return self._failed(one, CANNOT_WRITE, for_good=False)
        self._sent += 1
        return _Outcome(DeliveryState.SENT, self._clock())

    def _failed(self, one: Delivery, reason: str, *, for_good: bool) -> _Outcome:
        retries: Sequence[timedelta] = settings.REMINDER_RETRIES
        if for_good or one.attempts >= len(retries):
            return _Outcome(DeliveryState.DEAD, self._clock(), reason[:LONGEST_REASON])
        return self._again(one, reason, retries[one.attempts])

    def _again(self, one: Delivery, reason: str, after: timedelta) -> _Outcome:
        now = self._clock()
        spread = random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - nobody gains by guessing it
        return _Outcome(DeliveryState.FAILED, now, reason[:LONGEST_REASON], now + after * spread)

    # --- what is written

    def _step(self, number: int) -> bool:
        """Settle the one before and mark the next as being handed over, in one statement; whether it is still ours."""
        before, self._pending = self._pending, None
        values: list[Any] = _settling(before, self._token) if before else []
        values += [self._clock() + settings.REMINDER_LEASE, number, self._token]
        with connection.cursor() as cursor:
            cursor.execute((f"WITH settled AS ({_SETTLE}) " if before else "") + _HAND_OVER, values)
            return int(cursor.rowcount) == 1

    def _settle_pending(self) -> None:
        if self._pending:
            with connection.cursor() as cursor:
                cursor.execute(_SETTLE, _settling(self._pending, self._token))
            self._pending = None

    def _put_down(self, next_at: datetime | None) -> None:
        """Give back what was not begun; it waits on as before, or until an instant (UTC)."""
        later = {"next_at": next_at} if next_at else {}
        rows = Delivery.objects.filter(claim_token=self._token, state=DeliveryState.LEASED)
        rows.update(state=_waiting_again(), claim_token=None, lease_until=None, **later)

    def _mine(self, numbers: Collection[int], state: DeliveryState) -> Any:
        return Delivery.objects.filter(pk__in=numbers, claim_token=self._token, state=state)


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
    if reminder.due_at < at - LOOKED_BACK:
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


def _waiting_word(one: Delivery) -> DeliveryState:
    return DeliveryState.FAILED if one.attempts else DeliveryState.PLANNED


def _settling(pending: tuple[int, _Outcome], token: uuid.UUID) -> list[Any]:
    number, outcome = pending
    sent_at = outcome.at if outcome.state == DeliveryState.SENT else None
    return [
        outcome.state.value,
        outcome.reason,
        outcome.next_at,
        sent_at,
        int(outcome.was_lost),
        int(outcome.counts),
        number,
        token,
    ]


_CLAIM: Final = f"""
    UPDATE reminders_delivery SET state = '{DeliveryState.LEASED.value}', claim_token = %s, lease_until = %s
    WHERE id IN (
        SELECT id FROM reminders_delivery WHERE channel = %s AND state = ANY(%s) AND next_at <= %s
        ORDER BY next_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
    ) RETURNING id
"""  # noqa: S608 - made of our own words
_SETTLE: Final = """
    UPDATE reminders_delivery SET state = %s, reason = %s, next_at = coalesce(%s, next_at), sent_at = %s,
        possible_duplicates = possible_duplicates + %s, attempts = attempts + %s, claim_token = NULL, lease_until = NULL
    WHERE id = %s AND claim_token = %s
"""
_HAND_OVER: Final = f"""
    UPDATE reminders_delivery SET state = '{IN_HAND[1].value}', lease_until = %s
    WHERE id = %s AND claim_token = %s AND state = '{IN_HAND[0].value}'
"""  # noqa: S608 - made of our own words
