"""REST: environments, services and routes."""

from typing import Any

import pytest

from environments.models import Dependency
from tests.callers import BASE, Caller, in_a_deed
from tests.factories import EnvironmentFactory, RouteFactory, RouteVersionFactory, ServiceFactory, StopFactory, TeamFactory

pytestmark = pytest.mark.django_db


def whole_service() -> Any:
    service: Any = ServiceFactory(owner=TeamFactory(), parent=ServiceFactory())
    needed: Any = ServiceFactory()
    in_a_deed(service, lambda: Dependency.objects.create(service=service, needs=needed))
    return service


def whole_route() -> Any:
    stop: Any = StopFactory()
    return stop.version.route


def test_an_environment_is_shown_as_its_import_names_it():
    EnvironmentFactory(
        slug="prod", name="Production", lanes=2, parts=["east", "west"], owner=TeamFactory(slug="ops", name="Operations")
    )
    (row,) = Caller().rows("environments/?stage=production&owner=ops")
    shown = ("slug", "name", "stage", "lanes", "parts", "time_zone", "owner", "region")
    assert {name: row[name] for name in shown} == {
        "slug": "prod",
        "name": "Production",
        "stage": "production",
        "lanes": 2,
        "parts": ["east", "west"],
        "time_zone": "UTC",
        "owner": {"slug": "ops", "name": "Operations", "url": None},
        "region": "",
    }


def test_a_service_names_its_parent_and_what_it_needs():
    service = ServiceFactory(slug="pay", parent=ServiceFactory(slug="bank", name="Bank"), tier=1)
    needed = [ServiceFactory(slug=slug, name=slug.title()) for slug in ("queue", "ledger")]
    for each in needed:
        in_a_deed(service, lambda each=each: Dependency.objects.create(service=service, needs=each))
    row = Caller().get("services/pay/").json()
    assert row["parent"] == {"slug": "bank", "name": "Bank", "url": f"{BASE}services/bank/"}
    assert [each["slug"] for each in row["depends_on"]] == ["ledger", "queue"]
    assert [each["slug"] for each in Caller().rows("services/?depends_on=ledger")] == ["pay"]
    assert [each["slug"] for each in Caller().rows("services/?tier=1")] == ["pay"]


def test_a_route_shows_the_stops_of_its_newest_version():
    route = RouteFactory(slug="usual")
    old, new = (RouteVersionFactory(route=route, number=number) for number in (1, 2))
    StopFactory(version=old, environment=EnvironmentFactory(slug="attic"))
    StopFactory(version=new, environment=EnvironmentFactory(slug="prod", name="Production"), position=2)
    StopFactory(version=new, environment=EnvironmentFactory(slug="test", stage="test"), position=1, soak_hours=24)
    row = Caller().get("routes/usual/").json()
    assert row["version"] == 2
    assert [(stop["environment"]["slug"], stop["position"], stop["soak_hours"]) for stop in row["stops"]] == [
        ("test", 1, 24),
        ("prod", 2, 0),
    ]
    assert row["stops"][1]["environment"] == {"slug": "prod", "name": "Production", "url": f"{BASE}environments/prod/"}
    assert [each["slug"] for each in Caller().rows("routes/?environment=test")] == ["usual"]


@pytest.mark.parametrize(
    ("address", "make", "queries", "rows"),
    [
        ("environments/", lambda: EnvironmentFactory(owner=TeamFactory()), 3, 1),
        ("services/", whole_service, 4, 3),
        ("routes/", whole_route, 5, 1),
    ],
)
def test_lists_cost_the_same_for_one_row_and_for_thirty(address: str, make: Any, queries: int, rows: int):
    caller = Caller()
    make()
    assert (len(caller.rows(address)), caller.queries(address)) == (rows, queries)
    for _ in range(29):
        make()
    assert (len(caller.rows(address)), caller.queries(address)) == (30 * rows, queries)


def test_names_are_case_sensitive_and_others_are_not_there():
    caller = Caller()
    EnvironmentFactory(slug="Prod")
    assert caller.get("environments/Prod/").status_code == 200
    for name in ("prod", "Prod%00", "..", "%F0%9F%98%80"):
        assert caller.get(f"environments/{name}/").status_code == 404


def test_codes_page_in_their_order():
    caller = Caller()
    slugs = sorted(["a", "B", "b", "Z.1", "z-1", "z_1", "0"])
    for slug in slugs:
        EnvironmentFactory(slug=slug)
    assert [row["slug"] for row in caller.walk("environments/?limit=2")] == [row["slug"] for row in caller.rows("environments/")]
    assert sorted(row["slug"] for row in caller.rows("environments/")) == slugs
