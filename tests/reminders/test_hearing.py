"""What one hears oneself: watched and muted, on the pages and over REST, by which ways, and what was said so far."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.vocabulary import AccountKind, Role, Scope
from common.refusals import NotAllowed
from history.models import Fact
from reminders.actions import quiet_channels, subscriptions
from reminders.models import Delivery, QuietChannel, Subscription
from reminders.vocabulary import SWITCHED_OFF, WATCHABLE, Attention, Channel, DeliveryState
from tests import factories
from tests.callers import BASE, Caller, change
from tests.factories import NOON
from tests.reading import signed_in, words
from tests.reminders.saying import heard, said_at, says

DUE = NOON - timedelta(days=1, hours=3)
WRITE = (Scope.READ, Scope.WRITE)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa() -> Any:
    """The release's manager."""
    return factories.UserFactory(name="Rosa")


@pytest.fixture
def release(rosa: Any) -> Any:
    """One that goes into production soon."""
    made: Any = factories.ReleaseFactory(name="Payments", version="26.3", release_manager=rosa)
    factories.PromotionFactory(release=made, status="requested", requested_at=NOON - timedelta(days=20))
    return made


def everything_watchable() -> list[Any]:
    return [
        factories.ReleaseFactory(), factories.ProjectFactory(), factories.OutputFactory(), factories.ServiceFactory(),
        factories.EnvironmentFactory(), factories.ProgramFactory(),
    ]  # fmt: skip


