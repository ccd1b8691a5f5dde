"""Saved views and feeds through their doors: kept, shared, opened by default, subscribed to, revoked."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from common.refusals import BadInput, Conflict, NotAllowed
from history.models import Change, Fact
from schedule.actions import feeds, saved_views
from schedule.models import Feed, SavedView
from tests import factories
from tests.callers import change
from tests.reading import signed_in, words
from tests.schedule.test_feeds import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(db: None) -> Any:
    return factories.UserFactory(name="Olga the owner")


@pytest.fixture
def stan(db: None) -> Any:
    return factories.UserFactory(name="Stan the stranger")


def program(user: Any) -> Client:
    """A program that may write, in the browser's session of its person."""
    return signed_in(user)


def post(client: Client, address: str, body: Any) -> Any:
    return client.post(f"/api/v1/{address}", body, content_type="application/json")


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match
    return match[1]


# --- views


def test_filters_are_kept_in_one_form(olga: Any):
    factories.EnvironmentFactory(slug="prod")
    factories.EnvironmentFactory(slug="test")
    view = saved_views.keep(
        by=olga,
        name="  Go   live ",
        filters={"q": " a  b ", "environment": ["test", "prod", "test"], "kind": [], "status": "draft"},
    )
    assert view.name == "Go live"
    assert list(view.filters.items()) == [("environment", ["prod", "test"]), ("status", ["draft"]), ("q", "a b")]


@pytest.mark.parametrize(
    "filters",
    [
        {"colour": ["red"]},
        {"kind": ["party"]},
        {"environment": ["nowhere"]},
        {"environment": ["a\0b"]},
        {"project": [1]},
        {"q": ["a"]},
        {"q": "\u202e"},
        {"status": [f"s{n}" for n in range(99)]},
    ],
)
def test_filters_that_mean_nothing_are_refused_by_name(olga: Any, filters: Any):
    with pytest.raises(BadInput) as refused:
        saved_views.keep(by=olga, name="x", filters=filters)
    assert refused.value.errors["filters"]


def test_a_restricted_project_cannot_be_guessed_by_filtering(olga: Any):
    factories.ProjectFactory(code="HUSH", restricted_until=timezone.now())
    with pytest.raises(BadInput, match="There is no “HUSH” here"):
        saved_views.keep(by=olga, name="x", filters={"project": ["HUSH"]})


def test_a_person_has_one_default_and_each_name_once(olga: Any):
    first = saved_views.keep(by=olga, name="First", filters={}, is_default=True)
    second = saved_views.keep(by=olga, name="Second", filters={"kind": ["output"]}, is_default=True)
    assert list(SavedView.objects.filter(is_default=True)) == [second]
    saved_views.change(first, {"is_default": True}, by=olga)
    assert list(SavedView.objects.filter(is_default=True)) == [first]
    with pytest.raises(Conflict):
        saved_views.keep(by=olga, name="Second", filters={})
    with pytest.raises(Conflict):
        saved_views.change(first, {"name": "Second"}, by=olga)


def test_the_database_holds_one_default_too(olga: Any):
    factories_view = {"owner": olga, "filters": {}, "is_default": True}
    saved_views.keep(by=olga, name="First", filters={}, is_default=True)
    with pytest.raises(IntegrityError):
        change(olga, name="Olga") and SavedView.objects.create(name="Second", **factories_view)


def test_only_its_owner_changes_a_view_and_others_open_what_is_shared(olga: Any, stan: Any):
    private = saved_views.keep(by=olga, name="Mine alone", filters={})
    shared = saved_views.keep(by=olga, name="For all", filters={"kind": ["output"]}, is_shared=True)
    for view in (private, shared):
        with pytest.raises(NotAllowed):
            saved_views.change(view, {"name": "Stolen"}, by=stan)
        with pytest.raises(NotAllowed):
            saved_views.drop(view, by=stan)
        assert signed_in(stan).get(f"/views/{view.pk}/edit/").status_code == 404
        assert signed_in(stan).post(f"/views/{view.pk}/removal/").status_code == 404
    page = signed_in(stan).get("/views/").content.decode()
    assert "For all" in page
    assert "Mine alone" not in page
    assert "?view=month&amp;kind=output" in page


def test_a_view_is_kept_from_the_calendar_changed_and_removed_by_pages(olga: Any):
    browser = signed_in(olga)
    calendar = browser.get("/?view=month&date=2026-03-01&kind=output").content.decode()
    address = found(r'href="(/views/new/[^"]*)"', calendar).replace("&amp;", "&")
    form = browser.get(address).content.decode()
    filters = found(r'name="filters" value="([^"]*)"', form)
    assert filters == "kind=output"
    answer = browser.post(address, {"name": "Outputs", "is_default": "on", "filters": filters})
    assert answer["Location"] == "/views/"
    view = SavedView.objects.get(owner=olga)
    assert (view.filters, view.is_default, view.is_shared) == ({"kind": ["output"]}, True, False)
    assert browser.get("/")["Location"] == "/?kind=output"
    assert browser.get("/?view=month").status_code == 200
    edited = browser.get(f"/views/{view.pk}/edit/?kind=milestone").content.decode()
    assert 'value="kind=milestone"' in edited
    browser.post(f"/views/{view.pk}/edit/", {"name": "Dates", "filters": "kind=milestone"})
    view.refresh_from_db()
    assert (view.name, view.filters, view.is_default) == ("Dates", {"kind": ["milestone"]}, False)
    assert browser.get("/").status_code == 200
    browser.post(f"/views/{view.pk}/removal/")
    assert not SavedView.objects.exists()


