"""G13, G14: sending ten thousand reminders with two workers, beside a bare lease loop and beside bare mails."""

import asyncio
import email
import email.policy
import logging
import multiprocessing
import smtplib
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Final
from unittest.mock import patch

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from bench.servers import free_port
from bench.timing import Figure
from environments.models import Environment
from history.deeds import deed, record
from releases.models import Candidate, Promotion, Release
from reminders import channels
from reminders.actions import addressing, delivering, planning
from reminders.channels.base import Courier, Parcel
from reminders.channels.email.form import message
from reminders.models import Delivery, Rule
from reminders.queries.letters import Letters
from reminders.vocabulary import Audience, Channel, DeliveryState

COUNT: Final = 10_000
WORKERS: Final = 2
ROUNDS: Final = 5
#: What the bare programs take at once.
LEASED: Final = 1_000
A_CONNECTION: Final = 100

Job = Callable[[], None]


def figures(only: frozenset[str]) -> Iterator[Figure]:
    """Needs an empty, migrated database of its own behind Django's connection."""
    _make_due()
    if not only or "G13" in only:
        note = f"{COUNT:,} reminders, {WORKERS} processes"
        yield _compare(
            "G13", "reminders without SMTP (wall): 0.7 of the rate of a bare lease loop", 0.7, _handing_to_nobody, _lease_loop, note
        )
    if not only or "G14" in only:
        with _sink() as port:
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
            sample = _a_mail()
            note = f"{COUNT:,} mails of {len(sample.as_bytes()):,} bytes, {WORKERS} processes"
            path = f"mails to a local sink (wall): 0.9 of the rate of one connection per {A_CONNECTION} mails"
            yield _compare("G14", path, 0.9, _mailing, lambda: _bare_mails(port, sample), note)


def _compare(goal: str, path: str, rate: float, product: Job, limit: Job, note: str) -> Figure:
    """Wall time of both in turn, each by so many processes begun together; the first round is not counted."""
    pairs = []
    for turn in range(ROUNDS + 1):
        pair = (_together(product), _together(limit))
        if turn:
            pairs.append(pair)
    ratio = statistics.median(a / b for a, b in pairs)
    took, bare = (statistics.median(each) for each in zip(*pairs, strict=True))
    return Figure(goal, path, round(1 / rate, 2), took, bare, ratio, ROUNDS, f"{note}: {1 / ratio:.2f} of the rate")


def _together(job: Job) -> float:
    """Seconds until all processes have done it, from when all were there."""
    _reset()
    connection.close()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(WORKERS + 1)
    crew = [context.Process(target=_work, args=(job, barrier)) for _ in range(WORKERS)]
    for each in crew:
        each.start()
    barrier.wait()
    begun = time.perf_counter()
    for each in crew:
        each.join()
    took = time.perf_counter() - begun
    if any(each.exitcode for each in crew):
        raise RuntimeError("a process that sent reminders failed")
    return took


def _work(job: Job, barrier: Any) -> None:
    connection.ensure_connection()
    barrier.wait()
    job()


