"""What is live: services × environments, now and at another moment, and where production is behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    NOON,
    DeploymentFactory,
    EnvironmentFactory,
    ItemFactory,
    PromotionFactory,
    ReleaseFactory,
    ServiceFactory,
)
from tests.reading import notices, rows, signed_in, words

pytestmark = pytest.mark.usefixtures("in_2026")


def put(service: Any, environment: Any, version: str, at: Any = NOON, until: Any = None, **columns: Any) -> Any:
    """A deployment of a release of its own."""
    release = columns.pop("release", None) or ReleaseFactory(name=service.name, version=version)
    promotion: Any = PromotionFactory(
        release=release, environment=environment, status="succeeded", starts_at=at - timedelta(hours=1), ends_at=at
    )
    item: Any = ItemFactory(release=release, service=service, version=version)
    return DeploymentFactory(promotion=promotion, item=item, ends_at=until, **columns)


@pytest.fixture
def places(db: None) -> dict[str, Any]:
    return {stage: EnvironmentFactory(slug=stage, name=stage.title(), stage=stage) for stage in ("production", "test", "staging")}


def test_it_shows_version_and_since_when_by_service_and_environment(reader: Client, places: dict[str, Any]):
    put(ServiceFactory(slug="ledger", name="Ledger"), places["production"], "7.1")
    put(ServiceFactory(slug="gateway", name="Gateway"), places["test"], "26.11", line="stable", part="east")
    response = reader.get("/live/")
    said = words(response.content.decode())
    assert rows(response) == ["Gateway", "Ledger"]
    assert "Service Test Staging Production Gateway 26.11 stable · east since Tue 10 Mar, 13:00 CET — —" in said
    assert "Ledger — — 7.1 since Tue 10 Mar, 13:00 CET" in said


def test_at_another_moment_it_shows_what_was_there_then(reader: Client, places: dict[str, Any]):
    ledger: Any = ServiceFactory(name="Ledger")
    put(ledger, places["production"], "7.0", NOON, NOON + timedelta(days=1))
    put(ledger, places["production"], "7.1", NOON + timedelta(days=1))
    now = words(reader.get("/live/").content.decode())
    then = words(reader.get("/live/?at=2026-03-11T12:59").content.decode())  # 11:59 UTC in Berlin, a minute before the change
    assert "7.1 since Wed 11 Mar" in now
    assert "7.0" not in now
    assert "7.0 since Tue 10 Mar" in then
    assert "7.1" not in then
    assert "at Wed 11 Mar, 12:59 CET" in then
    assert "7.1 since" in words(reader.get("/live/?at=2026-03-11T12:00:00Z").content.decode())
    assert "Nothing of this was live then" in words(reader.get("/live/?at=2026-03-10").content.decode())
    assert "7.0 since Tue 10 Mar, 12:00 UTC" in words(reader.get("/live/?at=2026-03-11T11:59&tz=UTC").content.decode())


@pytest.mark.parametrize("at", ["yesterday", "2026-02-30", "2026-03-29T02:30", "99999-01-01", "%00"])
def test_a_moment_that_does_not_exist_falls_back_to_now_with_a_notice(reader: Client, places: dict[str, Any], at: str):
    put(ServiceFactory(name="Ledger"), places["production"], "7.0")
    response = reader.get(f"/live/?at={at}")
    assert rows(response) == ["Ledger"]
    assert len(notices(response)) == 1
    assert notices(response)[0].endswith("This is what is live now.")


def test_production_behind_the_stage_before_it_is_marked(reader: Client, places: dict[str, Any]):
    ledger, gateway = ServiceFactory(name="Ledger"), ServiceFactory(name="Gateway")
    put(ledger, places["production"], "7.0", NOON)
    put(ledger, places["staging"], "7.1", NOON + timedelta(days=1))
    put(ledger, places["test"], "7.2", NOON + timedelta(days=2))
    put(gateway, places["staging"], "26.10", NOON)
    put(gateway, places["production"], "26.11", NOON + timedelta(days=1))
    body = reader.get("/live/").content.decode()
    assert words(body).count("behind Staging: 7.1 since Wed 11 Mar, 13:00 CET") == 1
    assert body.count('class="behind"') == 1


def test_lines_are_compared_with_their_own_only(reader: Client, places: dict[str, Any]):
    ledger: Any = ServiceFactory(name="Ledger")
    put(ledger, places["production"], "7.0", NOON, line="7")
    put(ledger, places["staging"], "8.0", NOON + timedelta(days=1), line="8")
    assert 'class="behind"' not in reader.get("/live/").content.decode()


def test_environments_and_words_narrow_it(reader: Client, places: dict[str, Any]):
    put(ServiceFactory(slug="ledger", name="Ledger"), places["production"], "7.0")
    put(ServiceFactory(slug="gateway", name="Gateway"), places["test"], "26.11")
    assert rows(reader.get("/live/?environment=test")) == ["Gateway"]
    assert rows(reader.get("/live/?q=ledg")) == ["Ledger"]
    response = reader.get("/live/?environment=nowhere")
    assert rows(response) == ["Gateway", "Ledger"]
    assert notices(response) == ["The address names an environment that does not exist; it was left out."]


def test_what_is_restricted_is_not_there_for_others(reader: Client, places: dict[str, Any]):
    secret: Any = ReleaseFactory(name="Merger", restricted_until=NOON + timedelta(days=365), release_manager=None)
    put(ServiceFactory(name="Ledger"), places["production"], "7.0", release=secret)
    assert rows(reader.get("/live/")) == []
    from accounts.vocabulary import Role
    from tests.factories import UserFactory

    assert rows(signed_in(UserFactory(roles=[Role.AUDITOR])).get("/live/")) == ["Ledger"]


def test_it_costs_the_same_for_one_service_and_for_thirty(reader: Client, places: dict[str, Any]):
    put(ServiceFactory(), places["production"], "1.0")
    reader.get("/live/")
    with CaptureQueriesContext(connection) as one:
        assert len(rows(reader.get("/live/"))) == 1
    for number in range(29):
        put(ServiceFactory(), places["production"], f"1.{number}")
    with CaptureQueriesContext(connection) as thirty:
        assert len(rows(reader.get("/live/"))) == 30
    assert len(one) == len(thirty) == 10


def test_with_nothing_live_it_says_how_things_get_there(reader: Client):
    assert "Nothing is live yet Promotions that succeeded put versions" in words(reader.get("/live/").content.decode())
