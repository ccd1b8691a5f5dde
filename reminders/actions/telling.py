"""Telling webhooks: which messages follow from what happened, and what administrators and the years do about them."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction

from accounts.models import User
from common.locks import Lock, take_if_free
from common.refusals import Conflict, NotAllowed
from history.deeds import deed, record
from history.queries import last_number
from reminders import rules
from reminders.actions.webhooks import NOT_YOURS
from reminders.models import Epoch, Webhook, WebhookMessage
from reminders.queries.kinds import KINDS, TEST
from reminders.vocabulary import SETTLED, DeliveryState

#: What was told, or came to nothing, is kept so long.
KEPT: Final = timedelta(days=30)
IS_OFF: Final = "The webhook is off; switch it on first."
NOT_SETTLED: Final = "This one is still on its way; wait until it arrived or was given up."
_EVENTS_AT_ONCE: Final = 2_000
_AT_ONCE: Final = 5_000


def catch_up(*, at: datetime) -> int:
    """Put down what webhooks are to be told of the facts since it was last asked; gives how many messages.

    Numbers of events follow commits without holes, so that each is read once, however many ask; while somebody else does, it is left to
    them. What may have been told before a backup was restored is held.
    """
    made = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            if not take_if_free(Lock.TELLING_WEBHOOKS):
                return made
            epoch = Epoch.objects.present()
            last = last_number()
            if epoch.called_until is None or epoch.called_until > last:
                # Nothing was ever told here, or a backup was restored: what lies before was told, or never will be.
                Epoch.objects.update(called_until=last)
                return made
            if epoch.called_until == last:
                return made
            until = min(last, epoch.called_until + _EVENTS_AT_ONCE)
            if Webhook.objects.filter(is_on=True).exists():
                cursor.execute(_TELL, [epoch.held_until, at, epoch.called_until, until, list(KINDS)])
                made += cursor.rowcount
            Epoch.objects.update(called_until=until)


@deed
def test(webhook: Webhook, *, by: User, at: datetime) -> WebhookMessage:
    """Tell a webhook that this is a test, from an instant (UTC) on. Raises NotAllowed, Conflict while it is off."""
    found = _to_use(webhook, by)
    made: WebhookMessage = WebhookMessage.objects.create(webhook=found, kind=TEST, happened_at=at, next_at=at)
    record(found, "tested", by=by, template="{actor} sent the webhook {subject} a test", message=made.pk)
    return made


@deed
def tell_again(message: WebhookMessage, *, by: User, at: datetime) -> WebhookMessage:
    """Tell the same again under the same number, whatever became of it, as if for the first time. Raises NotAllowed, Conflict."""
    found = _to_use(message.webhook, by)
    rows = WebhookMessage.objects.filter(pk=message.pk, state__in=SETTLED)
    if not rows.update(state=DeliveryState.PLANNED, attempts=0, next_at=at, reason="", sent_at=None):
        raise Conflict(NOT_SETTLED)
    template = "{actor} had the webhook {subject} told something again"
    record(found, "told_again", by=by, template=template, message=message.pk)
    fresh: WebhookMessage = WebhookMessage.objects.select_related("webhook").get(pk=message.pk)
    return fresh


def forget_old(*, at: datetime) -> int:
    """Take away what was settled and is older than `KEPT` at an instant (UTC); gives how many. A batch at a time, so that nobody waits."""
    gone = 0
    while True:
        old: Any = WebhookMessage.objects.filter(created_at__lt=at - KEPT, state__in=SETTLED).order_by("created_at")
        number, _ = WebhookMessage.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_AT_ONCE])).delete()
        gone += number
        if number < _AT_ONCE:
            return gone


def _to_use(webhook: Webhook, by: User) -> Webhook:
    found: Webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    if not rules.may_write_webhooks(by):
        raise NotAllowed(NOT_YOURS)
    if not found.is_on:
        raise Conflict(IS_OFF)
    return found


_TELL: Final = f"""
    INSERT INTO reminders_webhookmessage
        (webhook_id, fact_id, kind, happened_at, number, state, reason, next_at, attempts, possible_duplicates, answer)
    SELECT w.id, f.id, f.subject_kind || '.' || f.verb, e.at, gen_random_uuid(),
        CASE WHEN e.at <= %s THEN '{DeliveryState.HELD.value}' ELSE '{DeliveryState.PLANNED.value}' END, '', %s, 0, 0, ''
    FROM history_event e
    JOIN history_fact f ON f.event_id = e.id
    JOIN reminders_webhook w ON w.is_on AND e.at >= w.on_since
        AND ARRAY[f.subject_kind || '.' || f.verb, f.subject_kind || '.*']::varchar[] && w.kinds
    WHERE e.number > %s AND e.number <= %s AND f.subject_kind = ANY(%s)
    ORDER BY e.number, f.position, w.id
    ON CONFLICT (webhook_id, fact_id) DO NOTHING
"""  # noqa: S608 - made of our own words