def _reset() -> None:
    """All of it is to be sent once more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reminders_delivery SET state = %s, sent_at = NULL, attempts = 0, next_at = now()", [DeliveryState.PLANNED.value]
        )
        cursor.execute("VACUUM ANALYZE reminders_delivery")


# --- the product


class _Nobody:
    """A channel that takes whatever it is handed."""

    @contextmanager
    def opened(self) -> Iterator[Courier]:
        yield self

    def hand_over(self, parcel: Parcel) -> None:
        """Taken."""


def _handing_to_nobody() -> None:
    with patch.dict(channels.TRANSPORTS, {Channel.EMAIL: _Nobody()}):
        _mailing()


def _mailing() -> None:
    delivering.deliver(Channel.EMAIL, clock=timezone.now, patience=timedelta(minutes=10), stop=lambda: False)


# --- the limits


def _lease_loop() -> None:
    """Lease a thousand, mark them as sent, and so on."""
    token = uuid.uuid4()
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "UPDATE reminders_delivery SET state = 'leased', claim_token = %s, lease_until = now() + interval '2 minutes' WHERE id IN"
                " (SELECT id FROM reminders_delivery WHERE channel = 'email' AND state = 'planned' AND next_at <= now()"
                " ORDER BY next_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED) RETURNING id",
                [token, LEASED],
            )
            numbers = [number for (number,) in cursor.fetchall()]
            if not numbers:
                return
            cursor.execute(
                "UPDATE reminders_delivery SET state = 'sent', sent_at = now(), claim_token = NULL, lease_until = NULL"
                " WHERE id = ANY(%s) AND claim_token = %s",
                [numbers, token],
            )


def _bare_mails(port: int, sample: EmailMessage) -> None:
    """A share of the same mails, each written anew in text and HTML, a hundred a connection."""
    host, to = "localhost", "someone@example.org"
    headers = [(name, value) for name, value in sample.items() if name not in _WRITTEN_ANEW]
    text, html = (part.get_content() for kind in ("plain", "html") if (part := sample.get_body((kind,))))
    others = list(sample.iter_attachments())
    for begin in range(0, COUNT // WORKERS, A_CONNECTION):
        with smtplib.SMTP("127.0.0.1", port) as server:
            for _ in range(begin, begin + A_CONNECTION):
                made = EmailMessage()
                for name, value in headers:
                    made[name] = value
                made["Message-ID"] = f"<{uuid.uuid4()}@{host}>"
                made.set_content(text)
                made.add_alternative(html, subtype="html")
                for other in others:
                    made.add_attachment(other.get_content().encode(), maintype="text", subtype="calendar")
                server.sendmail("releasecal@localhost", [to], made.as_bytes(policy=email.policy.SMTP))


#: What differs from mail to mail, or comes with the way it is written.
_WRITTEN_ANEW: Final = ("Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")


def _a_mail() -> EmailMessage:
    """One of the product's own."""
    one = Delivery.objects.select_related("reminder__rule", "recipient").earliest("pk")
    letter = Letters([one.reminder]).letter(one.reminder, one.recipient, Audience(one.audience))
    written = message(Parcel(one.number, one.recipient, letter)).message().as_bytes()
    return email.message_from_bytes(written, policy=email.policy.default)


@contextmanager
def _sink() -> Iterator[int]:
    """A mail server in a process of its own that takes everything."""
    port = free_port()
    context = multiprocessing.get_context("fork")
    server = context.Process(target=_take_all, args=(port,), daemon=True)
    server.start()
    deadline = time.monotonic() + 30
    while True:
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=5).close()
            break
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    try:
        yield port
    finally:
        server.terminate()
        server.join()


def _take_all(port: int) -> None:
    from aiosmtpd.smtp import SMTP  # noqa: PLC0415 - only where mails are taken

    class Taker:
        async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - the library's name
            return "250 taken"

    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(loop.create_server(lambda: SMTP(Taker(), loop=loop), "127.0.0.1", port))
    loop.run_forever()


# --- what there is to say


def _make_due() -> None:
    """So many promotions within the next hour, each of a release of its own, of which its manager is reminded; planned and addressed."""
    at = datetime.now(UTC)
    clock = User.objects.clock()
    with deed(by=clock):
        Rule.objects.all().delete()
        people = [User.objects.create(email=f"manager-{n}@example.org", name=f"Manager {n}", password="!") for n in range(20)]
        place = Environment.objects.create(slug="production", name="Production", stage="production")
        Rule.objects.create(
            code="ahead", name="Two hours ahead", occasion="promotion_ahead", unit="hours", offsets=[-2], audiences=["release_manager"],
            channels=["email"], on_since=at - timedelta(days=9),
        )  # fmt: skip
        releases = [Release(name="Payments", version=str(n), release_manager=people[n % len(people)]) for n in range(COUNT)]
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
    planning.plan(at=at)
    addressing.address(at=at)
    if Delivery.objects.count() != COUNT:
        raise RuntimeError(f"{Delivery.objects.count()} deliveries were made, and should be {COUNT}")
