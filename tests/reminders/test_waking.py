"""A broker that is away keeps nobody waiting, and loses nothing that the clock would not find."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery, current_app
from django.conf import settings

from reminders.actions import waking
from reminders.vocabulary import Channel


@pytest.fixture
def away() -> Iterator[Celery]:
    """The workers' app with a broker at an address where nobody is."""
    present: Any = current_app  # stands for whichever app is current
    before = present._get_current_object()
    app = Celery("away")
    app.conf.update({**settings.CELERY, "broker_url": "redis://127.0.0.1:1/0"})
    app.set_current()
    bell = dict(vars(waking._Bell))
    waking._Bell.rang_at = waking._Bell.quiet_until = -float("inf")
    yield app
    for name in ("rang_at", "quiet_until"):
        setattr(waking._Bell, name, bell[name])
    before.set_current()


def test_a_broker_that_is_away_is_asked_once_and_then_left_alone(away, monkeypatch):
    asked: list[str] = []
    send = away.send_task
    monkeypatch.setattr(away, "send_task", lambda task, **options: asked.append(task) or send(task, **options))
    waking.to_look()
    waking.to_deliver(Channel.EMAIL, 3)
    assert asked == [waking.LOOK]
