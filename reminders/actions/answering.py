"""Verbs on what one was told: say that one knows, or have it said again a day later.

What somebody answers is theirs alone: machinery, told to nobody. Each is one statement that names the state it needs, so that it never
gets in the way of a worker.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F

from accounts.models import User
from common.moments import instant_words
from common.refusals import Conflict, NotVisible
from common.rows import NOT_HERE
from reminders.models import Delivery
from reminders.vocabulary import CARRIED, IN_HAND, LOOKED_BACK, WAITING, Channel, DeliveryState

#: What is put off comes again after this.
A_DAY: Final = timedelta(days=1)
MOST_SNOOZES: Final = 5

IN_THE_INBOX: Final = "It lies in your inbox until you read it, so that there is nothing to put off."
BEING_SENT: Final = "It is being sent at this moment; try again in a minute."
KNOWN_ALREADY: Final = "You said that you know of it, so that it does not come again."
OFTEN_ENOUGH: Final = "You have put it off five times; do what it asks, or acknowledge it."
TOO_OLD: Final = "It is too old to be said again tomorrow; open it to see how it stands."
NEVER_SENT: Final = "It was not sent, so that there is nothing to put off."


def acknowledge(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Say at an instant (UTC) that one knows: the same rule says no more of this moment, unless it is urgent. Said before, it stays.

    Raises NotVisible for another person's.
    """
    _mine(delivery, by).filter(acknowledged_at=None).update(acknowledged_at=at)
    return _fresh(delivery, by)


def snooze(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Have it come once more a day after an instant (UTC), if it is still true then; five times at most.

    Raises NotVisible for another person's, Conflict for what can't be put off.
    """
    sent = _mine(delivery, by).filter(state=DeliveryState.SENT, channel__in=CARRIED, acknowledged_at=None)
    may_be = sent.filter(snoozes__lt=MOST_SNOOZES, reminder__due_at__gte=at + A_DAY - LOOKED_BACK)
    put_off = may_be.update(state=DeliveryState.PLANNED, next_at=at + A_DAY, attempts=0, snoozes=F("snoozes") + 1)
    fresh = _fresh(delivery, by)
    if not put_off:
        raise Conflict(_why_not(fresh, by))
    return fresh


def _why_not(delivery: Delivery, by: User) -> str:
    if delivery.acknowledged_at is not None:
        return KNOWN_ALREADY
    if delivery.channel == Channel.INBOX:
        return IN_THE_INBOX
    if delivery.state in IN_HAND:
        return BEING_SENT
    if delivery.state in WAITING:
        return f"It comes on {instant_words(delivery.next_at, by.zone)} anyway."
    if delivery.state != DeliveryState.SENT:
        return NEVER_SENT
    return OFTEN_ENOUGH if delivery.snoozes >= MOST_SNOOZES else TOO_OLD


def _mine(delivery: Delivery, by: User) -> Any:
    return Delivery.objects.visible_to(by).filter(pk=delivery.pk)


def _fresh(delivery: Delivery, by: User) -> Delivery:
    found: Delivery | None = _mine(delivery, by).select_related("reminder__rule", "recipient", "instead_of").first()
    if found is None:
        raise NotVisible(NOT_HERE)
    return found
