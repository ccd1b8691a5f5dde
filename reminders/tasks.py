"""What workers and beat do for reminders."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from common.stopping import told_to_stop
from reminders.actions import (
    addressing,
    calling,
    chat_addresses,
    delivering,
    epochs,
    forgetting,
    leasing,
    planning,
    telling,
    waking,
)
from reminders.models import WebhookMessage
from reminders.vocabulary import CARRIED, Channel

#: So long one task sends; then another goes on, so that a worker that is told to end needn't be waited for.
PATIENCE = timedelta(seconds=20)
#: So many at once are asked to help.
MOST_HELPERS = 4


@shared_task
def look() -> None:
    """Look for what is due: plan what happened, address what is due, and have it sent; have webhooks told what happened."""
    at = timezone.now()
    epochs.look(at=at)
    planning.catch_up(at=at)
    addressing.address(at=at)
    for channel in _open_channels():
        delivering.give_back_forsaken(at=at)
        batches = -(-delivering.waiting(channel, at=at) // delivering.BATCH)
        waking.to_deliver(channel, min(batches, MOST_HELPERS))
    if chat_addresses.trials_waiting(at=at):
        waking.to_deliver(Channel.CHAT)
    telling.catch_up(at=at)
    leasing.give_back_forsaken(WebhookMessage, at=at)
    waking.to_call(min(calling.waiting(at=at), MOST_HELPERS))


@shared_task
def deliver(channel: str) -> None:
    """Send what waits on a channel, and have somebody go on when there is more."""
    which = Channel(channel)
    if which not in _open_channels():
        return
    epochs.look(at=timezone.now())
    with told_to_stop() as stop:
        if which == Channel.CHAT:
            until = timezone.now() + PATIENCE
            chat_addresses.make_trials(clock=timezone.now, stop=lambda: stop() or timezone.now() >= until)
        delivering.deliver(which, clock=timezone.now, patience=PATIENCE, stop=stop)
    if delivering.waiting(which, at=timezone.now()):
        waking.to_deliver(which)


@shared_task
def call() -> None:
    """Tell webhooks what waits for them, and have somebody go on when there is more."""
    epochs.look(at=timezone.now())
    with told_to_stop() as stop:
        calling.call(clock=timezone.now, patience=PATIENCE, stop=stop)
    if calling.waiting(at=timezone.now()):
        waking.to_call()


@shared_task
def forget_messages() -> None:
    """Take away what webhooks were told long ago."""
    telling.forget_old(at=timezone.now())


@shared_task
def forget_reminders() -> None:
    """Take away what people were told long ago."""
    forgetting.forget_old(at=timezone.now())


def _open_channels() -> list[Channel]:
    """Those that lead somewhere: mail waits until a mail server is named, and what gets too late meanwhile is not said."""
    return [channel for channel in CARRIED if channel != Channel.EMAIL or settings.MAILS_REMINDERS]
