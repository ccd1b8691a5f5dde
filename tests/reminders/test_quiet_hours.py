"""Quiet hours: what is not urgent waits for their end, on the clock of whoever wants them, whatever clocks do in between."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.vocabulary import AccountKind, Scope
from history.models import Change, Fact
from reminders.actions import delivering, preferences
from reminders.models import Delivery, Preference
from reminders.queries.quietness import is_quiet, quiet_until
from reminders.vocabulary import Channel
from tests import factories
from tests.callers import Caller
from tests.factories import NOON
from tests.mail import MailSink
from tests.reading import signed_in, words
from tests.reminders.saying import said_at, says

#: A Monday, 10:00 in Berlin.
DUE = NOON - timedelta(days=1, hours=3)
NIGHT = {"quiet_from": time(22), "quiet_until": time(7)}
WRITE = (Scope.READ, Scope.WRITE)

#: Days about which clocks are changed: by an hour, by half of one, at midnight, and over a whole day.
CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 3, 8, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 11, 1, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 2, 28, tzinfo=UTC)),
]
QUARTERS = st.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))


@settings(deadline=None, max_examples=120)
@given(st.sampled_from(CHANGES), st.integers(-96, 96), QUARTERS, QUARTERS, st.booleans())
def test_it_is_quiet_until_the_first_moment_at_which_it_is_not(change, quarters, since, until, weekends):
    name, day = change
    zone, step = ZoneInfo(name), timedelta(minutes=15)
    at = day + quarters * step
    hours = {} if since == until else {"quiet_from": since, "quiet_until": until}
    wanted = Preference(quiet_weekends=weekends, **hours)
    end = at
    while is_quiet(wanted, end, zone):
        end += step
    assert quiet_until(wanted, at, zone) == (None if end == at else end)


@pytest.fixture
def rosa() -> Any:
    return factories.UserFactory(name="Rosa", time_zone="Europe/Berlin")


def ahead(rosa: Any) -> None:
    times = {"status": "requested", "requested_at": NOON - timedelta(days=20)}
    factories.PromotionFactory(release=factories.ReleaseFactory(release_manager=rosa), **times)


def deliver(at: datetime) -> int:
    return delivering.deliver(Channel.EMAIL, clock=lambda: at, patience=timedelta(seconds=20), stop=lambda: False)


@pytest.mark.django_db
@pytest.mark.parametrize(("severity", "waits"), [("normal", True), ("urgent", False)])
def test_what_is_not_urgent_waits_for_their_end_and_the_inbox_does_not(rosa, mail_sink: MailSink, severity: str, waits: bool):
    preferences.change({"quiet_from": time(9), "quiet_until": time(12, 30)}, by=rosa, at=DUE)
    says("promotion_ahead", -1, channels=["inbox", "email"], severity=severity)
    ahead(rosa)
    in_inbox, by_mail = said_at(DUE)
    ends = datetime(2026, 3, 9, 11, 30, tzinfo=UTC)
    assert (in_inbox.state, by_mail.next_at) == ("sent", ends if waits else DUE)
    assert (deliver(DUE), deliver(ends)) == ((0, 1) if waits else (1, 0))


@pytest.mark.django_db
def test_what_is_tried_again_in_quiet_hours_waits_too_and_is_no_attempt(rosa, mail_sink: MailSink):
    says("promotion_ahead", -1)
    ahead(rosa)
    said_at(DUE)
    Delivery.objects.update(state="failed", attempts=2)
    preferences.change(NIGHT, by=rosa, at=DUE)
    night, morning = datetime(2026, 3, 9, 23, tzinfo=UTC), datetime(2026, 3, 10, 6, tzinfo=UTC)
    assert deliver(night) == 0
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.next_at, row.claim_token) == ("failed", 2, morning, None)
    assert deliver(morning) == 1


@pytest.mark.django_db
def test_who_changes_them_does_not_wait_for_the_end_of_the_old_ones_but_for_what_they_put_off(rosa):
    preferences.change({"quiet_from": time(9), "quiet_until": time(20)}, by=rosa, at=DUE)
    says("promotion_ahead", -1)
    ahead(rosa)
    (waiting,) = said_at(DUE)
    later = DUE + timedelta(minutes=5)
    preferences.change({"quiet_from": None, "quiet_until": None}, by=rosa, at=later)
    assert Delivery.objects.get().next_at == later
    put_off = waiting.next_at
    Delivery.objects.update(next_at=put_off, snoozes=1)
    preferences.change(NIGHT, by=rosa, at=later)
    assert Delivery.objects.get().next_at == put_off


@pytest.mark.django_db
def test_the_page_takes_them_and_says_what_is_wrong(rosa):
    browser = signed_in(rosa)
    address = "/me/reminders/quiet-hours/"
    assert "None: whatever there is comes at once." in words(browser.get("/me/reminders/").content.decode())
    for body, problem in (
        ({"quiet_from": "22:00"}, "give both, or neither"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "end at another time than they begin"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "This is no time of the day; write it as 22:00."),
    ):
        refused = browser.post(address, body)
        assert refused.status_code in (400, 422)
        assert problem in words(refused.content.decode())
    given = {"quiet_from": "22:00", "quiet_until": "07:00", "quiet_weekends": "on"}
    assert browser.post(address, given).status_code == 302
    shown = words(browser.get("/me/reminders/").content.decode())
    assert "waits from 22:00 until 07:00, and over the weekend, on the clock of Europe/Berlin" in shown
    assert 'value="22:00"' in browser.get(address).content.decode()


@pytest.mark.django_db
def test_programs_read_and_change_them_and_nothing_tells_when_somebody_sleeps(rosa):
    caller = Caller(user=rosa, scopes=WRITE)
    before = caller.get("me/reminder-preferences/")
    digests = {"pace": "at_once", "digest_hour": 8, "digest_weekday": 1}
    assert before.json() == {"quiet_from": None, "quiet_until": None, "quiet_weekends": False, **digests, "revision": 0}
    given = {"quiet_from": "22:00", "quiet_until": "07:00"}
    answer = caller.send("PATCH", "me/reminder-preferences/", given, **{"If-Match": before["ETag"]})
    assert answer.status_code == 200, answer.content.decode()
    assert answer.json() == {**given, "quiet_weekends": False, **digests, "revision": answer.json()["revision"]}
    assert caller.get("me/reminder-preferences/", **{"If-None-Match": answer["ETag"]}).status_code == 304
    stale = caller.send("PATCH", "me/reminder-preferences/", {"quiet_weekends": True}, **{"If-Match": '"999-1"'})
    assert stale.status_code == 412
    assert caller.send("PATCH", "me/reminder-preferences/", {"quiet_until": None}).status_code == 422
    assert caller.send("PATCH", "me/reminder-preferences/", {"quiet_until": "7"}).status_code == 400
    fact = Fact.objects.filter(verb="changed_preferences").last()
    assert fact.data == {}
    assert "22:00" not in str(list(Change.objects.filter(table_name="reminders_preference").values()))


@pytest.mark.django_db
def test_programs_sleep_never():
    robot: Any = factories.UserFactory(kind=AccountKind.SERVICE)
    assert Caller(user=robot, scopes=WRITE).send("PATCH", "me/reminder-preferences/", {"quiet_weekends": True}).status_code == 403