def test_a_form_keeps_what_was_typed_and_points_at_the_field(olga: Any):
    saved_views.keep(by=olga, name="Taken", filters={})
    answer = signed_in(olga).post("/views/new/", {"name": "Taken", "is_shared": "on", "filters": ""})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "You have a view called “Taken”" in page
    assert re.search(r'name="name" value="Taken"', page)
    assert re.search(r'name="is_shared"[^>]* checked', page)


def test_names_of_views_and_feeds_stand_in_no_change(olga: Any):
    saved_views.keep(by=olga, name="My affair", filters={})
    feeds.make(by=olga, at=timezone.now(), name="My affair")
    rows = Change.objects.filter(table_name__in=["schedule_savedview", "schedule_feed"])
    told = list(rows.values_list("after__name", flat=True))
    assert told == ["changed", "changed"]
    assert set(Fact.objects.filter(subject_kind="user", subject_id=olga.pk).values_list("verb", flat=True)) >= {
        "kept_view",
        "made_feed",
    }


# --- feeds, both doors


@pytest.mark.usefixtures("in_2026")
def test_the_page_shows_a_new_address_once(olga: Any):
    factories.MilestoneFactory(starts_on=timezone.now().date())
    factories.PromotionFactory(starts_at=timezone.now(), ends_at=timezone.now().replace(year=2099))
    browser = signed_in(olga)
    answer = browser.post(
        "/feeds/new/?kind=milestone",
        {"name": "Dates", "redaction": "titles", "past_days": "30", "expires_on": "", "filters": "kind=milestone"},
    )
    page = answer.content.decode()
    secret = found(r"/feeds/([a-z2-7]{32})\.ics", page)
    assert f"/shared/{secret}/" in page
    assert "no-store" in answer["Cache-Control"]
    assert len(read(f"/feeds/{secret}.ics")) == 1
    me = browser.get("/me/").content.decode()
    assert secret not in me
    assert "Dates kind milestone · tells titles and times last used" in words(me)
    feed = Feed.objects.get()
    assert browser.get(f"/feeds/{feed.pk}/revocation/").status_code == 200
    assert browser.post(f"/feeds/{feed.pk}/revocation/")["Location"] == "/me/"
    assert Client().get(f"/feeds/{secret}.ics").status_code == 404


@pytest.mark.usefixtures("in_2026")
def test_a_program_makes_changes_and_revokes_a_feed(olga: Any):
    caller = program(olga)
    factories.MilestoneFactory(starts_on=timezone.now().date())
    answer = post(caller, "feeds/", {"name": "Wall", "filters": {"kind": ["milestone"]}, "redaction": "busy"})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert answer["Location"] == body["url"]
    assert answer["Cache-Control"] == "no-store"
    path = re.sub(r"^https?://[^/]*", "", body["secret_url"])
    assert len(read(path)) == 1
    listed = caller.get("/api/v1/feeds/").json()["results"]
    assert [(each["name"], each["filters"], each["redaction"], each["past_days"]) for each in listed] == [
        ("Wall", {"kind": ["milestone"]}, "busy", 730)
    ]
    assert "secret_url" not in listed[0]
    one = f"/api/v1/feeds/{body['id']}/"
    changed = caller.patch(one, {"filters": {"kind": ["output"]}}, content_type="application/json")
    assert changed.json()["filters"] == {"kind": ["output"]}
    assert read(path) == {}
    stale = caller.patch(one, {"name": "x"}, content_type="application/json", headers={"If-Match": '"1-0"'})
    assert stale.status_code == 412
    assert caller.patch(one, {"redaction": "full"}, content_type="application/json").status_code == 400
    assert caller.delete(one).status_code == 204
    assert Client().get(path).status_code == 404
    assert caller.patch(one, {"name": "x"}, content_type="application/json").status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"filters": {}}, "name"),
        ({"name": "x", "filters": {"kind": ["party"]}}, "filters"),
        ({"name": "x", "filters": []}, "filters"),
        ({"name": "x", "past_days": 99999}, "past_days"),
        ({"name": "x", "redaction": "some"}, "redaction"),
        ({"name": "x", "expires_on": "2001-01-01"}, "expires_on"),
        ({"name": "x\ny"}, "name"),
        ({"name": "x", "owner": 1}, "owner"),
    ],
)
def test_a_program_is_told_which_field_is_wrong(olga: Any, body: Any, field: str):
    answer = post(program(olga), "feeds/", body)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_feeds_are_their_owners_only(olga: Any, stan: Any):
    feed, _ = feeds.make(by=olga, at=timezone.now(), name="Mine")
    stranger = program(stan)
    assert stranger.get("/api/v1/feeds/").json()["results"] == []
    assert stranger.get(f"/api/v1/feeds/{feed.pk}/").status_code == 404
    assert stranger.delete(f"/api/v1/feeds/{feed.pk}/").status_code == 404
    assert stranger.post(f"/feeds/{feed.pk}/revocation/").status_code == 404
    with pytest.raises(NotAllowed):
        feeds.revoke(feed, by=stan, at=timezone.now())
    with pytest.raises(NotAllowed):
        feeds.change(feed, {"name": "Stolen"}, by=stan, at=timezone.now())
    admin: Any = factories.UserFactory(roles=["Administrator"])
    assert feeds.revoke(feed, by=admin, at=timezone.now()).revoked_at is not None