def commit() -> None:
    """Number what was done so far, as a commit does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def restrict(thing: Any) -> None:
    change(thing, restricted_until=NOON + timedelta(days=9_000))


def test_whatever_can_be_watched_is_watched_muted_and_neither_on_its_page(rosa):
    browser = signed_in(rosa)
    things = everything_watchable()
    # A view of the calendar has no page of its own: see test_watching_views.
    assert [*(thing._meta.model_name for thing in things), "savedview"] == list(WATCHABLE)
    for thing in things:
        place = thing.get_absolute_url()
        subject = f"{thing._meta.model_name}:{thing.pk}"
        assert "You hear of it where something is yours to do." in words(browser.get(place).content.decode())
        for word, said in (("watch", "You watch it"), ("mute", "You muted it"), ("", "where something is yours")):
            answer = browser.post("/me/reminders/subscriptions/", {"subject": subject, "attention": word})
            assert (answer.status_code, answer.url) == (302, place)
            assert said in words(browser.get(place).content.decode())
    assert not Subscription.objects.exists()
    assert set(Fact.objects.filter(subject_kind="user", subject_id=rosa.pk).values_list("verb", flat=True)) >= {
        "subscribed",
        "unsubscribed",
    }


def test_what_is_not_there_not_visible_or_no_word_is_refused(rosa, release):
    browser = signed_in(rosa)
    hidden: Any = factories.ReleaseFactory()
    restrict(hidden)
    for subject in (f"release:{hidden.pk}", "release:0", "route:1", "x", ""):
        assert browser.post("/me/reminders/subscriptions/", {"subject": subject, "attention": "watch"}).status_code == 404
    answer = browser.post("/me/reminders/subscriptions/", {"subject": f"release:{release.pk}", "attention": "stare"})
    assert answer.status_code == 400
    assert browser.post("/me/reminders/channels/pigeon/").status_code == 404
    assert not Subscription.objects.exists()


def test_the_page_lists_what_is_watched_and_muted_and_ends_it(rosa, release):
    project: Any = factories.ProjectFactory(name="Open banking")
    subscriptions.subscribe(release, Attention.WATCH, by=rosa)
    muted = subscriptions.subscribe(project, Attention.MUTE, by=rosa)
    browser = signed_in(rosa)
    page = browser.get("/me/reminders/").content.decode()
    assert f'href="{release.get_absolute_url()}"' in page
    assert "Open banking" in page
    # What was restricted since is still theirs to end, and is not named.
    restrict(project)
    page = browser.get("/me/reminders/").content.decode()
    assert "Open banking" not in page
    assert "restricted, ask" in page
    answer = browser.post(f"/me/reminders/subscriptions/{muted.pk}/end/")
    assert (answer.status_code, answer.url) == (302, "/me/reminders/")
    assert list(Subscription.objects.values_list("subject_kind", flat=True)) == ["release"]
    assert browser.post(f"/me/reminders/subscriptions/{muted.pk}/end/").status_code == 404


@pytest.mark.parametrize("is_named", [True, False])
def test_pages_say_when_nothing_can_be_mailed(rosa, settings, is_named):
    settings.MAILS_REMINDERS = is_named
    administrator: Any = factories.UserFactory(roles=[Role.ADMINISTRATOR])
    for page, reader in (("/me/reminders/", rosa), ("/reminders/deliveries/", administrator)):
        assert ("o mail server is named" in signed_in(reader).get(page).text) != is_named


def test_nobody_ends_what_is_anothers(rosa, release):
    watched = subscriptions.subscribe(release, Attention.WATCH, by=rosa)
    other: Any = factories.UserFactory()
    assert signed_in(other).post(f"/me/reminders/subscriptions/{watched.pk}/end/").status_code == 404
    with pytest.raises(NotAllowed):
        subscriptions.unsubscribe(watched, by=other)
    assert Subscription.objects.count() == 1


def test_a_service_account_hears_nothing(release):
    robot: Any = factories.UserFactory(kind=AccountKind.SERVICE)
    answer = Caller(user=robot, scopes=WRITE).send("POST", "subscriptions/", {"subject": f"release:{release.key}"})
    assert answer.status_code == 403
    with pytest.raises(NotAllowed):
        quiet_channels.switch(Channel.EMAIL, is_on=False, by=robot)


def test_programs_watch_mute_and_end(rosa, release):
    caller = Caller(user=rosa, scopes=WRITE)
    answer = caller.send("POST", "subscriptions/", {"subject": f"release:{release.key}"})
    body = answer.json()
    assert (answer.status_code, body["attention"]) == (201, "watch")
    assert body["subject"] == {"kind": "release", "id": release.pk, "url": f"{BASE}releases/{release.key}/"}
    muted = caller.send("POST", "subscriptions/", {"subject": f"release:{release.pk}", "attention": "mute"}).json()
    assert (muted["id"], muted["attention"]) == (body["id"], "mute")
    assert [row["id"] for row in caller.rows("subscriptions/")] == [body["id"]]
    assert Caller().rows("subscriptions/") == []
    stale = caller.send("DELETE", f"subscriptions/{body['id']}/", **{"If-Match": '"1-1"'})
    assert stale.status_code == 412
    assert caller.send("DELETE", f"subscriptions/{body['id']}/").status_code == 204
    assert caller.rows("subscriptions/") == []


@pytest.mark.parametrize("body", [{}, {"subject": "route:1"}, {"subject": "release:0"}, {"subject": 1}])
def test_programs_are_told_what_is_wrong(rosa, body):
    answer = Caller(user=rosa, scopes=WRITE).send("POST", "subscriptions/", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["subject"])


def test_what_was_restricted_since_has_no_address(rosa):
    project: Any = factories.ProjectFactory()
    subscriptions.subscribe(project, Attention.WATCH, by=rosa)
    caller = Caller(user=rosa)
    commit()
    tag = caller.get("subscriptions/")["ETag"]
    restrict(project)
    commit()
    answer = caller.get("subscriptions/", **{"If-None-Match": tag})
    assert answer.json()["results"][0]["subject"] == {"kind": "project", "id": project.pk, "url": None}


def test_lists_cost_the_same_for_one_row_and_for_thirty(rosa):
    caller = Caller(user=rosa)
    subscriptions.subscribe(factories.ServiceFactory(), Attention.WATCH, by=rosa)
    caller.rows("subscriptions/")
    one = caller.queries("subscriptions/")
    for _ in range(29):
        subscriptions.subscribe(factories.ServiceFactory(), Attention.WATCH, by=rosa)
    assert (len(caller.rows("subscriptions/")), caller.queries("subscriptions/")) == (30, one)


def test_who_switched_e_mails_off_is_sent_none_and_finds_on_the_page_what_there_was(rosa, release):
    says("promotion_ahead", -1, severity="urgent")
    browser = signed_in(rosa)
    assert browser.post("/me/reminders/channels/email/").status_code == 302
    assert (browser.post("/me/reminders/channels/email/").status_code, QuietChannel.objects.count()) == (302, 1)
    (delivery,) = said_at(DUE)
    assert (delivery.state, delivery.reason) == (DeliveryState.SKIPPED, SWITCHED_OFF)
    page = words(browser.get("/me/reminders/").content.decode())
    assert "E-mail off, for what is urgent too" in page
    assert "E-mail, not sent: you switched this off · rule “Rule 0”" in page
    assert "By e-mail: off." in words(browser.get("/me/").content.decode())
    assert browser.post("/me/reminders/channels/email/", {"is_on": "on"}).status_code == 302
    assert not QuietChannel.objects.exists()
    assert Fact.objects.filter(verb__in=["switched_on", "switched_off"]).count() == 2


def test_who_switched_it_on_again_hears_the_next(rosa, release):
    says("promotion_ahead", -1)
    quiet_channels.switch(Channel.EMAIL, is_on=False, by=rosa)
    quiet_channels.switch(Channel.EMAIL, is_on=True, by=rosa)
    assert heard(DUE) == ["Rosa"]


def test_the_page_says_what_became_of_each_delivery(rosa, release):
    says("promotion_ahead", -1)
    (delivery,) = said_at(DUE)
    browser = signed_in(rosa)

    def said(**columns: Any) -> str:
        Delivery.objects.filter(pk=delivery.pk).update(**columns)
        page = browser.get("/me/reminders/").content.decode()
        assert f'href="/promotions/{delivery.reminder.subject_id}/"' in page
        return words(page)

    assert "E-mail, sent" in said(state="sent", sent_at=DUE)
    assert "E-mail, not sent yet, tried again from" in said(state="failed", reason="451 later")
    assert ": 451 later" in words(browser.get("/me/reminders/").content.decode())
    assert "E-mail, given up: 550 no such box" in said(state="dead", reason="550 no such box")
    assert "held back after a restore" in said(state="held", reason="")
    assert "for Bert, who was away" in said(instead_of=factories.UserFactory(name="Bert"))


def test_what_was_said_is_not_named_to_who_may_not_see_it_any_more(release):
    watcher: Any = factories.UserFactory(name="Wanda")
    subscriptions.subscribe(release, Attention.WATCH, by=watcher)
    says("promotion_ahead", -1, to=["subscribers"])
    said_at(DUE)
    browser = signed_in(watcher)
    assert "Payments" in words(browser.get("/me/reminders/").content.decode())
    restrict(release)
    page = words(browser.get("/me/reminders/").content.decode())
    assert "Payments" not in page
    assert "Something that you may not see any more" in page


def test_the_page_costs_the_same_for_one_and_for_ten(rosa, django_assert_num_queries):
    says("promotion_ahead", -1)
    browser = signed_in(rosa)
    for count in (1, 9):
        for _ in range(count):
            release: Any = factories.ReleaseFactory(release_manager=rosa)
            factories.PromotionFactory(release=release, status="requested", requested_at=NOON - timedelta(days=20))
            subscriptions.subscribe(release, Attention.WATCH, by=rosa)
        said_at(DUE)
        browser.get("/me/reminders/")
        with django_assert_num_queries(15):
            browser.get("/me/reminders/")
