"""Bookings over both doors, and where they are seen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.vocabulary import Role, Scope
from environments.actions import bookings
from environments.models import Booking
from history.deeds import deed, record
from tests.callers import BASE, Caller, change
from tests.factories import NOON, EnvironmentFactory, PromotionFactory, UserFactory
from tests.reading import signed_in, words

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WISH = {
    "environment": "acc",
    "starts_at": "2026-03-10T12:00:00Z",
    "ends_at": "2026-03-10T14:00:00Z",
    "purpose": "Load test",
    "lanes": 1,
}


@pytest.fixture
def emil() -> Any:
    return UserFactory(name="Emil", roles=[Role.ENVIRONMENT_MANAGER], time_zone="UTC")


@pytest.fixture
def acceptance() -> Any:
    return EnvironmentFactory(slug="acc", name="Acceptance", lanes=2)


def writer_of(user: Any) -> Caller:
    """A program that may write for somebody."""
    return Caller(user=user, scopes=[Scope.READ, Scope.WRITE])


def hold(promotion: Any, by: Any, ends_at: datetime | None) -> Booking:
    with deed(by=by):
        held = bookings.hold(promotion, promotion.environment, by=by, starts_at=promotion.starts_at, ends_at=ends_at)
        record(promotion, "planned", by=by)
    return held


# --- REST


def test_a_program_books_moves_and_cancels(emil: Any, acceptance: Any):
    writer = writer_of(emil)
    made = writer.send("post", "bookings/", WISH)
    assert made.status_code == 201, made.content
    body = made.json()
    assert made["Location"] == body["url"] == f"{BASE}bookings/{body['id']}/"
    assert {name: body[name] for name in ("starts_at", "ends_at", "purpose", "lanes", "holder")} == {
        "starts_at": WISH["starts_at"],
        "ends_at": WISH["ends_at"],
        "purpose": "Load test",
        "lanes": 1,
        "holder": None,
    }
    assert body["environment"]["slug"] == "acc"
    assert body["booked_by"]["name"] == "Emil"
    here = f"bookings/{body['id']}/"
    assert Caller().get(here).json() == body
    longer = writer.send("patch", here, {"ends_at": "2026-03-10T15:00:00Z", "lanes": "all"}, **{"If-Match": made["ETag"]})
    assert (longer.status_code, longer.json()["lanes"], longer.json()["ends_at"]) == (200, "all", "2026-03-10T15:00:00Z")
    assert writer.send("patch", here, {"lanes": 1}, **{"If-Match": made["ETag"]}).status_code == 412
    assert writer.send("delete", here, **{"If-Match": made["ETag"]}).status_code == 412
    assert writer.send("delete", here).status_code == 204
    assert writer.send("delete", here).status_code == 404
    assert Caller().rows("bookings/") == []


def test_a_program_is_told_that_lanes_are_taken_and_who_has_them(emil: Any, acceptance: Any):
    writer = writer_of(emil)
    assert writer.send("post", "bookings/", {**WISH, "lanes": 2}).status_code == 201
    refused = writer.send("post", "bookings/", WISH)
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith(
        "All 2 lanes of Acceptance are taken at Tue 10 Mar 2026, 12:00 UTC: by “Load test” of Emil until"
    )
    assert writer_of(UserFactory()).send("post", "bookings/", WISH).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lanes": 0}, "lanes"),
        ({"lanes": "two"}, "lanes"),
        ({"lanes": "2"}, "lanes"),
        ({"lanes": True}, "lanes"),
        ({"lanes": 3}, "lanes"),
        ({"ends_at": WISH["starts_at"]}, "ends_at"),
        ({"ends_at": None}, "ends_at"),
        ({"starts_at": "2026-03-10T12:00:00"}, "starts_at"),
        ({"environment": "nowhere"}, "environment"),
        ({"holder_id": 3}, "holder_id"),
    ],
)
def test_what_is_wrong_is_named(emil: Any, acceptance: Any, wrong: dict[str, Any], field: str):
    refused = writer_of(emil).send("post", "bookings/", {**WISH, **wrong})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert not Booking.objects.exists()


def test_lists_are_narrowed_by_environment_and_time_and_cost_the_same(emil: Any, acceptance: Any):
    other: Any = EnvironmentFactory(slug="other")
    caller = Caller()
    made = [
        bookings.book(where, by=emil, starts_at=NOON + at * HOUR, ends_at=NOON + (at + 1) * HOUR)
        for where, at in ((acceptance, 0), (other, 0), (acceptance, 5))
    ]
    held = hold(PromotionFactory(environment=acceptance), emil, None)
    first = caller.queries("bookings/")

    def found(query: str) -> list[int]:
        return [row["id"] for row in caller.rows(f"bookings/?{query}")]

    assert found("environment=acc") == [made[0].pk, held.pk, made[2].pk]
    assert found("from=2026-03-10T13:00:00Z") == [held.pk, made[2].pk]
    assert found("to=2026-03-10T17:00:00Z&environment=acc") == [made[0].pk, held.pk]
    for at in range(20, 40):
        bookings.book(acceptance, by=emil, starts_at=NOON + at * HOUR, ends_at=NOON + (at + 1) * HOUR)
    assert caller.queries("bookings/") == first == 8


def test_a_place_held_by_what_one_may_not_see_is_in_no_list(emil: Any):
    manager: Any = UserFactory()
    promotion: Any = PromotionFactory(environment=EnvironmentFactory(slug="acc"), release__release_manager=manager)
    held = hold(promotion, emil, NOON + HOUR)
    caller, insider = Caller(user=emil), Caller(user=manager)
    (row,) = caller.rows("bookings/")
    assert row["holder"] == {"kind": "promotion", "id": promotion.pk, "url": f"{BASE}promotions/{promotion.pk}/"}
    tag = caller.get("bookings/")["ETag"]
    change(promotion.release, restricted_until=datetime(2100, 1, 1, tzinfo=UTC))
    assert caller.get("bookings/", **{"If-None-Match": tag}).json()["results"] == []
    assert caller.get(f"bookings/{held.pk}/").status_code == 404
    assert len(insider.rows("bookings/")) == 1
    # On the plan of the environment somebody is there; who, one may ask.
    with_page = signed_in(emil).get("/environments/acc/")
    assert promotion.release.name not in words(with_page.content.decode())


# --- pages


def test_a_person_books_changes_and_cancels(emil: Any, acceptance: Any):
    browser = signed_in(emil)
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    form = {
        "environment": "acc",
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + HOUR:%Y-%m-%dT%H:%M}",
        "lanes": "2",
        "purpose": "Load test",
    }
    assert 'value="acc"' in browser.get("/bookings/new/?environment=acc").content.decode()
    made = browser.post("/bookings/new/", form)
    booking = Booking.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"/bookings/{booking.pk}/")
    page = words(browser.get("/environments/acc/").content.decode())
    assert "2 things at once. A lane is free now. All of it is free now." in page
    assert page.count("Load test") >= 2  # in both lanes
    refused = browser.post("/bookings/new/", {**form, "lanes": "all", "purpose": "Kept as typed"})
    said = refused.content.decode()
    assert refused.status_code == 409
    assert "Acceptance is not free as a whole" in said
    assert 'value="Kept as typed"' in said
    assert 'value="all"' in said
    edited = browser.post(f"/bookings/{booking.pk}/edit/", {**form, "purpose": "Audit", "seen": booking.revision})
    assert edited.status_code == 302
    stale = browser.post(f"/bookings/{booking.pk}/edit/", {**form, "purpose": "Again", "seen": booking.revision})
    assert stale.status_code == 412
    assert "Audit" in words(browser.get(f"/bookings/{booking.pk}/").content.decode())
    cancelled = browser.post(f"/bookings/{booking.pk}/cancellation/", {})
    assert cancelled["Location"] == "/environments/acc/"
    assert not Booking.objects.exists()


def test_who_may_not_book_is_offered_nothing(acceptance: Any, emil: Any):
    booking = bookings.book(acceptance, by=emil, starts_at=NOON, ends_at=NOON + HOUR)
    browser = signed_in(UserFactory())
    assert "Book lanes" not in browser.get("/environments/acc/").content.decode()
    assert "/edit/" not in browser.get(f"/bookings/{booking.pk}/").content.decode()
    for address in ("new/?environment=acc", f"{booking.pk}/edit/", f"{booking.pk}/cancellation/"):
        assert browser.get(f"/bookings/{address}").status_code == 403


def test_the_page_of_a_place_that_is_held_leads_to_what_holds_it(acceptance: Any, emil: Any):
    promotion: Any = PromotionFactory(environment=acceptance, starts_at=timezone.now())
    held = hold(promotion, emil, None)
    shown = signed_in(emil).get(f"/bookings/{held.pk}/").content.decode()
    assert f'href="/promotions/{promotion.pk}/"' in shown
    assert "until it leaves: its next stop is not planned yet" in words(shown)
    assert "/edit/" not in shown
    page = words(signed_in(emil).get("/environments/acc/").content.decode())
    assert f"Lane 1 the promotion of {promotion.release} into Acceptance" in page
    assert "A lane is free now. All of it is not free in these weeks." in page


def test_an_environment_costs_the_same_with_few_bookings_and_with_many(acceptance: Any, emil: Any):
    browser = signed_in(emil)
    start = timezone.now() + HOUR

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get("/environments/acc/").status_code == 200
        return len(captured)

    bookings.book(acceptance, by=emil, starts_at=start, ends_at=start + HOUR)
    queries()  # the first call keeps what later ones find
    few = queries()
    for at in range(2, 30):
        bookings.book(acceptance, by=emil, starts_at=start + at * HOUR, ends_at=start + (at + 1) * HOUR)
    assert queries() == few


# --- the calendar


def test_what_people_booked_is_on_the_calendar_and_what_is_held_is_not_there_twice(acceptance: Any, emil: Any):
    booking = bookings.book(acceptance, by=emil, starts_at=NOON, ends_at=NOON + HOUR, purpose="Load test")
    promotion: Any = PromotionFactory(environment=acceptance)
    hold(promotion, emil, NOON + HOUR)
    caller = Caller()
    march = "schedule/?from=2026-03-01&to=2026-04-01"
    assert [entry["id"] for entry in caller.rows(march)] == [f"booking-{booking.pk}", f"promotion-{promotion.pk}"]
    (entry,) = caller.rows(f"{march}&kind=booking&environment=acc&q=load")
    assert entry | {"updated_at": None} == {
        "id": f"booking-{booking.pk}",
        "kind": "booking",
        "title": "Load test, Acceptance",
        "subkind": None,
        "starts_at": "2026-03-10T12:00:00Z",
        "ends_at": "2026-03-10T13:00:00Z",
        "all_day": False,
        "status": None,
        "commitment": None,
        "environments": ["acc"],
        "services": [],
        "projects": [],
        "program": None,
        "release": None,
        "conflicts": 0,
        "html_url": f"http://testserver/bookings/{booking.pk}/",
        "updated_at": None,
    }
    for elsewhere in ("status=planned", "commitment=committed", f"release={promotion.release.key}"):
        assert caller.rows(f"{march}&kind=booking&{elsewhere}") == []
