"""What becomes of a delivery: sent once, tried again, given up, given back; by an SMTP server that answers as it is told."""

import os
import signal
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from common.stopping import told_to_stop
from releases.models import Release
from reminders.actions import addressing, deliveries, delivering, planning, quiet_channels
from reminders.models import Delivery
from reminders.vocabulary import SWITCHED_OFF, TOO_LATE, Channel
from tests.callers import change
from tests.factories import (
    NOON,
    ContributionFactory,
    EnvironmentFactory,
    OutputFactory,
    PromotionFactory,
    ReleaseFactory,
    UserFactory,
)
from tests.mail import MailSink, _free_port
from tests.racing import at_once
from tests.reminders.saying import says

DAY = timedelta(days=1)
DUE = NOON - DAY - timedelta(hours=3)


class Moody(MailSink):
    """A server that answers `says` to the next mails, one each, before it takes any."""

    def __init__(self) -> None:
        super().__init__()
        self.says: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        if self.says:
            return self.says.pop(0)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def sink(settings: Any) -> Iterator[Moody]:
    moody = Moody()
    controller = Controller(moody, hostname="127.0.0.1", port=_free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield moody
    controller.stop()


def due(count: int = 1) -> list[Delivery]:
    """So many deliveries that are due, each to the manager of a release of its own."""
    says("promotion_ahead", -1)
    place: Any = EnvironmentFactory(name="Production")
    for _ in range(count):
        release: Any = ReleaseFactory(
            name="Payments",
            version=str(Release.objects.count()),
            release_manager=UserFactory(name="Rosa", time_zone="Europe/Berlin"),
        )
        PromotionFactory(release=release, environment=place, status="requested", requested_at=NOON - 9 * DAY)
    planning.plan(at=DUE)
    addressing.address(at=DUE)
    return list(Delivery.objects.order_by("pk"))


def deliver(at: datetime = DUE, stop: Any = lambda: False) -> int:
    return delivering.deliver(Channel.EMAIL, clock=lambda: at, patience=timedelta(seconds=20), stop=stop)


def row() -> Delivery:
    found: Delivery = Delivery.objects.get()
    return found


@pytest.mark.django_db
def test_a_mail_says_what_when_and_why_and_is_known_by_its_delivery(sink):
    (delivery,) = due()
    output: Any = OutputFactory(name="Consent screens")
    promotion = delivery.reminder.subject_id
    release: Any = Release.objects.get(promotions=promotion)
    ContributionFactory(release=release, output=output)
    assert deliver() == 1
    (mail,) = sink.messages
    assert isinstance(mail, EmailMessage)
    assert mail["Subject"] == f"{release.key} into Production on Tue 10 Mar 2026, 13:00 CET"
    assert mail["Message-ID"] == f"<{delivery.number}@localhost>"
    assert mail["References"] == f"<release-{release.pk}@localhost>"
    assert "X-Possible-Duplicate" not in mail
    assert mail["In-Reply-To"] == mail["References"]
    assert mail["List-Id"] == f"{release.key} <release-{release.pk}.releasecal.localhost>"
    text: Any = mail.get_body(("plain",))
    html: Any = mail.get_body(("html",))
    for body in (text.get_content(), html.get_content()):
        assert "Payments 0 goes into Production; its window opens Tue 10 Mar 2026, 13:00 CET." in body
        assert f"http://127.0.0.1:8000/promotions/{promotion}/" in body
        assert "It carries".casefold() in body.casefold()
        for words in (output.project.code, "Consent screens", "Tue 10 Mar 2026", "planned"):
            assert words in body
        assert "Choose what you hear of, or stop these e-mails" in body
        assert "http://127.0.0.1:8000/me/reminders/" in body
    assert "You get this because you manage the release, by the rule “Rule 0”." in text.get_content()
    assert (row().state, row().attempts, row().sent_at) == ("sent", 1, DUE)


@pytest.mark.django_db
def test_names_are_escaped_and_never_break_a_header(sink):
    (delivery,) = due()
    change(Release.objects.get(), name="<b>Bcc: all</b>\r\nBcc: eve@example.org")
    deliver()
    (mail,) = sink.messages
    html: Any = mail.get_body(("html",))
    assert mail["Bcc"] is None
    assert "<b>" not in html.get_content()
    assert delivery.recipient.email in mail["To"]


@pytest.mark.django_db
def test_who_switches_e_mails_off_is_not_sent_what_waits_either(sink):
    (delivery,) = due()
    quiet_channels.switch(Channel.EMAIL, is_on=False, by=delivery.recipient)
    assert (deliver(), len(sink.messages)) == (0, 0)
    assert (row().state, row().reason) == ("skipped", SWITCHED_OFF)


@pytest.mark.django_db
def test_nothing_is_sent_twice(sink):
    due(3)
    assert (deliver(), deliver(), len(sink.messages)) == (3, 0, 3)


@pytest.mark.django_db
def test_what_is_refused_for_now_is_tried_again_after_the_times_that_are_set(sink):
    due()
    sink.says = ["451 later"] * 5
    at = DUE
    for minutes in (1, 5, 15, 60, 240):
        assert deliver(at) == 0
        assert (row().state, row().reason) == ("failed", "451 later")
        waits = row().next_at - at
        assert timedelta(minutes=minutes * 0.8) <= waits <= timedelta(minutes=minutes * 1.2)
        assert deliver(row().next_at - timedelta(seconds=1)) == 0
        at = row().next_at
    assert deliver(at) == 1
    assert row().attempts == 6


@pytest.mark.django_db
def test_what_was_refused_for_now_too_often_is_dead_until_an_administrator_has_it_tried_again(sink):
    due()
    sink.says = ["451 later"] * 6
    for _ in range(6):
        deliver(row().next_at)
    assert (row().state, row().attempts) == ("dead", 6)
    administrator: Any = UserFactory(roles=["Administrator"])
    assert deliveries.retry([row().pk], by=administrator, at=DUE) == 1
    assert deliver() == 1


@pytest.mark.django_db
def test_what_is_refused_for_good_is_dead_at_once_and_the_next_one_goes_out(sink):
    due(2)
    sink.says = ["550 no such person"]
    assert deliver() == 1
    assert sorted(Delivery.objects.values_list("state", "reason")) == [("dead", "550 no such person"), ("sent", "")]


@pytest.mark.django_db
def test_a_server_that_cannot_be_reached_is_asked_again_soon_and_no_attempt_counts(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    due(2)
    assert deliver() == 0
    assert set(Delivery.objects.values_list("state", "attempts", "next_at")) == {("planned", 0, DUE + delivering.SOON)}


@pytest.mark.django_db
def test_what_is_no_longer_true_or_no_longer_for_them_is_skipped_and_says_why(sink):
    some = due(4)
    rows = Release.objects.order_by("pk")
    first, second, third, _ = rows
    change(first.promotions.get(), status="cancelled")
    change(second, release_manager=UserFactory())
    change(third, restricted_until=NOON, release_manager=UserFactory())
    change(some[3].recipient, is_active=False)
    assert deliver() == 0
    found = list(Delivery.objects.order_by("pk").values_list("state", "reason"))
    assert found == [
        ("skipped", delivering.NOT_TRUE),
        ("skipped", delivering.NOT_CONCERNED),
        ("skipped", delivering.NOT_SEEN),
        ("skipped", delivering.NOBODY),
    ]


# --- workers that come and go


@pytest.mark.django_db
def test_what_a_lost_worker_had_begun_goes_out_again_marked_and_counted_and_the_rest_unmarked(sink):
    begun, waiting = due(2)
    lease = {"claim_token": uuid.uuid4(), "lease_until": DUE}
    Delivery.objects.filter(pk=begun.pk).update(state="handing_over", **lease)
    Delivery.objects.filter(pk=waiting.pk).update(state="leased", **lease)
    assert deliver() == 2
    marked = {str(mail["Message-ID"]): mail["X-Possible-Duplicate"] for mail in sink.messages}
    assert marked == {f"<{begun.number}@localhost>": "yes", f"<{waiting.number}@localhost>": None}
    assert sorted(Delivery.objects.values_list("pk", "possible_duplicates")) == [(begun.pk, 1), (waiting.pk, 0)]


@pytest.mark.django_db
def test_what_somebody_holds_is_left_to_them_until_their_lease_is_over(sink):
    due()
    lease = {"claim_token": uuid.uuid4(), "lease_until": DUE + timedelta(minutes=5)}
    Delivery.objects.update(state="leased", **lease)
    assert deliver() == 0
    assert deliver(DUE + timedelta(minutes=5)) == 1


@pytest.mark.django_db
def test_who_lost_the_lease_sends_nothing_and_settles_nothing(sink):
    some = due(2)
    other = uuid.uuid4()

    def stop() -> bool:
        # Before the second one is handed over, somebody else has it.
        if len(sink.messages) == 1:
            Delivery.objects.filter(pk=some[1].pk).update(claim_token=other)
        return False

    assert deliver(stop=stop) == 1
    assert list(Delivery.objects.order_by("pk").values_list("state", "claim_token")) == [("sent", None), ("leased", other)]


@pytest.mark.django_db
def test_who_is_told_to_stop_gives_back_what_was_not_begun(sink):
    due(3)
    assert deliver(stop=lambda: len(sink.messages) == 1) == 1
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["planned", "planned", "sent"]
    assert not Delivery.objects.exclude(claim_token=None).exists()


def test_term_is_heard_and_takes_its_course_afterwards():
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with told_to_stop() as stop:
            assert not stop()
            os.kill(os.getpid(), signal.SIGTERM)
            assert stop()
            assert not heard
        assert heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_each_once(sink):
    due(20)
    sent = at_once([deliver] * 4)
    assert sum(sent) == 20
    assert len({str(mail["Message-ID"]) for mail in sink.messages}) == len(sink.messages) == 20


@pytest.mark.django_db
def test_a_batch_costs_one_statement_for_each_mail_and_a_fixed_number_besides(sink, django_assert_num_queries):
    due(1)
    with django_assert_num_queries(36):
        deliver()
    due(9)
    Delivery.objects.update(state="planned")
    # Another rule speaks of the first one too: twenty mails, and one more question for the second rule.
    with django_assert_num_queries(36 + 19 + 1):
        deliver()


@pytest.mark.django_db
def test_what_could_not_be_sent_for_a_week_is_not_said_any_more(sink):
    due()
    assert deliver(DUE + 7 * DAY + timedelta(seconds=1)) == 0
    assert (row().state, row().reason) == ("skipped", TOO_LATE)


@pytest.mark.django_db
def test_who_stands_in_for_somebody_is_told_for_whom(sink):
    (delivery,) = due()
    bert: Any = UserFactory(name="Bert")
    Delivery.objects.update(recipient=bert, instead_of=delivery.recipient)
    assert deliver() == 1
    text: Any = sink.messages[0].get_body(("plain",))
    assert "You get this for Rosa, who is away, because they manage the release, by the rule “Rule 0”." in text.get_content()
