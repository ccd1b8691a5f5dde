"""The inbox: what comes into it, what the reader has read, and what every page says of it."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.vocabulary import Scope
from common.refusals import NotVisible
from releases.models import Release
from reminders.actions import addressing, inbox, planning, quiet_channels, subscriptions
from reminders.models import Delivery
from reminders.vocabulary import TOO_LATE, Attention, Channel
from tests import factories
from tests.callers import Caller, change
from tests.factories import NOON
from tests.reading import signed_in, words
from tests.reminders.saying import said_at, says

DAY = timedelta(days=1)
DUE = NOON - DAY - timedelta(hours=3)
WRITE = (Scope.READ, Scope.WRITE)
DOORS = pytest.mark.parametrize("door", ["page", "rest"])

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa() -> Any:
    return factories.UserFactory(name="Rosa")


def ahead(rosa: Any, count: int = 1) -> list[Any]:
    """So many promotions of releases of hers that are to be told of the day before."""
    times = {"status": "requested", "requested_at": NOON - 20 * DAY}
    return [
        factories.PromotionFactory(
            release=factories.ReleaseFactory(name=f"Payments {Release.objects.count()}", release_manager=rosa), **times
        )
        for _ in range(count)
    ]


def told(rosa: Any, count: int = 1, **values: Any) -> list[Delivery]:
    """What is in her inbox of so many promotions."""
    says("promotion_ahead", -1, channels=["inbox"], **values)
    ahead(rosa, count)
    return said_at(DUE)


def unread_on(browser: Any) -> str:
    """What the frame of a page says of the inbox."""
    page = browser.get("/me/reminders/").content.decode()
    return words(page[page.index("inbox-way") :].partition(">")[2].partition("</a>")[0])


def test_what_is_due_is_in_the_inbox_at_once_and_nothing_carries_it(rosa):
    says("promotion_ahead", -1, channels=["inbox", "email"])
    ahead(rosa)
    by_inbox, by_mail = said_at(DUE)
    assert (by_inbox.channel, by_inbox.state, by_inbox.sent_at, by_inbox.read_at) == ("inbox", "sent", DUE, None)
    assert (by_mail.channel, by_mail.state) == ("email", "planned")


def test_who_switched_e_mails_off_finds_it_in_the_inbox_and_the_inbox_has_no_switch(rosa):
    quiet_channels.switch(Channel.EMAIL, is_on=False, by=rosa)
    told(rosa)
    browser = signed_in(rosa)
    assert "Payments 0" in words(browser.get("/me/inbox/").content.decode())
    assert browser.post("/me/reminders/channels/inbox/").status_code == 404
    assert "inbox" not in [channel for channel, _ in browser.get("/me/reminders/").context["channels"]]


def test_of_several_overdue_ones_about_the_same_only_the_last_is_in_the_inbox(rosa):
    says("promotion_ahead", -3, -1, channels=["inbox"])
    ahead(rosa)
    planning.plan(at=NOON - 6 * DAY)
    addressing.address(at=DUE)
    assert sorted(Delivery.objects.values_list("state", "sent_at"), key=str) == [("sent", DUE), ("skipped", None)]


def test_what_is_addressed_a_week_late_is_in_no_inbox_any_more(rosa):
    says("promotion_ahead", -8, channels=["inbox"])
    ahead(rosa)
    planning.plan(at=NOON - 13 * DAY)
    addressing.address(at=NOON - DAY)
    assert list(Delivery.objects.values_list("state", "reason")) == [("skipped", TOO_LATE)]


def test_every_page_says_how_many_are_unread_and_following_one_reads_it(rosa):
    first, _ = told(rosa, 2)
    browser = signed_in(rosa)
    assert unread_on(browser) == "Inbox, 2 unread 2"
    page = browser.get("/me/inbox/").content.decode()
    assert page.count("<strong>unread</strong>") == 2
    assert "You get this because you manage the release" in words(page)
    address = f"/me/inbox/{first.pk}/open/"
    assert browser.head(address).url == f"/promotions/{first.reminder.subject_id}/"
    assert unread_on(browser) == "Inbox, 2 unread 2"
    assert browser.get(address).url == f"/promotions/{first.reminder.subject_id}/"
    assert unread_on(browser) == "Inbox, 1 unread 1"
    listed = words(browser.get("/me/inbox/?unread=true").content.decode())
    assert ("Payments 1" in listed, "Payments 0" in listed) == (True, False)


def test_beyond_ninety_nine_it_only_says_that_there_are_more(rosa):
    (one,) = told(rosa)
    rule = one.reminder.rule
    for number in range(1, 100):
        moment = {"due_at": DUE + timedelta(seconds=number), "moment_at": NOON, "zone": "UTC", "digest": "0" * 16}
        about = {"subject_kind": "promotion", "subject_id": one.reminder.subject_id, "scope_id": one.reminder.scope_id}
        reminder = type(one.reminder).objects.create(rule=rule, state="addressed", **moment, **about)
        Delivery.objects.create(
            reminder=reminder, recipient=rosa, channel="inbox", audience="owner", state="sent", sent_at=DUE, next_at=DUE
        )
    browser = signed_in(rosa)
    assert unread_on(browser) == "Inbox, more than 99 unread 99+"
    page = browser.get("/me/inbox/")
    assert len(page.context["page"].rows) == 50
    assert "Payments 0" in words(browser.get("/me/inbox/" + page.context["page"].next).content.decode())


@DOORS
def test_both_doors_mark_one_as_read_and_as_unread_again(rosa, door):
    (one,) = told(rosa)
    caller, browser = Caller(user=rosa, scopes=WRITE), signed_in(rosa)
    for method, is_read in (("POST", True), ("DELETE", False)):
        if door == "page":
            assert browser.post(f"/me/inbox/{one.pk}/reading/").url == "/me/inbox/"
        else:
            body = caller.send(method, f"inbox/{one.pk}/reading/", {} if method == "POST" else None).json()
            assert (body["read_at"] is not None) == is_read
        assert Delivery.objects.filter(pk=one.pk, read_at=None).exists() != is_read


@DOORS
def test_both_doors_mark_everything_up_to_one_as_read(rosa, door):
    first, second = told(rosa, 2)
    for until, unread in ((first.pk, [second.pk]), (None, [])):
        if door == "page":
            given = {} if until is None else {"until": until}
            assert signed_in(rosa).post("/me/inbox/reading/", given).status_code == 302
        else:
            given = {} if until is None else {"until": until}
            answer = Caller(user=rosa, scopes=WRITE).send("POST", "inbox/reading/", given)
            assert answer.json() == {"read": 1}
        assert list(Delivery.objects.filter(read_at=None).values_list("pk", flat=True)) == unread
    assert unread_on(signed_in(rosa)) == "Inbox"


def test_nobody_reads_anothers(rosa):
    (one,) = told(rosa)
    stan: Any = factories.UserFactory()
    browser, caller = signed_in(stan), Caller(user=stan, scopes=WRITE)
    assert browser.get(f"/me/inbox/{one.pk}/open/").status_code == 404
    assert browser.post(f"/me/inbox/{one.pk}/reading/").status_code == 404
    assert browser.post("/me/inbox/reading/").status_code == 302
    assert browser.post("/me/inbox/reading/", {"until": "x"}).status_code == 400
    assert caller.send("POST", f"inbox/{one.pk}/reading/", {}).status_code == 404
    assert caller.get(f"inbox/{one.pk}/").status_code == 404
    assert caller.rows("inbox/") == []
    with pytest.raises(NotVisible):
        inbox.read(one, by=stan, at=NOON)
    assert Delivery.objects.filter(read_at=None).count() == 1


def test_what_one_may_not_see_any_more_is_not_named_and_leads_nowhere():
    wanda: Any = factories.UserFactory(name="Wanda")
    promotion = ahead(factories.UserFactory())[0]
    subscriptions.subscribe(promotion.release, Attention.WATCH, by=wanda)
    says("promotion_ahead", -1, to=["subscribers"], channels=["inbox"])
    (one,) = said_at(DUE)
    change(promotion.release, restricted_until=NOON + 9_000 * DAY)
    browser = signed_in(wanda)
    page = words(browser.get("/me/inbox/").content.decode())
    assert "Payments" not in page
    assert "Something that you may not see any more" in page
    assert browser.get(f"/me/inbox/{one.pk}/open/").url == "/me/inbox/"
    (row,) = Caller(user=wanda).rows("inbox/")
    assert row["said"] == {"sentence": "Something that you may not see any more, or that is gone", "why": None, "html_url": None}


def test_rest_says_what_lies_there_and_is_unchanged_until_something_is(rosa):
    first, second = told(rosa, 2)
    caller = Caller(user=rosa, scopes=WRITE)
    answer = caller.get("inbox/")
    rows = answer.json()["results"]
    assert [row["id"] for row in rows] == [second.pk, first.pk]
    said = rows[1]["said"]
    assert said["sentence"].startswith("Payments 0")
    assert said["html_url"] == f"http://testserver/promotions/{first.reminder.subject_id}/"
    assert (rows[1]["rule"]["code"], rows[1]["audience"], rows[1]["read_at"]) == ("rule-0", "release_manager", None)
    assert caller.get(f"inbox/{first.pk}/").json() == rows[1]
    assert caller.get("inbox/", **{"If-None-Match": answer["ETag"]}).status_code == 304
    caller.send("POST", f"inbox/{first.pk}/reading/", {})
    assert caller.get("inbox/", **{"If-None-Match": answer["ETag"]}).status_code == 200
    assert [row["id"] for row in caller.rows("inbox/?unread=true")] == [second.pk]


def test_the_page_and_the_list_cost_the_same_for_one_and_for_ten(rosa, django_assert_num_queries):
    told(rosa)
    browser, caller = signed_in(rosa), Caller(user=rosa)
    browser.get("/me/inbox/")
    caller.rows("inbox/")
    one = caller.queries("inbox/")
    ahead(rosa, 9)
    said_at(DUE)
    with django_assert_num_queries(8):
        assert len(browser.get("/me/inbox/").context["rows"]) == 10
    assert (len(caller.rows("inbox/")), caller.queries("inbox/")) == (10, one)
