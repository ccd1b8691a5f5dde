"""Digests: what is not urgent comes in one message when its recipient wants it, all of it and once."""

import uuid
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.vocabulary import Role
from common.refusals import RuleBroken
from common.sealing import seal
from releases.models import Promotion
from reminders.actions import addressing, delivering, planning, preferences
from reminders.models import ChatAddress, Delivery, Preference
from reminders.queries.quietness import next_digest
from reminders.vocabulary import Channel
from tests import factories
from tests.callers import Caller, change, in_a_deed
from tests.factories import NOON
from tests.mail import MailSink
from tests.reading import signed_in, words
from tests.reminders.saying import said_at, says
from tests.reminders.test_quiet_hours import CHANGES

DAY = timedelta(days=1)
#: A Monday, 10:00 in Berlin.
DUE = NOON - DAY - timedelta(hours=3)
#: The next eight o'clocks there: of Tuesday, Wednesday, and the Monday after.
TUESDAY, WEDNESDAY, MONDAY = (datetime(2026, 3, day, 7, tzinfo=UTC) for day in (10, 11, 16))


@settings(deadline=None, max_examples=120)
@given(st.sampled_from(CHANGES), st.integers(-96, 96), st.integers(0, 23), st.integers(1, 7), st.booleans(), st.booleans())
def test_a_digest_is_the_first_of_its_days_at_its_hour(clocks, quarters, hour, weekday, is_weekly, weekends):
    name, day = clocks
    zone, after = ZoneInfo(name), day + quarters * timedelta(minutes=15)
    wanted = Preference(
        pace="weekly" if is_weekly else "daily", digest_hour=hour, digest_weekday=weekday, quiet_weekends=weekends and not is_weekly
    )
    moment = next_digest(wanted, after, zone)
    local = moment.astimezone(zone)
    assert after < moment < after + timedelta(days=15 if is_weekly else 5)
    # Where clocks leave the hour out it is as much later; else it is the hour.
    shown = datetime.combine(local.date(), time(hour), zone)
    assert local.hour == hour or shown.astimezone(UTC).astimezone(zone).replace(fold=0) != shown
    assert not is_weekly or local.isoweekday() == weekday
    assert is_weekly or not (wanted.quiet_weekends and local.isoweekday() > 5)
    assert next_digest(wanted, max(after, moment - timedelta(minutes=1)), zone) == moment


@pytest.fixture
def rosa() -> Any:
    return factories.UserFactory(name="Rosa", time_zone="Europe/Berlin")


def ahead(rosa: Any, count: int) -> None:
    """So many promotions of releases of hers that are to be told of the day before."""
    for _ in range(count):
        release: Any = factories.ReleaseFactory(name=f"Payments {Promotion.objects.count()}", release_manager=rosa)
        factories.PromotionFactory(release=release, status="requested", requested_at=NOON - 20 * DAY)


def gathered(rosa: Any, count: int = 2, pace: str = "daily", **values: Any) -> list[Delivery]:
    """So many things that wait for her digest."""
    preferences.change({"pace": pace}, by=rosa, at=DUE)
    says("promotion_ahead", -1, **values)
    ahead(rosa, count)
    return [one for one in said_at(DUE) if one.digest_at is None]


def carrier() -> Delivery:
    found: Delivery = Delivery.objects.get(digest_at__isnull=False)
    return found


def deliver(at: datetime, stop: Any = lambda: False) -> int:
    return delivering.deliver(Channel.EMAIL, clock=lambda: at, patience=timedelta(seconds=20), stop=stop)


def texts(mail: Any) -> tuple[str, str]:
    assert isinstance(mail, EmailMessage)
    plain: Any = mail.get_body(("plain",))
    html: Any = mail.get_body(("html",))
    return plain.get_content(), words(html.get_content())


@pytest.mark.django_db
def test_what_is_not_urgent_comes_in_one_message_and_what_is_urgent_at_once(rosa, mail_sink: MailSink):
    gathered(rosa)
    says("promotion_ahead", -1, severity="urgent")
    planning.plan(at=DUE)
    addressing.address(at=DUE)
    assert deliver(DUE) == 2
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["gathered", "gathered", "planned", "sent", "sent"]
    mail_sink.messages.clear()
    assert (deliver(TUESDAY - timedelta(seconds=1)), deliver(TUESDAY), deliver(TUESDAY)) == (0, 1, 0)
    (mail,) = mail_sink.messages
    assert mail["Subject"] == "2 things about 2 releases"
    assert mail["Message-ID"] == f"<{carrier().number}@localhost>"
    for text in texts(mail):
        assert "Payments 0" in text
        assert "Payments 1" in text
        assert "because you asked for it" in text
    assert (carrier().state, carrier().sent_at) == ("sent", TUESDAY)
    assert texts(mail)[0].count("/promotions/") == 2


@pytest.mark.django_db
def test_each_way_has_its_own_digest_and_all_follow_a_change_of_mind(rosa):
    address = {"service": "mmosts", "host": "chat.example.org", "sealed": seal("mmosts://chat.example.org/x")}
    in_a_deed(rosa, lambda: ChatAddress.objects.create(user=rosa, **address))
    gathered(rosa, channels=["email", "chat"])
    carriers = Delivery.objects.filter(digest_at=TUESDAY)
    assert sorted(carriers.values_list("channel", flat=True)) == ["chat", "email"]
    parts = Delivery.objects.filter(state="gathered").values_list("channel", "carrier__channel")
    assert sorted(parts) == [("chat", "chat")] * 2 + [("email", "email")] * 2
    preferences.change({"pace": "weekly", "digest_weekday": 1}, by=rosa, at=DUE)
    assert set(Delivery.objects.filter(digest_at__isnull=False).values_list("channel", "next_at")) == {
        ("chat", MONDAY),
        ("email", MONDAY),
    }
    assert Delivery.objects.filter(state="gathered", carrier__digest_at=MONDAY).count() == 4
    preferences.change({"pace": "at_once"}, by=rosa, at=DUE)
    assert set(Delivery.objects.filter(digest_at__isnull=False).values_list("channel", "next_at")) == {
        ("chat", DUE),
        ("email", DUE),
    }


