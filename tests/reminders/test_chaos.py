"""No reminder is lost and none doubled, whatever happens to the workers, the clocks and the broker.

`CHAOS=long` goes through the whole of it, with 10,000 reminders.
"""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from reminders.models import Delivery, Reminder
from tests.reminders.chaos import PROCESSES, Broker, Crew, Sink, make_due, serving, variables, wait_until

IS_LONG = os.environ.get("CHAOS") == "long"
QUEUES = ("mail", "default")
PATIENCE = 900 if IS_LONG else 90


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path / "redis")
    yield made
    made.stop()


class Ordeal:
    """Reminders that are due, and a crew that sends them while things happen."""

    def __init__(self, count: int, sink: Sink, broker: Broker, folder: Path, port: int) -> None:
        self.count, self.sink, self.broker = count, sink, broker
        make_due(count, datetime.now(UTC))
        self.crew = Crew(folder, variables(broker, port, folder / "files"))
        self.crew.clock("clock")
        self.crew.clock("second-clock")
        for _ in range(PROCESSES):
            self.crew.hire(*QUEUES)

    def reach(self, share: float) -> None:
        """Wait until so much of it has been taken."""
        wait_until(lambda: len(self.sink.taken) >= self.count * share, f"{share:.0%} were sent", PATIENCE)

    def finish(self) -> None:
        wait_until(self._is_settled, "all were settled", PATIENCE)

    def _is_settled(self) -> bool:
        return Delivery.objects.filter(state__in=["sent", "dead"]).count() == self.count

    def expect_nothing_doubled(self) -> None:
        assert self.sink.doubled == []
        assert not Delivery.objects.filter(possible_duplicates__gt=0).exists()

    def expect_nothing_lost(self) -> None:
        """All that are sent arrived, what nobody takes is dead and says so, and two clocks made nothing twice."""
        assert Delivery.objects.count() == Reminder.objects.count() == self.count
        sent = {str(number) for number in Delivery.objects.filter(state="sent").values_list("number", flat=True)}
        assert sent <= self.sink.taken.keys()
        dead = Delivery.objects.filter(state="dead")
        assert {str(each.number) for each in dead} == self.sink.hopeless - self.sink.taken.keys()
        assert {each.reason for each in dead} <= {"550 nobody of this name"}


#: How many reminders; how often a worker is told to end, the broker loses everything, and a worker is killed.
ORDEALS = [(10_000, 20, 3, 0), (10_000, 0, 0, 20)] if IS_LONG else [(200, 1, 1, 3)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("count", "ends", "losses", "kills"), ORDEALS)
def test_nothing_is_lost_and_only_who_is_killed_doubles_at_most_what_was_in_hand(broker, tmp_path, count, ends, losses, kills):
    sink = Sink(pace=0 if IS_LONG else 0.02)
    blows = [signal.SIGTERM] * ends + [signal.SIGKILL] * kills
    with serving(sink) as port:
        ordeal = Ordeal(count, sink, broker, tmp_path, port)
        try:
            for place, blow in enumerate(blows):
                ordeal.reach(0.1 + 0.8 * place / len(blows))
                if blow == signal.SIGKILL and place == ends:
                    ordeal.expect_nothing_doubled()
                ordeal.crew.end(blow, *QUEUES)
                if place < losses:
                    broker.empty()
                    broker.restart()
            ordeal.finish()
        finally:
            ordeal.crew.dismiss()
    ordeal.expect_nothing_lost()
    if not kills:
        ordeal.expect_nothing_doubled()
    numbers = {str(each.number) for each in Delivery.objects.filter(possible_duplicates__gt=0)}
    assert len(numbers) <= PROCESSES * kills
    # Whoever got one twice got the same Message-ID twice, marked, and we know of it.
    assert set(sink.doubled) <= numbers & sink.marked


def test_tasks_as_they_are_usually_sent_lose_most_of_it(broker, tmp_path):
    sink = Sink(pace=0.02, refuses=False)
    with serving(sink) as port:
        crew = Crew(tmp_path, {"REDIS_URL": broker.url, "SINK_PORT": str(port)}, app="tests.reminders.plain")
        app: Any = Celery(broker=broker.url)
        for number in range(200):
            app.send_task("tests.reminders.plain.send", args=[number])
        crew.hire()
        try:
            wait_until(lambda: len(sink.taken) >= 20, "some were sent", PATIENCE)
            broker.empty()
            app.send_task("tests.reminders.plain.send", args=[200])
            wait_until(lambda: "200" in sink.taken, "what was sent later arrived", PATIENCE)
        finally:
            crew.dismiss()
    assert len(sink.taken) < 100


if IS_LONG:

    @pytest.mark.django_db(transaction=True)
    def test_ten_thousand_are_at_the_server_within_two_minutes(broker, tmp_path, record_property):
        sink = Sink(pace=0, refuses=False)
        with serving(sink) as port:
            ordeal = Ordeal(10_000, sink, broker, tmp_path, port)
            planned = time.monotonic()
            try:
                ordeal.reach(0.0001)
                first = time.monotonic()
                ordeal.finish()
                took = time.monotonic() - first
                memory = ordeal.crew.memory()
            finally:
                ordeal.crew.dismiss()
        for name, value in (("first mail (s)", first - planned), ("all mails (s)", took), ("a worker (MB)", memory >> 20)):
            record_property(name, round(value))
        ordeal.expect_nothing_lost()
        assert took <= 120
        assert memory <= 200 * 1024 * 1024
