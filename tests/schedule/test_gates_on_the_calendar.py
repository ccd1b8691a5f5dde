"""Gates on the calendar: each on the day it is due, found by what its release carries and where it goes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from schedule.actions import feeds
from tests.callers import change
from tests.factories import (
    ContributionFactory,
    EnvironmentFactory,
    GateFactory,
    ItemFactory,
    OutputFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    ServiceFactory,
    UserFactory,
)
from tests.reading import signed_in, words

pytestmark = pytest.mark.django_db
MARCH = {"from": "2026-03-01", "to": "2026-04-01", "kind": "gate"}


@pytest.fixture
def gate(db: None) -> Any:
    release: Any = ReleaseFactory(name="Gateway", version="26.3", commitment="committed")
    ItemFactory(release=release, service=ServiceFactory(slug="gateway"))
    ContributionFactory(release=release, output=OutputFactory(project=ProjectFactory(code="PAY")))
    for slug, stage in (("prod", "production"), ("test", "test")):
        environment = EnvironmentFactory(slug=slug, stage=stage)
        PromotionFactory(release=release, environment=environment, starts_at=datetime(2026, 3, 10, 21, tzinfo=UTC))
    return GateFactory(release=release, name="Pen test", due_on=date(2026, 3, 6))


def found(user: Any, **more: str) -> list[dict[str, Any]]:
    answer = signed_in(user).get("/api/v1/schedule/", MARCH | more)
    assert answer.status_code == 200, answer.content
    entries: list[dict[str, Any]] = answer.json()["results"]
    return entries


def test_a_gate_in_full(gate: Any):
    [entry] = found(UserFactory())
    assert entry.pop("updated_at").endswith("Z")
    key = gate.release.key
    assert entry == {
        "id": f"gate-{gate.pk}",
        "kind": "gate",
        "title": "Pen test, Gateway 26.3",
        "subkind": None,
        "starts_at": "2026-03-06T00:00:00Z",
        "ends_at": "2026-03-07T00:00:00Z",
        "all_day": True,
        "starts_on": "2026-03-06",
        "ends_on": "2026-03-06",
        "status": "open",
        "commitment": "committed",
        "environments": ["prod"],
        "services": ["gateway"],
        "projects": ["PAY"],
        "program": None,
        "release": {"key": key, "name": "Gateway", "version": "26.3", "url": f"http://testserver/api/v1/releases/{key}/"},
        "conflicts": 0,
        "html_url": f"http://testserver/releases/{key}/gates/{gate.pk}/",
    }


@pytest.mark.parametrize(
    ("narrowing", "is_there"),
    [
        ({"environment": "prod"}, True),
        ({"environment": "test"}, False),
        ({"service": "gateway"}, True),
        ({"project": "PAY"}, True),
        ({"status": "open"}, True),
        ({"status": "passed"}, False),
        ({"commitment": "committed"}, True),
        ({"commitment": "idea"}, False),
        ({"q": "pen gateway"}, True),
        ({"q": "load"}, False),
        ({"threatened": "true"}, False),
    ],
)
def test_it_is_found_by_where_it_stands_and_what_its_release_carries(gate: Any, narrowing: dict[str, str], is_there: bool):
    assert bool(found(UserFactory(), **narrowing)) == is_there


@pytest.mark.parametrize("columns", [{"is_asked": False}, {"due_on": None}])
def test_what_nobody_asks_for_or_has_no_day_is_not_there(gate: Any, columns: dict[str, Any]):
    change(gate, **columns)
    assert found(UserFactory()) == []


def test_gates_of_a_restricted_release_are_not_there_at_all(gate: Any):
    change(gate.release, restricted_until=datetime(2027, 1, 1, tzinfo=UTC))
    assert found(UserFactory()) == []


@pytest.mark.parametrize("view", ["month", "week", "agenda"])
def test_it_stands_on_its_day_in_every_view(gate: Any, view: str):
    page = signed_in(UserFactory()).get("/", {"view": view, "date": "2026-03-06"}).content.decode()
    assert "Pen test, Gateway 26.3" in words(page)
    assert "k-gate" in page


def test_its_card_and_its_feed(gate: Any):
    reader: Any = UserFactory()
    card = signed_in(reader).get(f"/schedule/card/gate-{gate.pk}/")
    assert "Pen test" in words(card.content.decode())
    now = datetime(2026, 3, 1, tzinfo=UTC)
    _, secret = feeds.make(by=User.objects.get(pk=reader.pk), at=now, name="Gates", filters={"kind": ["gate"]})
    text = Client().get(f"/feeds/{secret}.ics").content.decode()
    assert "SUMMARY:Pen test\\, Gateway 26.3" in text
    assert "DTSTART;VALUE=DATE:20260306" in text


@pytest.mark.parametrize("number", [1, 30])
def test_thirty_cost_the_queries_of_one(django_assert_num_queries: Any, number: int):
    for _ in range(number):
        GateFactory(due_on=date(2026, 3, 6))
    client = signed_in(UserFactory())
    client.get("/api/v1/schedule/", MARCH)
    with django_assert_num_queries(7):
        assert len(client.get("/api/v1/schedule/", MARCH | {"limit": 1000}).json()["results"]) == number
