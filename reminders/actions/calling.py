"""Calling webhooks: each message signed by the Standard Webhooks specification, and held by `leasing` while it goes out.

What one webhook is told goes through one worker at a time, a few messages at once and no longer than `SHARE`, so that one that is slow
holds up nobody else. One that does not answer, or asks to be left alone, is paused as a whole. A worker that is killed leaves at most
one message of which nobody knows whether it arrived; it is sent again under the same `webhook-id`, by which the other side knows it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import chain, zip_longest
from typing import Any, Final

import structlog
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce
from standardwebhooks.webhooks import Webhook as Signer

from accounts.models import User
from common import outgoing, sealing
from common.doors import dump
from reminders.actions import leasing, webhooks
from reminders.actions.leasing import Hold, Outcome
from reminders.models import Webhook, WebhookMessage
from reminders.queries.payloads import Payloads, with_everything
from reminders.vocabulary import IN_HAND, DeliveryState

log = structlog.get_logger(__name__)

#: So many messages are claimed at once, and so many of them of one webhook.
BATCH: Final = 50
MOST_OF_ONE: Final = 10
#: So long one webhook is called in a batch; the rest of its messages waits for the next one.
SHARE: Final = timedelta(seconds=10)
#: Who doesn't answer is left alone for so long; who asks for more gets it, up to a day.
PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(days=1)
#: A webhook is switched off after so many messages in a row that were given up, or when nothing arrived for so long.
MOST_GIVEN_UP: Final = 20
LONGEST_FAILING: Final = timedelta(days=3)
#: So much of an answer is kept.
SHOWN: Final = 1_000
LONGEST_REASON: Final = 300

CANNOT_OPEN: Final = "its secret was sealed under another SECRET_KEY; give it a new one"
GONE: Final = "the other side said that it is gone (410)"
CANNOT_WRITE: Final = "it could not be written"


@dataclass(frozen=True)
class _Heard:
    """What came of a call: whether it arrived, why not, and what was answered. `pause`: leave the webhook alone for as long."""

    arrived: bool
    reason: str = ""
    answer: outgoing.Answer | None = None
    pause: timedelta | None = None
    was_lost: bool = False
    is_gone: bool = False

    @property
    def notes(self) -> dict[str, Any]:
        if self.answer is None:
            return {"status": None, "answer": "", "seconds": None}
        # PostgreSQL keeps no NUL.
        text = self.answer.text.replace("\0", "")[:SHOWN]
        return {"status": self.answer.status, "answer": text, "seconds": round(self.answer.seconds, 3)}


def call(*, clock: Callable[[], datetime], patience: timedelta, stop: Callable[[], bool]) -> int:
    """Tell webhooks what waits, until nothing does, `stop` says so or `patience` is over; gives how many messages arrived.

    What is in hand by then is given back. Any number of workers may do this at once.
    """
    until = clock() + patience
    arrived = 0
    leasing.give_back_forsaken(WebhookMessage, at=clock())
    while not stop() and clock() < until:
        round_ = _Round(clock, lambda: stop() or clock() >= until)
        arrived += round_.run()
        if round_.is_last:
            break
    return arrived


def waiting(*, at: datetime) -> int:
    """How many webhooks there are something to be told at an instant (UTC) and that nobody is telling anything."""
    busy = WebhookMessage.objects.filter(state__in=IN_HAND).values("webhook")
    some = WebhookMessage.objects.waiting(at).exclude(webhook__in=busy)
    return int(some.order_by().values("webhook").distinct().count())


class _Round:
    """One batch of one worker."""

    def __init__(self, clock: Callable[[], datetime], stop: Callable[[], bool]) -> None:
        self._clock, self._stop = clock, stop
        self._hold = Hold(WebhookMessage, settings.REMINDER_LEASE, clock)
        self._spent: dict[int, timedelta] = defaultdict(timedelta)
        self._left_alone: set[int] = set()
        self._arrived = 0
        self.is_last = False

    def run(self) -> int:
        claimed = self._claim(self._clock())
        self.is_last = not claimed
        try:
            self._send(self._look_again(claimed))
        finally:
            self._hold.settle()
            self._hold.put_down()
        return self._arrived

    def _claim(self, at: datetime) -> list[WebhookMessage]:
        numbers = self._hold.claim(_FAIRLY, [at, MOST_OF_ONE, at], at, BATCH)
        rows = with_everything(WebhookMessage.objects.filter(pk__in=numbers).order_by("next_at", "pk"))
        return _in_turn(rows) if numbers else []

    def _look_again(self, claimed: Sequence[WebhookMessage]) -> list[tuple[WebhookMessage, Payloads]]:
        payloads = Payloads(claimed)
        reasons: dict[str, list[int]] = {}
        kept = []
        for one in claimed:
            reason = payloads.why_not(one)
            if reason:
                reasons.setdefault(reason, []).append(one.pk)
            else:
                kept.append((one, payloads))
        for reason, numbers in reasons.items():
            self._hold.skip(numbers, reason)
        return kept

    def _send(self, messages: Iterable[tuple[WebhookMessage, Payloads]]) -> None:
        for one, payloads in messages:
            if self._stop():
                return
            if one.webhook_id in self._left_alone or self._spent[one.webhook_id] >= SHARE:
                continue
            if self._hold.step(one.pk):
                began = self._clock()
                heard = self._told(one, payloads)
                self._spent[one.webhook_id] += self._clock() - began
                self._hold.settle_next(one.pk, self._outcome(one, heard))

    def _told(self, one: WebhookMessage, payloads: Payloads) -> _Heard:
        try:
            return _call(one, dump(payloads.payload(one).body), self._clock())
        except Exception:
            log.exception("a webhook could not be told", message=one.pk)
            return _Heard(False, CANNOT_WRITE)

    def _outcome(self, one: WebhookMessage, heard: _Heard) -> Outcome:
        now, webhook = self._clock(), one.webhook
        if heard.arrived:
            self._arrived += 1
            if webhook.failing_since or webhook.given_up:
                Webhook.objects.filter(pk=webhook.pk).update(failing_since=None, given_up=0, paused_until=None)
                webhook.failing_since, webhook.given_up = None, 0
            return Outcome(DeliveryState.SENT, now, notes=heard.notes)
        retries: Sequence[timedelta] = settings.REMINDER_RETRIES
        is_dead = heard.is_gone or one.attempts >= len(retries)
        self._remember(webhook, heard, now, is_dead=is_dead)
        reason = heard.reason[:LONGEST_REASON]
        if is_dead:
            return Outcome(DeliveryState.DEAD, now, reason, was_lost=heard.was_lost, notes=heard.notes)
        after = max(leasing.spread(retries[one.attempts]), heard.pause or timedelta())
        return Outcome(DeliveryState.FAILED, now, reason, now + after, was_lost=heard.was_lost, notes=heard.notes)

    def _remember(self, webhook: Webhook, heard: _Heard, now: datetime, *, is_dead: bool) -> None:
        """What a failure means for the webhook as a whole: a pause, or its end."""
        paused: dict[str, Any] = {}
        if heard.pause:
            self._left_alone.add(webhook.pk)
            paused = {"paused_until": now + heard.pause}
        Webhook.objects.filter(pk=webhook.pk).update(
            failing_since=Coalesce(F("failing_since"), now), given_up=F("given_up") + int(is_dead), **paused
        )
        fresh = Webhook.objects.get(pk=webhook.pk)
        webhook.failing_since, webhook.given_up = fresh.failing_since, fresh.given_up
        why = _why_off(fresh, heard, now)
        if why:
            self._left_alone.add(webhook.pk)
            webhooks.give_up(fresh, why=why, by=User.objects.clock(), at=now)


def _why_off(webhook: Webhook, heard: _Heard, now: datetime) -> str:
    """Why a webhook is not called any more; empty while it is."""
    if heard.is_gone:
        return heard.reason
    if webhook.given_up >= MOST_GIVEN_UP:
        return f"{webhook.given_up} messages in a row did not arrive, the last one because: {heard.reason}"
    if webhook.failing_since and now - webhook.failing_since >= LONGEST_FAILING:
        return f"nothing arrived for {LONGEST_FAILING.days} days, at last because: {heard.reason}"
    return ""


def _call(message: WebhookMessage, body: bytes, at: datetime) -> _Heard:
    """Send a body, signed at an instant (UTC)."""
    try:
        signatures = _signatures(message, body, at)
    except sealing.CannotOpen:
        return _Heard(False, CANNOT_OPEN, is_gone=True)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": str(message.number),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures,
    }
    try:
        answer = outgoing.post(message.webhook.target, body, headers)
    except outgoing.NotOut as refusal:
        return _Heard(False, str(refusal), pause=PAUSE)
    except outgoing.NoConnection as silence:
        return _Heard(False, str(silence), pause=PAUSE)
    except outgoing.NoAnswer as silence:
        return _Heard(False, str(silence), pause=PAUSE, was_lost=True)
    return _heard(answer, at)


def _signatures(message: WebhookMessage, body: bytes, at: datetime) -> str:
    """One for each secret that is in force, with spaces between them."""
    webhook = message.webhook
    sealed = [webhook.secret]
    if webhook.earlier_secret and webhook.earlier_until and at < webhook.earlier_until:
        sealed.append(webhook.earlier_secret)
    return " ".join(Signer(sealing.opened(each)).sign(str(message.number), at.astimezone(UTC), body.decode()) for each in sealed)


def _heard(answer: outgoing.Answer, at: datetime) -> _Heard:
    if answer.is_good:
        return _Heard(True, answer=answer)
    if answer.status == HTTPStatus.GONE:
        return _Heard(False, GONE, answer, is_gone=True)
    asked = _asked_for(answer.retry_after, at)
    is_busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    pause = asked or (PAUSE if is_busy else None)
    return _Heard(False, f"the other side answered {answer.status}", answer, pause)


def _asked_for(retry_after: str, at: datetime) -> timedelta | None:
    """How long the other side asks to be left alone (RFC 9110, 10.2.3: seconds or a date), at most a day; None if it doesn't."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=min(int(text[:9]), 10**8)), LONGEST_PAUSE) or None
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    until = then.replace(tzinfo=then.tzinfo or UTC)
    return min(until - at, LONGEST_PAUSE) if until > at else None


def _in_turn(messages: Iterable[WebhookMessage]) -> list[WebhookMessage]:
    """Each webhook's first, then each one's second, and so on."""
    by_webhook: dict[int, list[WebhookMessage]] = defaultdict(list)
    for one in messages:
        by_webhook[one.webhook_id].append(one)
    return [one for one in chain.from_iterable(zip_longest(*by_webhook.values())) if one is not None]


#: The first few of each webhook that is not left alone, and of which no worker has anything in hand.
_FAIRLY: Final = """
    id IN (
        SELECT first.id FROM reminders_webhook w CROSS JOIN LATERAL (
            SELECT m.id FROM reminders_webhookmessage m
            WHERE m.webhook_id = w.id AND m.state IN ('planned', 'failed') AND m.next_at <= %s
            ORDER BY m.next_at, m.id LIMIT %s
        ) first
        WHERE (w.paused_until IS NULL OR w.paused_until <= %s)
            AND NOT EXISTS (SELECT FROM reminders_webhookmessage h WHERE h.webhook_id = w.id AND h.state IN ('leased', 'handing_over'))
    )
"""
