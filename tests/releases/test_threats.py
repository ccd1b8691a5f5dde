"""What threatens a release: an output that comes after its window opens, and what it needs live first, planned later."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from releases.verdicts import threatened, threatened_among, threats, threats_of_releases
from tests import factories
from tests.factories import NOON
from tests.reading import rows, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> Any:
    return factories.UserFactory(time_zone="Europe/Berlin")


def waiting(release: Any = None, *, into: Any = None, at: datetime = NOON, status: str = "approved", output: Any = None) -> Any:
    """A promotion whose release waits for an output, by default one that is due the day after."""
    release = release or factories.ReleaseFactory()
    given = {"name": "Consent screens", "status": "in_progress", "due_on": date(2026, 3, 11), "forecast_on": None} | (output or {})
    factories.ContributionFactory(release=release, output=factories.OutputFactory(**given), state="accepted", strength="hard")
    environment = into or factories.EnvironmentFactory(name="Production")
    return factories.PromotionFactory(
        release=release, environment=environment, starts_at=at, ends_at=at + timedelta(hours=2), status=status
    )


def reasons(promotion: Any, user: Any) -> list[str]:
    """In words; all three ways to ask agree."""
    found = [threat.words for threat in threats([promotion.pk], user).get(promotion.pk, [])]
    assert (promotion.pk in threatened_among([promotion.pk])) == bool(found)
    assert threatened().filter(pk=promotion.pk).exists() == bool(found)
    return found


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ({}, ["waits for Consent screens, due Wed 11 Mar, 1 day after the window opens"]),
        ({"due_on": date(2026, 3, 1), "forecast_on": date(2026, 3, 12)}, ["waits for Consent screens, forecast for Thu 12 Mar, 2 days after the window opens"]),
        ({"due_on": date(2027, 1, 1)}, ["waits for Consent screens, due Fri 1 Jan 2027, 297 days after the window opens"]),
        ({"due_on": date(2026, 3, 10)}, []),
        ({"due_on": date(2026, 3, 12), "forecast_on": date(2026, 3, 9)}, []),
        ({"due_on": None}, []),
        ({"status": "delivered"}, []),
        ({"status": "accepted"}, []),
        ({"status": "cancelled"}, []),
    ],
)  # fmt: skip
def test_an_output_threatens_while_it_comes_on_a_later_day(viewer: Any, output: dict[str, Any], said: list[str]):
    assert reasons(waiting(output=output), viewer) == said


@pytest.mark.parametrize(
    ("status", "is_threatened"),
    [("draft", True), ("requested", True), ("approved", True), ("running", False), ("succeeded", False), ("cancelled", False), ("missed", False)],
)  # fmt: skip
def test_only_what_has_not_begun_is_threatened(viewer: Any, status: str, is_threatened: bool):
    assert bool(reasons(waiting(status=status), viewer)) == is_threatened


@pytest.mark.parametrize(("state", "strength"), [("offered", "hard"), ("declined", "hard"), ("accepted", "soft")])
def test_a_release_waits_only_for_what_it_accepted_as_hard(viewer: Any, state: str, strength: str):
    promotion: Any = factories.PromotionFactory(status="approved")
    late = factories.OutputFactory(due_on=date(2027, 1, 1), status="planned")
    factories.ContributionFactory(release=promotion.release, output=late, state=state, strength=strength)
    assert reasons(promotion, viewer) == []


def test_days_are_those_of_the_environment(viewer: Any):
    """An hour before midnight in UTC it is the eleventh in Berlin already."""
    at = datetime(2026, 3, 10, 23, tzinfo=UTC)
    assert reasons(waiting(into=factories.EnvironmentFactory(time_zone="Europe/Berlin"), at=at), viewer) == []
    assert reasons(waiting(into=factories.EnvironmentFactory(time_zone="UTC"), at=at), viewer) != []


@pytest.mark.parametrize(
    ("later", "status", "said"),
    [
        (timedelta(days=2), "draft", ["needs live first Ledger 2.1, planned for Thu 12 Mar, 2 days after the window opens"]),
        (timedelta(hours=1), "approved", ["needs live first Ledger 2.1, planned for Tue 10 Mar, later that day"]),
        (timedelta(), "approved", []),
        (-timedelta(days=1), "approved", []),
        (timedelta(days=2), "cancelled", []),
    ],
)
def test_what_is_needed_first_threatens_while_it_is_planned_later(viewer: Any, later: timedelta, status: str, said: list[str]):
    promotion: Any = factories.PromotionFactory(starts_at=NOON, ends_at=NOON + timedelta(hours=2), status="approved")
    ledger = factories.ReleaseFactory(name="Ledger", version="2.1")
    factories.PrerequisiteFactory(release=promotion.release, needs=ledger)
    at = NOON + later
    factories.PromotionFactory(
        release=ledger, environment=promotion.environment, starts_at=at, ends_at=at + timedelta(hours=1), status=status
    )
    assert reasons(promotion, viewer) == said


def test_what_was_live_there_before_or_goes_elsewhere_threatens_nothing(viewer: Any):
    promotion: Any = factories.PromotionFactory(starts_at=NOON, ends_at=NOON + timedelta(hours=2), status="approved")
    later = {"starts_at": NOON + timedelta(days=3), "ends_at": NOON + timedelta(days=4), "status": "draft"}
    there, elsewhere = factories.ReleaseFactory(), factories.ReleaseFactory()
    for needed in (there, elsewhere):
        factories.PrerequisiteFactory(release=promotion.release, needs=needed)
    before = NOON - timedelta(days=3)
    once = {"starts_at": before, "ends_at": before + timedelta(hours=1), "status": "succeeded"}
    factories.PromotionFactory(release=there, environment=promotion.environment, **once)
    factories.PromotionFactory(release=there, environment=promotion.environment, attempt=2, **later)
    factories.PromotionFactory(release=elsewhere, **later)
    assert reasons(promotion, viewer) == []


def test_what_is_restricted_is_not_named(viewer: Any):
    """Neither its name nor its day; but that there is something, and whom to ask."""
    manager = factories.UserFactory(name="Nora Secret")
    project = factories.ProjectFactory(name="Takeover", manager=manager, restricted_until="2099-01-01T00:00:00Z")
    promotion = waiting(output={"project": project, "name": "Data room"})
    hidden = factories.ReleaseFactory(name="Vault", release_manager=manager, restricted_until="2099-01-01T00:00:00Z")
    factories.PrerequisiteFactory(release=promotion.release, needs=hidden)
    factories.PromotionFactory(
        release=hidden,
        environment=promotion.environment,
        starts_at=NOON + timedelta(days=9),
        ends_at=NOON + timedelta(days=10),
        status="draft",
    )
    assert reasons(promotion, viewer) == [
        "waits for an output (restricted, ask Nora Secret), which comes after the window opens",
        "needs live first another release (restricted, ask Nora Secret), which comes after the window opens",
    ]
    assert "waits for Data room, due Wed 11 Mar, 1 day after the window opens" in reasons(promotion, manager)
    page = signed_in(viewer).get(promotion.release.get_absolute_url()).content.decode()
    assert "Threatened" in page
    assert "Data room" not in page
    assert "Vault" not in page


def test_the_reasons_of_a_release_are_those_of_its_promotions_in_their_order(viewer: Any):
    release: Any = factories.ReleaseFactory()
    waiting(release, into=factories.EnvironmentFactory(name="Production"))
    staging = factories.EnvironmentFactory(name="Staging")
    early = NOON - timedelta(days=1)
    factories.PromotionFactory(release=release, environment=staging, starts_at=early, ends_at=NOON, status="approved")
    assert [threat.into for threat in threats_of_releases([release.pk], viewer)[release.pk]] == ["Staging", "Production"]


def test_it_is_asked_in_one_query_without_any_and_in_the_same_few_for_one_as_for_thirty(viewer: Any):
    calm: Any = factories.PromotionFactory(status="approved")
    with CaptureQueriesContext(connection) as asked:
        assert threats([calm.pk], viewer) == {}
    assert len(asked) == 1
    some = [waiting().pk for _ in range(30)]
    threats(some, viewer)  # whose teams are then known
    for ids in (some[:1], some):
        with CaptureQueriesContext(connection) as asked:
            assert len(threats(ids, viewer)) == len(ids)
        assert len(asked) == 4


# --- on pages, and by REST


def test_lists_are_narrowed_to_what_is_threatened_and_say_why(viewer: Any):
    client: Client = signed_in(viewer)
    waiting(factories.ReleaseFactory(name="Late", version="1"))
    waiting(factories.ReleaseFactory(name="Calm", version="1"), status="succeeded")
    page = client.get("/releases/?threatened=true")
    assert rows(page) == ["Late 1"]
    assert "Threatened: waits for Consent screens, due Wed 11 Mar, 1 day after the window opens" in words(page.content.decode())
    assert rows(client.get("/releases/?threatened=false")) == ["Calm 1"]
    for noun in ("releases", "promotions"):
        for value, number in (("true", 1), ("false", 1)):
            answer = client.get(f"/api/v1/{noun}/?threatened={value}&count=true").json()
            assert (answer["count"], len(answer["results"])) == (number, number)


def test_an_output_says_on_its_own_page_what_it_threatens(viewer: Any):
    release: Any = factories.ReleaseFactory(name="Late", version="1")
    waiting(release)
    waiting(release, into=factories.EnvironmentFactory(name="Staging"), output={"name": "Something else"})
    late = release.contributions.get(output__name="Consent screens").output
    said = words(signed_in(viewer).get(f"/outputs/{late.pk}/").content.decode()).replace(" :", ":")
    assert "It threatens Late 1 into Production: due Wed 11 Mar, 1 day after the window opens" in said
    assert "It threatens Late 1 into Staging: due Wed 11 Mar" in said
    calm = factories.OutputFactory(due_on=date(2026, 3, 1), status="in_progress")
    factories.ContributionFactory(release=release, output=calm, state="accepted", strength="hard")
    assert "It threatens" not in signed_in(viewer).get(f"/outputs/{calm.pk}/").content.decode()


def test_the_list_by_rest_is_another_as_soon_as_an_output_or_a_promotion_moves(viewer: Any, transactional_db: None):
    client: Client = signed_in(viewer)
    address = "/api/v1/releases/?threatened=true"
    tag = client.get(address)["ETag"]
    promotion = waiting()
    answer = client.get(address, headers={"If-None-Match": tag})
    assert [each["key"] for each in answer.json()["results"]] == [promotion.release.key]


def test_the_pages_of_release_and_promotion_say_what_threatens(viewer: Any):
    client: Client = signed_in(viewer)
    promotion = waiting()
    said = "waits for Consent screens , due Wed 11 Mar, 1 day after the window opens"
    page = words(client.get(promotion.release.get_absolute_url()).content.decode())
    assert f"Threatened into Production : {said}" in page
    assert f"Threatened : {said}" in words(client.get(promotion.get_absolute_url()).content.decode())