@pytest.mark.django_db
def test_what_is_no_longer_true_is_left_out_and_of_what_nothing_is_left_nothing_is_sent(rosa, mail_sink: MailSink):
    gathered(rosa)
    first, second = Promotion.objects.order_by("pk")
    change(first, status="cancelled")
    Delivery.objects.update(next_at=DUE)
    assert deliver(DUE, stop=lambda: bool(Delivery.objects.filter(state="skipped"))) == 0
    assert list(Delivery.objects.filter(state="skipped").values_list("reason", flat=True)) == [delivering.NOT_TRUE]
    change(second, status="cancelled")
    assert deliver(DUE) == 0
    assert (carrier().state, carrier().reason, mail_sink.messages) == ("skipped", delivering.NOTHING_LEFT, [])


@pytest.mark.django_db
def test_what_comes_while_a_digest_is_under_way_is_in_the_next(rosa):
    gathered(rosa, 1)
    lease = {"claim_token": uuid.uuid4(), "lease_until": TUESDAY}
    Delivery.objects.filter(digest_at__isnull=False).update(state="leased", **lease)
    ahead(rosa, 1)
    said_at(DUE)
    assert list(Delivery.objects.filter(state="gathered").order_by("pk").values_list("carrier__digest_at", flat=True)) == [
        TUESDAY,
        WEDNESDAY,
    ]


@pytest.mark.django_db
def test_what_comes_later_is_added_to_the_same(rosa):
    gathered(rosa, 1)
    ahead(rosa, 1)
    said_at(DUE)
    assert Delivery.objects.filter(carrier=carrier(), state="gathered").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("pace", "at"), [("weekly", MONDAY), ("at_once", DUE)])
def test_who_changes_their_mind_gets_all_of_it_as_they_want_it_now(rosa, mail_sink: MailSink, pace: str, at: datetime):
    gathered(rosa)
    preferences.change({"pace": pace}, by=rosa, at=DUE)
    assert carrier().next_at == at
    assert deliver(at) == 1
    assert [mail["Subject"] for mail in mail_sink.messages] == ["2 things about 2 releases"]
    assert set(Delivery.objects.exclude(digest_at=None).values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db
def test_a_weekly_one_says_what_was_due_days_before(rosa, mail_sink: MailSink):
    gathered(rosa, 1, pace="weekly")
    assert deliver(MONDAY) == 1
    assert "Payments 0" in texts(mail_sink.messages[0])[0]


@pytest.mark.django_db
def test_after_a_lost_worker_it_goes_out_again_marked_under_the_same_number(rosa, mail_sink: MailSink):
    gathered(rosa)
    lost = {"state": "handing_over", "claim_token": uuid.uuid4(), "lease_until": TUESDAY}
    Delivery.objects.filter(digest_at__isnull=False).update(**lost)
    assert deliver(TUESDAY) == 1
    (mail,) = mail_sink.messages
    assert (mail["Message-ID"], mail["X-Possible-Duplicate"]) == (f"<{carrier().number}@localhost>", "yes")
    assert (carrier().state, carrier().possible_duplicates) == ("sent", 1)


@pytest.mark.django_db
def test_digests_leave_quiet_weekends_out_and_none_is_sent_in_quiet_hours(rosa):
    preferences.change({"pace": "daily", "quiet_weekends": True}, by=rosa, at=DUE)
    wanted = Preference.objects.get()
    friday = datetime(2026, 3, 13, 12, tzinfo=UTC)
    assert next_digest(wanted, friday, rosa.zone) == MONDAY
    night = {"quiet_from": time(22), "quiet_until": time(9)}
    for wrong in (night, {"pace": "weekly", "digest_weekday": 6}):
        with pytest.raises(RuleBroken):
            preferences.change(wrong, by=rosa, at=DUE)


@pytest.mark.django_db
def test_pages_and_rest_show_digests_and_what_became_of_what_they_gather(rosa):
    one, _ = gathered(rosa)
    ada: Any = factories.UserFactory(roles=[Role.ADMINISTRATOR])
    assert "A digest" in words(signed_in(ada).get("/reminders/deliveries/").content.decode())
    assert "E-mail, in a digest, to be sent from" in words(signed_in(rosa).get("/me/reminders/").content.decode())
    assert "come together, once a day at 8:00" in words(signed_in(rosa).get("/me/reminders/").content.decode())
    rows = {row["id"]: row for row in Caller(user=rosa).rows("deliveries/")}
    assert (rows[one.pk]["state"], rows[one.pk]["carrier"]) == ("gathered", carrier().pk)
    digest = rows[carrier().pk]
    assert (digest["subject"], digest["rule"], digest["due_at"], digest["audience"]) == (None, None, None, "")
    Delivery.objects.filter(pk=carrier().pk).update(state="sent", sent_at=TUESDAY)
    assert "E-mail, in a digest, sent" in words(signed_in(rosa).get("/me/reminders/").content.decode())


@pytest.mark.django_db
def test_a_batch_of_digests_costs_the_same_for_two_things_and_for_ten(rosa, mail_sink: MailSink, django_assert_num_queries):
    gathered(rosa, 2)
    with django_assert_num_queries(18):
        assert deliver(TUESDAY) == 1
    ahead(rosa, 10)
    said_at(DUE)
    with django_assert_num_queries(18):
        assert deliver(WEDNESDAY) == 1
