"""The pages of environments, services and routes."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    DependencyFactory,
    EnvironmentFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
    TeamFactory,
)
from tests.reading import notices, rows, words


def environment_on_a_route() -> None:
    StopFactory(environment=EnvironmentFactory(owner=TeamFactory()))


def service_with_everything() -> None:
    DependencyFactory(
        service=ServiceFactory(name="A", parent=ServiceFactory(name="B"), owner=TeamFactory()), needs=ServiceFactory(name="C")
    )


@pytest.mark.parametrize(
    ("address", "make", "each", "queries"),
    [
        ("/environments/", environment_on_a_route, 1, 7),
        ("/services/", service_with_everything, 3, 8),
        ("/routes/", environment_on_a_route, 1, 9),
    ],
)
def test_lists_cost_the_same_for_few_rows_and_for_many(reader: Client, address: str, make: Any, each: int, queries: int):
    make()
    reader.get(address)
    with CaptureQueriesContext(connection) as few:
        assert len(rows(reader.get(address))) == each
    for _ in range(15):
        make()
    with CaptureQueriesContext(connection) as many:
        assert len(rows(reader.get(address))) == 16 * each
    assert len(few) == len(many) == queries


def test_environments_say_stage_routes_lanes_and_parts(reader: Client):
    production: Any = EnvironmentFactory(
        slug="prod", name="Production", lanes=2, parts=["eu", "us"], owner=TeamFactory(name="Operations")
    )
    route: Any = RouteFactory(name="Main line")
    StopFactory(environment=production, version=RouteVersionFactory(route=route))
    said = words(reader.get("/environments/").content.decode())
    assert "Production prod Production Main line 2 eu, us Operations UTC" in said
    said = words(reader.get("/environments/prod/").content.decode())
    assert "Lanes 2 Parts eu, us Owner Operations Zone UTC On routes Main line" in said


def test_a_route_that_left_an_environment_out_no_longer_leads_there(reader: Client):
    route: Any = RouteFactory(name="Main line")
    old: Any = EnvironmentFactory(slug="old", name="Old test")
    StopFactory(environment=old, version=RouteVersionFactory(route=route, number=1))
    StopFactory(environment=EnvironmentFactory(name="New test"), version=RouteVersionFactory(route=route, number=2))
    assert "On routes none" in words(reader.get("/environments/old/").content.decode())
    assert "Main line" not in words(reader.get("/environments/?q=old").content.decode())
    assert "New test" in words(reader.get("/routes/").content.decode())


def test_services_say_what_they_depend_on_both_ways(reader: Client):
    gateway, ledger = ServiceFactory(slug="gateway", name="Gateway", tier=1), ServiceFactory(slug="ledger", name="Ledger")
    DependencyFactory(service=gateway, needs=ledger)
    ServiceFactory(name="Router", parent=gateway)
    said = words(reader.get("/services/gateway/").content.decode())
    assert "Tier 1, the most critical" in said
    assert "Part of — Has parts Router Depends on Ledger Needed by —" in said
    assert "Needed by Gateway" in words(reader.get("/services/ledger/").content.decode())


def test_services_sorted_by_tier_put_those_without_one_last(reader: Client):
    for number, tier in enumerate([None, 2, 1, None, 3]):
        ServiceFactory(slug=f"s{number}", name=f"S{number}", tier=tier)
    assert rows(reader.get("/services/?sort=tier")) == ["S2", "S1", "S4", "S0", "S3"]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/environments/?stage=test", ["Test"]),
        ("/environments/?stage=test&stage=production", ["Production", "Test"]),
        ("/environments/?q=prod", ["Production"]),
        ("/routes/?environment=test", ["Short cut"]),
        ("/routes/?q=short", ["Short cut"]),
    ],
)
def test_filters_and_words_narrow_lists(reader: Client, address: str, found: list[str]):
    EnvironmentFactory(slug="prod", name="Production")
    test: Any = EnvironmentFactory(slug="test", name="Test", stage="test")
    RouteFactory(name="Main line")
    StopFactory(environment=test, version=RouteVersionFactory(route=RouteFactory(name="Short cut")))
    response = reader.get(address)
    assert rows(response) == found
    assert notices(response) == []


def test_the_page_of_a_route_shows_its_newest_stops_in_order(reader: Client):
    route: Any = RouteFactory(slug="main", description="The usual way.")
    StopFactory(environment=EnvironmentFactory(name="Gone"), version=RouteVersionFactory(route=route, number=1))
    version: Any = RouteVersionFactory(route=route, number=2)
    StopFactory(environment=EnvironmentFactory(name="Production"), version=version, position=2, holds="until_it_leaves")
    StopFactory(
        environment=EnvironmentFactory(name="Staging", stage="staging"),
        version=version, position=1, soak_hours=48, soak_unit="working", is_optional=True,
    )  # fmt: skip
    said = words(reader.get("/routes/main/").content.decode())
    assert "Staging Staging · optional soaks 48 working hours holds its place while deploying Production" in said
    assert "holds its place until it leaves" in said
    assert "Gone" not in said
    assert "The usual way." in said


def test_a_route_without_stops_says_so(reader: Client):
    RouteFactory(slug="empty")
    assert "This route has no stops yet." in words(reader.get("/routes/empty/").content.decode())
    assert "no stops yet" in words(reader.get("/routes/").content.decode())


@pytest.mark.parametrize("address", ["/environments/", "/services/", "/routes/"])
def test_empty_lists_say_what_belongs_there(reader: Client, address: str):
    noun = address.strip("/")
    assert f"No {noun} yet" in words(reader.get(address).content.decode())


@pytest.mark.parametrize("address", ["/environments/none/", "/services/a%00b/", "/routes/%2e%2e/"])
def test_what_is_not_there_is_not_found(reader: Client, address: str):
    assert reader.get(address).status_code == 404
