"""Trainings and notices on the calendar: when they are, found by what their release carries, and named to nobody who may not see it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from releases.actions import releases
from schedule.actions import feeds
from schedule.models import Move
from tests.callers import change
from tests.factories import (
    AudienceFactory,
    ContributionFactory,
    ItemFactory,
    OutputFactory,
    PreparationFactory,
    ProjectFactory,
    ReleaseFactory,
    ServiceFactory,
    UserFactory,
)
from tests.reading import signed_in, words

pytestmark = pytest.mark.django_db
TEN = datetime(2026, 3, 10, 10, tzinfo=UTC)
MARCH: dict[str, Any] = {"from": "2026-03-01", "to": "2026-04-01"}


class Cast:
    def __init__(self) -> None:
        self.release: Any = ReleaseFactory(name="Gateway", version="26.3", commitment="committed")
        ItemFactory(release=self.release, service=ServiceFactory(slug="gateway"))
        ContributionFactory(release=self.release, output=OutputFactory(project=ProjectFactory(code="PAY")))
        audience = AudienceFactory(release=self.release, name="Store staff", site="Leipzig")
        self.training: Any = PreparationFactory(audience=audience, starts_at=TEN, ends_at=TEN + timedelta(hours=2))
        self.notice: Any = PreparationFactory(audience=audience, need="notice", about="New till", starts_at=TEN)
        PreparationFactory(audience=audience, need="briefing")


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


def found(user: Any, **more: str) -> list[dict[str, Any]]:
    answer = signed_in(user).get("/api/v1/schedule/", MARCH | {"kind": ["training", "communication"]} | more)
    assert answer.status_code == 200, answer.content
    entries: list[dict[str, Any]] = answer.json()["results"]
    return entries


def test_what_has_a_date_in_full(cast: Cast):
    notice, training = found(UserFactory())
    key = cast.release.key
    assert training.pop("updated_at").endswith("Z")
    assert training == {
        "id": f"training-{cast.training.pk}",
        "kind": "training",
        "title": "Training for Store staff Leipzig, Gateway 26.3",
        "subkind": "training",
        "starts_at": "2026-03-10T10:00:00Z",
        "ends_at": "2026-03-10T12:00:00Z",
        "all_day": False,
        "status": "planned",
        "commitment": "committed",
        "environments": [],
        "services": ["gateway"],
        "projects": ["PAY"],
        "program": None,
        "release": {
            "key": key,
            "name": "Gateway",
            "version": "26.3",
            "url": f"http://testserver/api/v1/releases/{key}/",
        },
        "conflicts": 0,
        "html_url": f"http://testserver/releases/{key}/audiences/{cast.training.audience_id}/#preparation-{cast.training.pk}",
    }
    assert (notice["id"], notice["title"]) == (
        f"communication-{cast.notice.pk}",
        "New till for Store staff Leipzig, Gateway 26.3",
    )
    assert (notice["subkind"], notice["ends_at"]) == ("notice", "2026-03-10T10:15:00Z")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"kind": "training"}, 1),
        ({"kind": "communication"}, 1),
        ({"service": "gateway"}, 2),
        ({"project": "PAY"}, 2),
        ({"q": "leipzig till"}, 1),
        ({"q": "gateway"}, 2),
        ({"status": "planned"}, 1),
        ({"status": "done"}, 1),
        ({"commitment": "idea"}, 0),
        ({"from": "2026-03-10T10:15:00Z"}, 1),
    ],
)
def test_they_are_found_by_what_they_concern(cast: Cast, filters: dict[str, str], count: int):
    change(cast.notice, done_at=TEN)
    assert len(found(UserFactory(), **filters)) == count


def test_those_of_a_restricted_release_say_only_when(cast: Cast):
    change(cast.release, restricted_until=TEN + timedelta(days=90))
    first, second = found(UserFactory())
    for entry in (first, second):
        assert (entry["restricted"], entry["title"], entry["release"], entry["html_url"]) == (
            True,
            "restricted, ask the PMO",
            None,
            None,
        )
    assert found(UserFactory(), project="PAY") == []


def test_what_a_cancelled_release_had_planned_is_struck_and_calendars_learn_of_it(cast: Cast):
    change(cast.notice, done_at=TEN)
    releases.cancel(cast.release, reason="Not any more", by=User.objects.operator(), at=TEN)
    assert {entry["kind"]: entry["status"] for entry in found(UserFactory())} == {"training": "cancelled", "communication": "done"}
    assert list(Move.objects.values_list("kind", "number", "sequence")) == [("training", cast.training.pk, 1)]


def test_moving_one_is_counted_for_calendars(cast: Cast):
    change(cast.training, ends_at=TEN + timedelta(hours=3))
    change(cast.notice, about="Newer till")
    change(cast.notice, starts_at=TEN + timedelta(hours=1))
    moved = set(Move.objects.values_list("kind", "number", "sequence"))
    assert moved == {("training", cast.training.pk, 1), ("communication", cast.notice.pk, 1)}


def test_the_page_draws_them_and_a_feed_tells_them(cast: Cast):
    reader = UserFactory()
    page = words(signed_in(reader).get("/?view=agenda&date=2026-03-10").content.decode())
    assert "Training for Store staff Leipzig" in page
    assert "New till for Store staff Leipzig" in page
    card = signed_in(reader).get(f"/schedule/card/communication-{cast.notice.pk}/")
    assert "Gateway" in words(card.content.decode())
    _, secret = feeds.make(by=reader, at=TEN, name="Trainings", filters={"kind": ["training"]}, past_days=3650)
    text = Client().get(f"/feeds/{secret}.ics").content.decode().replace("\r\n ", "")
    assert f"UID:training-{cast.training.pk}@" in text
    assert "SUMMARY:Training for Store staff Leipzig\\, Gateway 26.3" in text
