"""REST `schedule/`: shape, range, filters, cursors, conditions, refusals."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests import factories

SCHEDULE = "/api/v1/schedule/"
MARCH = {"from": "2026-03-01", "to": "2026-04-01"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Any:
    """A project's output in a release that goes into production, a milestone, and the project itself."""

    program = factories.ProgramFactory(code="BANK")
    project = factories.ProjectFactory(
        code="PAY", name="Payments", program=program, starts_on=date(2026, 1, 5), ends_on=date(2026, 3, 20)
    )
    output = factories.OutputFactory(project=project, name="Consent screens", due_on=date(2026, 3, 5))
    milestone = factories.MilestoneFactory(
        project=project, name="Pilot", starts_on=date(2026, 3, 12), ends_on=date(2026, 3, 13), kind="freeze"
    )
    release = factories.ReleaseFactory(name="Gateway", version="26.3", commitment="committed")
    factories.ItemFactory(release=release, service=factories.ServiceFactory(slug="gateway"))
    factories.ContributionFactory(release=release, output=output)
    environment = factories.EnvironmentFactory(slug="prod", name="Production")
    promotion = factories.PromotionFactory(
        release=release, environment=environment, starts_at=datetime(2026, 3, 10, 21, tzinfo=UTC)
    )
    return SimpleNamespace(project=project, output=output, milestone=milestone, release=release, promotion=promotion)


def results(client: Client, **parameters: Any) -> list[dict]:
    answer = client.get(SCHEDULE, MARCH | parameters)
    assert answer.status_code == 200, answer.content
    found: list[dict] = answer.json()["results"]
    return found


def titles(client: Client, **parameters: Any) -> list[str]:
    return [entry["title"] for entry in results(client, **parameters)]


def test_a_promotion_in_full(petra: Client, organisation: Any):
    [entry] = results(petra, kind="promotion")
    key, number = organisation.release.key, organisation.promotion.pk
    assert entry.pop("updated_at").endswith("Z")
    assert entry == {
        "id": f"promotion-{number}",
        "kind": "promotion",
        "title": "Gateway 26.3 → Production",
        "subkind": None,
        "starts_at": "2026-03-10T21:00:00Z",
        "ends_at": "2026-03-10T23:00:00Z",
        "all_day": False,
        "status": "draft",
        "commitment": "committed",
        "environments": ["prod"],
        "services": ["gateway"],
        "projects": ["PAY"],
        "program": None,
        "release": {"key": key, "name": "Gateway", "version": "26.3", "url": f"http://testserver/api/v1/releases/{key}/"},
        "conflicts": 0,
        "html_url": f"http://testserver/promotions/{number}/",
    }


def test_entries_of_whole_days_have_inclusive_days_and_utc_midnights(petra: Client, organisation: Any):
    [entry] = results(petra, kind="milestone")
    assert (entry["all_day"], entry["starts_on"], entry["ends_on"]) == (True, "2026-03-12", "2026-03-13")
    assert (entry["starts_at"], entry["ends_at"]) == ("2026-03-12T00:00:00Z", "2026-03-14T00:00:00Z")
    assert (entry["subkind"], entry["status"], entry["release"], entry["projects"]) == ("freeze", None, None, ["PAY"])


def test_all_kinds_in_the_order_of_their_beginning(petra: Client, organisation: Any):
    assert titles(petra) == ["Payments", "Consent screens", "Gateway 26.3 → Production", "Pilot"]


@pytest.mark.parametrize(
    ("delivered", "forecast", "due", "lies_on"),
    [
        ("2026-03-03", "2026-03-04", "2026-03-05", "2026-03-03"),
        (None, "2026-03-04", "2026-03-05", "2026-03-04"),
        (None, None, "2026-03-05", "2026-03-05"),
        (None, None, None, None),
    ],
)
def test_an_output_lies_on_its_delivery_else_forecast_else_due(petra: Client, delivered, forecast, due, lies_on):
    factories.OutputFactory(delivered_on=delivered, forecast_on=forecast, due_on=due)
    assert [entry["starts_on"] for entry in results(petra, kind="output")] == [lies_on] * bool(lies_on)


@pytest.mark.parametrize(("closed", "last"), [("2026-03-02", "2026-03-02"), (None, "2026-03-20")])
def test_a_project_lies_until_it_closed_else_until_its_planned_end(petra: Client, closed, last):
    factories.ProjectFactory(starts_on=date(2026, 1, 5), ends_on=date(2026, 3, 20), closed_on=closed)
    assert [(entry["starts_on"], entry["ends_on"]) for entry in results(petra, kind="project")] == [("2026-01-05", last)]