def test_of_a_view_somebody_shares_a_feed_takes_a_copy(olga: Any, stan: Any):
    view = saved_views.keep(by=olga, name="For all", filters={"kind": ["output"]}, is_shared=True)
    signed_in(stan).post(f"/feeds/new/?of={view.pk}", {"name": "Copy", "redaction": "full", "past_days": "", "expires_on": ""})
    feed = Feed.objects.get(owner=stan)
    assert (feed.view, feed.filters) == (None, {"kind": ["output"]})


# --- for people without an account


def share(user: Any, **more: Any) -> str:
    _, secret = feeds.make(by=user, at=timezone.now(), **{"name": "For the board", "past_days": 3650, **more})
    return f"/shared/{secret}/"


def test_the_shared_page_shows_month_and_agenda_without_signing_in(olga: Any):
    promotion: Any = factories.PromotionFactory(release=factories.ReleaseFactory(name="Gateway"))
    address = share(olga)
    for view in ("month", "agenda"):
        answer = Client().get(f"{address}?view={view}&date=2026-03-10")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Gateway 1.0.0" in page
        assert f"/promotions/{promotion.pk}/" not in page
        assert "/schedule/card/" not in page
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_its_filters_are_those_of_the_feed_whatever_the_address_says(olga: Any):
    factories.PromotionFactory(release=factories.ReleaseFactory(name="Gateway"))
    factories.MilestoneFactory(name="Board meeting")
    address = share(olga, filters={"kind": ["milestone"]})
    page = Client().get(f"{address}?date=2026-03-10&kind=promotion&environment=nowhere").content.decode()
    assert "Board meeting" in page
    assert "Gateway" not in page
    assert "nowhere" not in page


@pytest.mark.usefixtures("in_2026")
def test_it_shows_nothing_before_its_first_day(olga: Any):
    today = timezone.now().date()
    factories.MilestoneFactory(name="Long ago", starts_on="2026-03-10")
    address = share(olga, past_days=0)
    for view in ("month", "agenda"):
        page = Client().get(f"{address}?view={view}&date=2026-03-10").content.decode()
        assert "Long ago" not in page
    factories.MilestoneFactory(name="Today", starts_on=today)
    factories.MilestoneFactory(name="Yesterday", starts_on=today - timedelta(days=1))
    page = Client().get(address).content.decode()
    assert "Today" in page
    assert "Yesterday" not in page


@pytest.mark.parametrize("view", ["month", "agenda"])
def test_redacted_it_tells_no_more_than_the_feed(olga: Any, view: str):
    release = factories.ReleaseFactory(name="Merger")
    environment = factories.EnvironmentFactory(slug="vault", name="Vault")
    factories.PromotionFactory(release=release, environment=environment, status="succeeded")
    address = share(olga, redaction="busy")
    page = Client().get(f"{address}?view={view}&date=2026-03-10").content.decode().partition("<main")[2]
    assert "Busy" in page
    for told in ("Merger", "ault", "k-promotion", "ucceeded", "REL-", "romotion"):
        assert told not in page
    titles = Client().get(f"{share(olga, redaction='titles')}?view={view}&date=2026-03-10").content.decode().partition("<main")[2]
    assert "Merger 1.0.0 → Vault" in titles
    for told in ("vault", "s-succeeded", "REL-"):
        assert told not in titles.partition("Legend")[0]


def test_restricted_things_leave_no_trace_on_it(olga: Any):
    release = factories.ReleaseFactory(name="Merger")
    factories.PromotionFactory(release=release, environment=factories.EnvironmentFactory(slug="vault", name="Vault"))
    address = share(olga)
    change(release, restricted_until=timezone.now())
    page = Client().get(f"{address}?date=2026-03-10").content.decode()
    for told in ("Merger", "Vault", "restricted, ask"):
        assert told not in page


def test_a_shared_address_that_opens_nothing_is_not_found(olga: Any):
    address = share(olga)
    feeds.revoke(Feed.objects.get(), by=olga, at=timezone.now())
    assert Client().get(address).status_code == 404
    assert Client().get(f"/shared/{'a' * 32}/").status_code == 404
