"""What releases add to the pages of projects, programs, outputs, environments, services and routes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    NOON,
    ContributionFactory,
    DeploymentFactory,
    EnvironmentFactory,
    ItemFactory,
    OutputFactory,
    ProgramFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    ServiceFactory,
    UserFactory,
)
from tests.reading import words

pytestmark = pytest.mark.usefixtures("in_2026")

LATER = NOON + timedelta(days=365)


def bring(output: Any, service: Any, environment: Any, version: str, *, until: Any = None, days: int = 0) -> Any:
    """An output brought to an environment by a release of its own; the deployment it left."""
    release: Any = ReleaseFactory(name=service.name, version=version)
    if output:
        ContributionFactory(release=release, output=output)
    starts_at = NOON + timedelta(days=days)
    promotion: Any = PromotionFactory(release=release, environment=environment, status="succeeded", starts_at=starts_at)
    item: Any = ItemFactory(release=release, service=service, version=version)
    return DeploymentFactory(promotion=promotion, item=item, ends_at=until)


def read(reader: Client, thing: Any) -> str:
    return words(reader.get(thing.get_absolute_url()).content.decode())


@pytest.fixture
def production(db: None) -> Any:
    return EnvironmentFactory(slug="prod", name="Production")


def test_an_output_shows_its_journey_to_what_is_still_live(reader: Client, production: Any):
    output: Any = OutputFactory(name="Consent screens")
    bring(output, ServiceFactory(name="Gateway"), production, "26.11")
    said = read(reader, output)
    assert "Live in production since Tue 10 Mar, 15:00 CET , and still." in said
    assert "Gateway 26.11 Planned contribution accepted, hard" in said
    assert "Production : succeeded Tue 10 Mar, 13:00–15:00 CET · live since Tue 10 Mar, 15:00 CET" in said


def test_an_output_whose_versions_were_replaced_says_so(reader: Client, production: Any):
    output: Any = OutputFactory()
    bring(output, ServiceFactory(name="Gateway"), production, "26.11", until=NOON + timedelta(days=3))
    said = read(reader, output)
    assert "It was live in production; newer versions have taken its place." in said
    assert "live from Tue 10 Mar, 15:00 CET until Fri 13 Mar, 13:00 CET" in said


def test_an_output_on_its_way_and_one_in_no_release(reader: Client):
    output: Any = OutputFactory()
    assert "In no release yet." in read(reader, output)
    ContributionFactory(output=output, state="declined")
    assert "In no release yet." in read(reader, output)
    ContributionFactory(output=output, state="offered")
    assert "On its way: not in production yet." in read(reader, output)


def test_a_restricted_release_of_an_output_says_whom_to_ask(reader: Client, production: Any):
    output: Any = OutputFactory()
    secret: Any = ReleaseFactory(name="Merger", release_manager=UserFactory(name="Rosa Lindqvist"), restricted_until=LATER)
    ContributionFactory(output=output, release=secret)
    PromotionFactory(release=secret, environment=production)
    for thing in (output, output.project):
        said = read(reader, thing)
        assert "restricted, ask Rosa Lindqvist" in said
        assert "Merger" not in said


def test_a_closed_project_says_as_what_it_lives_on(reader: Client, production: Any):
    project: Any = ProjectFactory(status="closed")
    gateway, ledger, portal = (ServiceFactory(name=name) for name in ("Gateway", "Ledger", "Portal"))
    bring(OutputFactory(project=project), gateway, production, "26.11")
    bring(OutputFactory(project=project), ledger, production, "7.0", until=NOON + timedelta(days=5, hours=2))
    bring(None, ledger, production, "7.1", days=5)
    bring(OutputFactory(project=project), portal, production, "1.0", until=NOON + timedelta(days=9))
    said = read(reader, project)
    assert "Lives on in production as… Gateway in Production 26.11 live since Tue 10 Mar, 15:00 CET , by Gateway 26.11" in said
    assert "Ledger in Production first live Tue 10 Mar, 15:00 CET ; today 7.1 , by Ledger 7.1" in said
    assert "Portal in Production was live from Tue 10 Mar, 15:00 CET ; nothing of it is there today" in said


def test_an_active_project_without_anything_live_says_nothing_of_a_legacy(reader: Client):
    said = read(reader, ProjectFactory())
    assert "Lives on" not in said
    assert "Already in production" not in said


def test_the_journeys_of_a_project_cost_the_same_for_one_output_and_for_thirty(reader: Client, production: Any):
    project: Any = ProjectFactory(status="closed")
    bring(OutputFactory(project=project), ServiceFactory(), production, "1.0")
    read(reader, project)
    with CaptureQueriesContext(connection) as one:
        read(reader, project)
    for number in range(29):
        bring(OutputFactory(project=project), ServiceFactory(), production, f"1.{number}")
    with CaptureQueriesContext(connection) as thirty:
        read(reader, project)
    assert len(one) == len(thirty) == 32


def test_an_environment_shows_what_is_live_what_comes_and_what_went(reader: Client, production: Any):
    bring(None, ServiceFactory(name="Ledger"), production, "7.0")
    PromotionFactory(
        release=ReleaseFactory(name="Gateway"), environment=production, status="approved", starts_at=NOON + timedelta(days=9)
    )
    said = read(reader, production)
    assert "Coming All that is planned Gateway 1.0.0 Approved Thu 19 Mar, 13:00–15:00 CET" in said
    assert "Recent All promotions Ledger 7.0 Succeeded Tue 10 Mar, 13:00–15:00 CET" in said
    assert "Ledger 7.0 Tue 10 Mar, 15:00 CET Ledger 7.0" in said
    assert "All 1, or at another moment" in said


def test_a_service_shows_where_it_is_live_and_its_releases(reader: Client, production: Any):
    service: Any = ServiceFactory(name="Ledger")
    bring(None, service, production, "7.0")
    bring(None, service, EnvironmentFactory(name="Staging", stage="staging"), "7.1", days=1)
    said = read(reader, service)
    assert "Production 7.0 behind Staging: 7.1 Tue 10 Mar, 15:00 CET Ledger 7.0" in said
    assert "Staging 7.1 Wed 11 Mar, 15:00 CET Ledger 7.1" in said
    assert said.count("Succeeded in") == 2


def test_routes_and_programs_show_their_releases(reader: Client):
    route, program = RouteFactory(), ProgramFactory()
    release: Any = ReleaseFactory(name="Gateway", version="26.11", route=route)
    ContributionFactory(release=release, output=OutputFactory(project=ProjectFactory(program=program)))
    other: Any = ReleaseFactory(name="Ledger")
    ContributionFactory(release=other, output=OutputFactory(project=ProjectFactory(program=program)), state="declined")
    for thing in (route, program):
        said = read(reader, thing)
        assert "Gateway 26.11" in said
        assert "Ledger" not in said


def test_what_is_restricted_is_in_no_part_for_others(reader: Client, production: Any):
    service, route, program = ServiceFactory(), RouteFactory(), ProgramFactory()
    secret: Any = ReleaseFactory(name="Merger", route=route, restricted_until=LATER)
    ContributionFactory(release=secret, output=OutputFactory(project=ProjectFactory(program=program)))
    promotion: Any = PromotionFactory(release=secret, environment=production, status="succeeded")
    DeploymentFactory(promotion=promotion, item=ItemFactory(release=secret, service=service))
    for thing in (service, route, program, production):
        assert "Merger" not in read(reader, thing)
