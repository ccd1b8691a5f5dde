"""Waking workers: a message that says "look", which may get lost, come twice, or never be sent. The clock looks every minute anyway."""

import time
from typing import Any, Final

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from reminders.vocabulary import Channel

log = structlog.get_logger(__name__)

LOOK: Final = "reminders.tasks.look"
DELIVER: Final = "reminders.tasks.deliver"
CALL: Final = "reminders.tasks.call"
QUEUES: Final = {Channel.EMAIL: "mail", Channel.CHAT: "chat"}
#: What a look would find now it finds in so many seconds too, with whatever else is committed by then: one message for all of it.
GATHER: Final = 2
#: A broker that could not be reached is left alone for so many seconds, so that not every request waits for it.
LEFT_ALONE: Final = 30


class _Bell:
    """When this process last rang, and since when it has had no answer, by a clock that nobody sets."""

    rang_at = -float("inf")
    quiet_until = -float("inf")


def to_look() -> None:
    """Have somebody look soon for what is due. At most one message every two seconds comes from a process."""
    now = time.monotonic()
    if now - _Bell.rang_at >= GATHER:
        _Bell.rang_at = now
        _send(LOOK, queue="default", countdown=GATHER, expires=60)


def to_deliver(channel: Channel, times: int = 1) -> None:
    """Have so many workers send what waits on a channel."""
    for _ in range(times):
        _send(DELIVER, args=[channel.value], queue=QUEUES[channel], expires=120)


def to_call(times: int = 1) -> None:
    """Have so many workers tell webhooks what waits for them."""
    for _ in range(times):
        _send(CALL, queue="hooks", expires=120)


def _send(task: str, **options: Any) -> None:
    if time.monotonic() < _Bell.quiet_until:
        return
    try:
        current_app.send_task(task, **options)
    except OperationalError:
        _Bell.quiet_until = time.monotonic() + LEFT_ALONE
        log.warning("broker out of reach; the clock will look", task=task)
