"""The list of promotions, and the page of one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    NOON,
    ArtefactFactory,
    ContributionFactory,
    DeploymentFactory,
    EnvironmentFactory,
    ItemFactory,
    OutputFactory,
    ProgramFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    ServiceFactory,
)
from tests.reading import notices, rows, words

pytestmark = pytest.mark.usefixtures("in_2026")


def furnished(number: int, environment: Any) -> None:
    promotion: Any = PromotionFactory(environment=environment, starts_at=NOON + timedelta(days=number))
    ItemFactory(release=promotion.release)
    ContributionFactory(release=promotion.release, output=OutputFactory(project=ProjectFactory(program=ProgramFactory())))


def test_it_costs_the_same_for_one_row_and_for_thirty(reader: Client):
    production: Any = EnvironmentFactory()
    furnished(0, production)
    reader.get("/promotions/")
    with CaptureQueriesContext(connection) as one:
        assert len(rows(reader.get("/promotions/"))) == 1
    for number in range(29):
        furnished(number + 1, production)
    with CaptureQueriesContext(connection) as thirty:
        assert len(rows(reader.get("/promotions/"))) == 30
    assert len(one) == len(thirty) == 23


def test_the_list_comes_by_start_and_says_when_in_the_readers_zone(reader: Client):
    production: Any = EnvironmentFactory(name="Production")
    early: Any = PromotionFactory(release=ReleaseFactory(name="Early"), environment=production, starts_at=NOON - timedelta(days=1))
    PromotionFactory(release=ReleaseFactory(name="Late"), environment=production, status="failed", was_recorded=True, attempt=2)
    response = reader.get("/promotions/")
    said = words(response.content.decode())
    assert rows(response) == ["Late 1.0.0", "Early 1.0.0"]
    assert rows(reader.get("/promotions/?sort=earliest")) == ["Early 1.0.0", "Late 1.0.0"]
    assert "attempt 2 Tue 10 Mar, 13:00–15:00 CET Production Failed recorded, not decided here" in said
    assert f"{early.release.key} Mon 9 Mar, 13:00–15:00 CET Production Draft" in said
    assert "Mon 9 Mar, 21:00–23:00 JST" in words(reader.get("/promotions/?tz=Asia/Tokyo").content.decode())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?environment=prod", ["Gateway 1.0.0"]),
        ("?environment=prod&environment=test", ["Ledger 1.0.0", "Gateway 1.0.0"]),
        ("?status=draft", ["Gateway 1.0.0"]),
        ("?from=2026-03-11", ["Ledger 1.0.0"]),
        ("?to=2026-03-11", ["Gateway 1.0.0"]),
        ("?service=ledger", ["Ledger 1.0.0"]),
        ("?q=gate", ["Gateway 1.0.0"]),
    ],
)
def test_filters_narrow_it(reader: Client, query: str, found: list[str]):
    PromotionFactory(release=ReleaseFactory(name="Gateway"), environment=EnvironmentFactory(slug="prod"))
    ledger: Any = PromotionFactory(
        release=ReleaseFactory(name="Ledger"),
        environment=EnvironmentFactory(slug="test"),
        starts_at=NOON + timedelta(days=1),
        status="failed",
    )
    ItemFactory(release=ledger.release, service=ServiceFactory(slug="ledger"))
    response = reader.get(f"/promotions/{query}")
    assert rows(response) == found
    assert notices(response) == []


def test_a_filter_that_has_no_box_goes_along_with_the_others(reader: Client):
    body = reader.get("/promotions/?from=2026-03-11&release=REL-1").content.decode()
    assert '<input type="hidden" name="from" value="2026-03-11">' in body


def test_pages_walk_by_start_though_many_start_at_once(reader: Client):
    release: Any = ReleaseFactory()
    for number in range(60):
        PromotionFactory(release=release, environment=EnvironmentFactory(), starts_at=NOON + timedelta(days=number // 25))
    found, address = [], ""
    while True:
        page = reader.get(f"/promotions/{address}").context["page"]
        found += [promotion.pk for promotion in page.rows]
        address = page.next
        if not address:
            break
    assert found == list(release.promotions.order_by("-starts_at", "-id").values_list("pk", flat=True))


def test_its_page_says_when_where_what_and_what_it_left(reader: Client):
    promotion: Any = PromotionFactory(
        release=ReleaseFactory(name="Gateway", version="26.11"),
        environment=EnvironmentFactory(name="Production", time_zone="America/New_York", parts=["east", "west"]),
        parts=["east"],
        status="succeeded",
        was_recorded=True,
    )
    item: Any = ItemFactory(release=promotion.release, service=ServiceFactory(name="Payments"), version="26.11")
    ArtefactFactory(item=item, candidate=promotion.candidate, identity="recorded")
    DeploymentFactory(promotion=promotion, item=item, part="east", line="stable")
    PromotionFactory(
        release=promotion.release,
        environment=promotion.environment,
        attempt=2,
        status="cancelled",
        starts_at=NOON + timedelta(days=2),
    )
    body = reader.get(f"/promotions/{promotion.pk}/").content.decode()
    said = words(body)
    assert "Gateway 26.11 into Production" in said
    assert "Succeeded Tue 10 Mar, 13:00–15:00 CET · recorded, not decided here" in said
    assert "Tue 10 Mar, 08:00–10:00 EDT" in body
    assert "Into Production : east" in said
    assert "Payments changed to 26.11 no address, identity recorded" in said
    assert "Payments Production east 26.11 line stable Tue 10 Mar, 15:00 CET still live" in said
    assert "Attempt 1 cancelled Thu 12 Mar, 13:00 CET" in said
    assert "Approved window the planned interval" in said


@pytest.mark.parametrize("address", ["/promotions/0/", "/promotions/99999999999999999999999/", "/promotions/x/"])
def test_what_is_no_promotion_is_not_found(reader: Client, address: str):
    assert reader.get(address).status_code == 404
