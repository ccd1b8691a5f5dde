"""What is restricted takes its place on the calendar, and says no more than when, where and whom to ask."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests import factories

SCHEDULE = "/api/v1/schedule/?from=2026-03-01&to=2026-04-01"
FAR = datetime(2099, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def secret() -> Any:
    """A restricted release with a manager, a restricted project, and an open release that carries an output of it."""
    manager = factories.UserFactory(name="Mira the manager")
    project = factories.ProjectFactory(code="HUSH", name="Hush project", restricted_until=FAR)
    output = factories.OutputFactory(project=project, name="Hush output")
    milestone = factories.MilestoneFactory(project=project, name="Hush milestone")
    service = factories.ServiceFactory(slug="hush-service")
    release = factories.ReleaseFactory(name="Hush release", restricted_until=FAR, release_manager=manager)
    factories.ItemFactory(release=release, service=service)
    factories.ContributionFactory(release=release, output=output)
    environment = factories.EnvironmentFactory(slug="prod", name="Production")
    promotion = factories.PromotionFactory(release=release, environment=environment)
    open_release = factories.ReleaseFactory(name="Open release")
    factories.ContributionFactory(release=open_release, output=output)
    factories.PromotionFactory(release=open_release, environment=environment, starts_at=datetime(2026, 3, 11, tzinfo=UTC))
    return SimpleNamespace(manager=manager, project=project, release=release, promotion=promotion, milestone=milestone)


def entries(client: Client, more: str = "") -> list[dict]:
    answer = client.get(SCHEDULE + more)
    assert answer.status_code == 200, answer.content
    found: list[dict] = answer.json()["results"]
    return found


def test_it_shows_only_when_and_where_and_whom_to_ask(vera: Client, secret: Any):
    shadow, shown = entries(vera)
    assert shadow == {
        "id": f"promotion-{secret.promotion.pk}",
        "kind": "promotion",
        "title": "restricted, ask Mira the manager",
        "subkind": None,
        "starts_at": "2026-03-10T12:00:00Z",
        "ends_at": "2026-03-10T14:00:00Z",
        "all_day": False,
        "status": None,
        "commitment": None,
        "environments": ["prod"],
        "services": [],
        "projects": [],
        "program": None,
        "release": None,
        "conflicts": 0,
        "html_url": None,
        "updated_at": None,
        "restricted": True,
    }
    assert (shown["title"], shown["projects"]) == ("Open release 1.0.0 → Production", [])


@pytest.mark.parametrize("view", ["month", "agenda"])
def test_on_the_page_it_has_no_name_and_no_link(vera: Client, secret: Any, view: str):
    page = vera.get(f"/?view={view}&date=2026-03-10").content.decode()
    assert "restricted, ask Mira the manager" in page
    assert 'class="entry k-promotion restricted' in page
    assert "Open release" in page
    assert "hush" not in page.lower()
    assert f"/promotions/{secret.promotion.pk}/" not in page
    assert secret.release.key not in page


def test_it_is_counted_nowhere(vera: Client, petra: Client, secret: Any):
    def counted(client: Client) -> str:
        page = client.get("/?date=2026-03-10").content.decode()
        return page.partition('name="kind" value="promotion"')[2].partition('choice-count">')[2][0]

    assert (counted(vera), counted(petra)) == ("1", "2")


@pytest.mark.parametrize(
    ("more", "titles"),
    [
        ("&environment=prod", ["restricted, ask Mira the manager", "Open release 1.0.0 → Production"]),
        ("&kind=promotion", ["restricted, ask Mira the manager", "Open release 1.0.0 → Production"]),
        ("&kind=milestone", []),
        # What would tell something of it finds it not.
        ("&service=hush-service", []),
        ("&status=draft", ["Open release 1.0.0 → Production"]),
        ("&commitment=planned", ["Open release 1.0.0 → Production"]),
        ("&q=hush", []),
        ("&q=release", ["Open release 1.0.0 → Production"]),
    ],
)
def test_filters_tell_nothing_of_it(vera: Client, secret: Any, more: str, titles: list[str]):
    assert [entry["title"] for entry in entries(vera, more)] == titles


@pytest.mark.parametrize("value", ["project=HUSH", "release=REL-{}"])
def test_its_name_is_as_unknown_as_one_that_does_not_exist(vera: Client, secret: Any, value: str):
    answer = vera.get(f"{SCHEDULE}&{value.format(secret.release.pk)}")
    assert answer.status_code == 400
    unknown = vera.get(f"{SCHEDULE}&{value.split('=', maxsplit=1)[0]}=REL-999999").json()["detail"]
    assert answer.json()["detail"].replace(value.format(secret.release.pk).split("=")[1], "REL-999999") == unknown


def test_those_who_may_see_it_see_all_of_it(petra: Client, secret: Any):
    titles = {entry["title"] for entry in entries(petra)}
    assert titles == {
        "Hush project",
        "Hush output",
        "Hush milestone",
        "Hush release 1.0.0 → Production",
        "Open release 1.0.0 → Production",
    }
    client = Client()
    client.force_login(secret.manager)
    assert "Hush release 1.0.0 → Production" in {entry["title"] for entry in entries(client)}


def test_nobody_sees_what_was_kept_for_another(petra: Client, vera: Client, secret: Any):
    address = "/?date=2026-03-10"
    assert b"Hush" in petra.get(address).content
    assert b"Hush" not in vera.get(address).content
    assert b"Hush" in petra.get(address).content


def test_its_card_says_no_more(vera: Client, secret: Any):
    page = vera.get(f"/schedule/card/promotion-{secret.promotion.pk}/").content.decode()
    assert "restricted, ask Mira the manager" in page
    assert "Hush" not in page
    assert vera.get(f"/schedule/card/milestone-{secret.milestone.pk}/").status_code == 404


def test_shadows_stand_in_the_order_of_time(vera: Client, secret: Any):
    for day in (2, 20):
        factories.PromotionFactory(
            release=secret.release,
            candidate=secret.promotion.candidate,
            environment=factories.EnvironmentFactory(),
            starts_at=datetime(2026, 3, day, tzinfo=UTC),
        )
    factories.MilestoneFactory(project=None, starts_on=date(2026, 3, 15))
    whole = [entry["id"] for entry in entries(vera)]
    walked, address = [], f"{SCHEDULE}&limit=1"
    while address:
        answer = vera.get(address).json()
        walked += [entry["id"] for entry in answer["results"]]
        address = answer["next"]
    assert walked == whole
    assert len(whole) == 5