def test_a_cancelled_milestone_is_left_out_unless_asked_for(petra: Client):
    factories.MilestoneFactory(cancelled_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert results(petra, kind="milestone") == []
    assert [entry["status"] for entry in results(petra, status="cancelled")] == ["cancelled"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"kind": ["output", "milestone"]}, ["Consent screens", "Pilot"]),
        ({"kind": "freeze"}, []),
        ({"environment": "prod"}, ["Gateway 26.3 → Production"]),
        ({"service": "gateway"}, ["Gateway 26.3 → Production"]),
        ({"project": "PAY"}, ["Payments", "Consent screens", "Gateway 26.3 → Production", "Pilot"]),
        ({"program": "BANK"}, ["Payments", "Consent screens", "Gateway 26.3 → Production", "Pilot"]),
        ({"program": "BANK", "kind": "milestone"}, ["Pilot"]),
        ({"status": ["draft", "active"]}, ["Payments", "Gateway 26.3 → Production"]),
        ({"commitment": "committed"}, ["Gateway 26.3 → Production"]),
        ({"commitment": "idea"}, []),
        ({"q": "consent"}, ["Consent screens"]),
        ({"q": "gateway 26"}, ["Gateway 26.3 → Production"]),
    ],
)
def test_filters(petra: Client, organisation: Any, parameters: dict, expected: list[str]):
    factories.ProjectFactory(name="Other", starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1))
    assert titles(petra, **parameters) == expected
    assert petra.get(SCHEDULE, MARCH | {"count": "true"} | parameters).json()["count"] == len(expected)


def test_the_release_of_a_promotion(petra: Client, organisation: Any):
    factories.PromotionFactory()
    assert titles(petra, release=organisation.release.key) == ["Gateway 26.3 → Production"]


def test_what_was_declined_is_not_carried(petra: Client, organisation: Any):
    declined: Any = factories.ContributionFactory(release=organisation.release, state="declined")
    assert titles(petra, project=declined.output.project.code, kind="promotion") == []
    assert results(petra, kind="promotion")[0]["projects"] == ["PAY"]


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        ("2026-03-10T23:00:00Z", "2026-03-11", 0),
        ("2026-03-10T22:59:59Z", "2026-03-11", 1),
        ("2026-03-10", "2026-03-10T21:00:00Z", 0),
        ("2026-03-10", "2026-03-10T22:00:01%2B01:00", 1),
    ],
)
def test_from_is_inclusive_and_to_exclusive(petra: Client, organisation: Any, start: str, end: str, found: int):
    answer = petra.get(f"{SCHEDULE}?kind=promotion&from={start}&to={end}")
    assert len(answer.json()["results"]) == found


@pytest.mark.usefixtures("in_2026")
def test_the_default_is_the_present_month(petra: Client):
    today = datetime.now(UTC).date()
    factories.MilestoneFactory(name="Now", starts_on=today)
    factories.MilestoneFactory(name="Then", starts_on=today + timedelta(days=62))
    assert [entry["title"] for entry in petra.get(SCHEDULE).json()["results"]] == ["Now"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_cursors_of_any_size_give_the_whole_both_ways(petra: Client, organisation: Any, limit: int):
    whole = [entry["id"] for entry in results(petra)]
    walked, last = walk(petra, f"{SCHEDULE}?from=2026-03-01&to=2026-04-01&limit={limit}", "next")
    assert [number for page in walked for number in page] == whole
    back, _ = walk(petra, last, "previous")
    assert [number for page in reversed(back) for number in page] == whole


def walk(client: Client, address: str, onwards: str) -> tuple[list[list[str]], str]:
    """The ids of every page from an address on, and the address of the last one."""
    pages: list[list[str]] = []
    following: str | None = address
    while following:
        address = following
        page = client.get(address).json()
        pages.append([entry["id"] for entry in page["results"]])
        following = page[onwards]
    return pages, address


def test_fields_are_those_asked_for(petra: Client, organisation: Any):
    assert results(petra, kind="output", fields="id,title") == [
        {"id": f"output-{organisation.output.pk}", "title": "Consent screens"}
    ]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("colour=blue", "colour"),
        ("kind=party", "kind"),
        ("environment=nowhere", "environment"),
        ("project=NONE", "project"),
        ("release=REL-99", "release"),
        ("status=fine", "status"),
        ("from=tomorrow", "from"),
        ("from=2026-02-30", "from"),
        ("from=2026-03-01&to=2026-03-01", "to"),
        ("from=2026-03-01&to=2028-06-01", "to"),
        ("from=2026-03-01T00:00:00", "from"),
        ("to=9999-12-31", "to"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("cursor=abc", "cursor"),
        ("fields=nothing", "fields"),
        ("q=%00", "q"),
        ("from=2026-03-01&from=2026-03-02", "from"),
    ],
)
def test_what_is_not_known_is_refused_by_name(petra: Client, query: str, named: str):
    answer = petra.get(f"{SCHEDULE}?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [named]


def test_without_credentials_there_is_nothing(client: Client):
    assert client.get(SCHEDULE).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_tag_holds_until_a_row_changes(petra: Client, organisation: Any):
    tag = petra.get(SCHEDULE, MARCH)["ETag"]
    assert not tag.startswith("W/")
    unchanged = petra.get(SCHEDULE, MARCH, headers={"If-None-Match": tag})
    # The tag says the minute too, which may have turned meanwhile.
    assert unchanged.status_code == 304 or unchanged["ETag"] != tag
    factories.MilestoneFactory()
    assert petra.get(SCHEDULE, MARCH, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_thirty_entries_of_each_kind_cost_the_queries_of_one(petra: Client, django_assert_num_queries, number: int):
    for _ in range(number):
        release = factories.ReleaseFactory()
        factories.ItemFactory(release=release)
        factories.ContributionFactory(release=release)
        factories.PromotionFactory(release=release)
        factories.MilestoneFactory()
    petra.get(SCHEDULE, MARCH)
    with django_assert_num_queries(9):
        assert len(petra.get(SCHEDULE, MARCH | {"limit": 1000}).json()["results"]) == 5 * number
