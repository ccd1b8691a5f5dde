"""Real workers, clocks, a broker and an SMTP server, and what may happen to them."""

import asyncio
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import redis
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

from accounts.models import User
from history.deeds import deed, record
from releasecal.embedded import children
from releasecal.embedded.redis import Redis, binary
from releases.models import Candidate, Promotion, Release
from tests.factories import EnvironmentFactory, UserFactory
from tests.mail import _free_port
from tests.reminders.saying import says

PROCESSES = 2
REFUSED_FOR_NOW, REFUSED_FOR_GOOD = 0.10, 0.01


class Sink:
    """A mail server that refuses some mails for now, a few for good, and remembers what it took. `pace`: seconds it takes for each."""

    def __init__(self, pace: float, *, refuses: bool = True) -> None:
        self.pace, self.refuses = pace, refuses
        self.taken: Counter[str] = Counter()
        self.marked: set[str] = set()
        self.hopeless: set[str] = set()
        self._parse = BytesHeaderParser().parsebytes
        self._chance = random.Random(7)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        head = self._parse(envelope.content)
        number = str(head["Message-ID"]).strip("<>").partition("@")[0]
        if self.pace:
            await asyncio.sleep(self.pace)
        if self.refuses:
            if number in self.hopeless or (number not in self.taken and self._chance.random() < REFUSED_FOR_GOOD):
                self.hopeless.add(number)
                return "550 nobody of this name"
            if self._chance.random() < REFUSED_FOR_NOW:
                return "451 later"
        self.taken[number] += 1
        if head["X-Possible-Duplicate"]:
            self.marked.add(number)
        return "250 taken"

    @property
    def doubled(self) -> list[str]:
        return [number for number, times in self.taken.items() if times > 1]


@contextmanager
def serving(sink: Sink) -> Iterator[int]:
    """The port on which the sink takes mails. The library tells every line of every mail, which takes longer than the mail."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    controller = Controller(sink, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()


class Broker:
    """A Redis of its own, which may lose everything, or be away for a moment."""

    def __init__(self, home: Path) -> None:
        self.server = Redis(home, durable=False, databases=2)
        self.server.start()

    @property
    def url(self) -> str:
        return self.server.url(0)

    def empty(self) -> None:
        with redis.Redis.from_url(self.url) as connected:
            connected.flushall()

    def restart(self) -> None:
        """Away with it, and back at the same address without anything it knew."""
        self.server.stop()
        self.server.process = children.start([binary(), self.server.home / "redis.conf"], cwd=self.server.home)
        wait_until(self._answers, "Redis came back", 30)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as connected:
                return bool(connected.ping())
        except redis.ConnectionError:
            return False

    def stop(self) -> None:
        self.server.stop()


class Crew:
    """Workers and clocks as processes; a worker that is ended is replaced."""

    def __init__(self, folder: Path, variables: Mapping[str, str], app: str = "releasecal.celery") -> None:
        self._folder, self._app = folder, app
        self._env = {**os.environ, **variables, "PYTHONPATH": str(settings.BASE_DIR)}
        self._workers: list[subprocess.Popen[bytes]] = []
        self._others: list[subprocess.Popen[bytes]] = []
        self.hired = 0

    def hire(self, *queues: str) -> None:
        name = f"worker{self.hired}"
        self.hired += 1
        options = ["--concurrency", "1", "-n", f"{name}@here", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        self._workers.append(self._start(name, "worker", *(["-Q", ",".join(queues)] if queues else []), *options))

    def clock(self, name: str) -> None:
        options = ["-s", str(self._folder / f"{name}-schedule"), "--pidfile=", "--loglevel", "INFO"]
        self._others.append(self._start(name, "beat", *options))

    def end(self, how: signal.Signals, *queues: str) -> None:
        """End the worker that has been there longest, all its processes at once, and hire another."""
        worker = self._workers.pop(0)
        os.killpg(worker.pid, how)
        self.hire(*queues)
        worker.wait(timeout=60)

    def dismiss(self) -> None:
        for process in (*self._workers, *self._others):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)

    def memory(self) -> int:
        """The most that any process of the workers has in memory, in bytes."""
        sizes = [0]
        for worker in self._workers:
            listed = subprocess.run(["ps", "-o", "rss=", "--sid", str(worker.pid)], capture_output=True, text=True, check=False)
            sizes += [int(line) * 1024 for line in listed.stdout.split()]
        return max(sizes)

    def _start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        celery = [sys.executable, "-m", "celery", "-A", self._app, "--quiet", *command]
        return children.start(celery, log=self._folder / f"{name}.log", env=self._env, cwd=settings.BASE_DIR)


def variables(broker: Broker, port: int, files: Path) -> dict[str, str]:
    """The environment of workers on the database of this test."""
    head, mark, tail = os.environ["DATABASE_URL"].partition("?")
    address = f"{head.rpartition('/')[0]}/{connection.settings_dict['NAME']}{mark}{tail}"
    files.mkdir(exist_ok=True)
    return {
        "DATABASE_URL": address,
        "REDIS_URL": broker.url,
        "CACHE_URL": broker.server.url(1),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "VAR_DIR": str(files),
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "tests.reminders.hurried",
    }


def make_due(count: int, at: datetime) -> None:
    """So many promotions, each of a release of its own, that people are to be reminded of now."""
    says("promotion_ahead", -2, unit="hours", on_since=at - timedelta(days=9))
    place: Any = EnvironmentFactory(name="Production")
    people: list[Any] = [UserFactory() for _ in range(20)]
    clock = User.objects.clock()
    with deed(by=clock):
        releases = [
            Release(name="Payments", version=str(number), release_manager=people[number % len(people)]) for number in range(count)
        ]
        Release.objects.bulk_create(releases, 1_000)
        candidates = Candidate.objects.bulk_create([Candidate(release=release) for release in releases], 1_000)
        starts_at = at + timedelta(hours=1)
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), "requested_at": at - timedelta(days=2)}
        Promotion.objects.bulk_create(
            [
                Promotion(release=candidate.release, candidate=candidate, environment=place, status="requested", **times)
                for candidate in candidates
            ],
            1_000,
        )
        record(place, "filled", by=clock)


def wait_until(is_so: Callable[[], bool], what: str, seconds: float) -> None:
    """Return as soon as it is so; fail when it is not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
