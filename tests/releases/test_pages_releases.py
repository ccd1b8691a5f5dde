"""The list of releases, and the page of one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.vocabulary import Role
from tests.factories import (
    NOON,
    ArtefactFactory,
    CandidateFactory,
    ContributionFactory,
    DeploymentFactory,
    EnvironmentFactory,
    ItemFactory,
    MembershipFactory,
    OutputFactory,
    PrerequisiteFactory,
    ProgramFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
    TeamFactory,
    UserFactory,
)
from tests.reading import notices, rows, signed_in, words

pytestmark = pytest.mark.usefixtures("in_2026")

LATER = NOON + timedelta(days=365)


def furnished(name: str, *, into: Any = None, **columns: Any) -> Any:
    """A release with everything a row of the list shows, promoted `into` an environment."""
    environment = into or EnvironmentFactory()
    release: Any = ReleaseFactory(name=name, route=RouteFactory(), **columns)
    StopFactory(version=RouteVersionFactory(route=release.route), environment=environment)
    ItemFactory(release=release)
    ContributionFactory(release=release, output=OutputFactory(project=ProjectFactory(program=ProgramFactory())))
    PromotionFactory(release=release, environment=environment)
    return release


def test_strangers_are_led_to_the_sign_in(client: Client, db: None):
    for address in ("/releases/", "/releases/REL-1/", "/promotions/", "/promotions/1/", "/live/"):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"] == f"/accounts/login/?next={address}"


def test_the_list_says_what_travels_and_when_it_moves_next(reader: Client):
    project: Any = ProjectFactory(name="Payments for small companies")
    release = furnished("Gateway", version="26.11", commitment="promised", urgency="break_fix")
    ContributionFactory(release=release, output=OutputFactory(project=project))
    PromotionFactory(
        release=release, environment=EnvironmentFactory(name="Staging"), starts_at=NOON - timedelta(days=3), status="succeeded"
    )
    response = reader.get("/releases/")
    said = words(response.content.decode())
    assert rows(response) == ["Gateway 26.11"]
    assert f"{release.key} Planned promised · break-fix Draft for Environment" in said
    assert "Tue 10 Mar, 13:00–15:00 CET" in said
    assert "Staging 26.11 stands here" in said
    assert "Payments for small companies" in said
    assert "Times in Europe/Berlin" in said
    assert "Sorted by newest first" in said
    assert "1 release" in said


def test_it_costs_the_same_for_one_row_and_for_thirty(reader: Client):
    production: Any = EnvironmentFactory()
    furnished("Gateway 0", into=production)
    reader.get("/releases/")
    with CaptureQueriesContext(connection) as one:
        assert len(rows(reader.get("/releases/"))) == 1
    for number in range(29):
        furnished(f"Gateway {number + 1}", into=production)
    with CaptureQueriesContext(connection) as thirty:
        assert len(rows(reader.get("/releases/"))) == 30
    assert len(one) == len(thirty) == 26


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=draft", ["Draft 1.0.0"]),
        ("?status=draft&status=planned", ["Ledger 1.0.0", "Draft 1.0.0"]),
        ("?urgency=break_fix&status=planned", ["Ledger 1.0.0"]),
        ("?service=ledger", ["Ledger 1.0.0"]),
        ("?q=led", ["Ledger 1.0.0"]),
        ("?q=led+1.0", ["Ledger 1.0.0"]),
        ("?sort=name", ["Draft 1.0.0", "Ledger 1.0.0"]),
    ],
)
def test_filters_and_search_narrow_it(reader: Client, query: str, found: list[str]):
    ReleaseFactory(name="Draft", status="draft")
    ItemFactory(release=ReleaseFactory(name="Ledger", urgency="break_fix"), service=ServiceFactory(slug="ledger"))
    response = reader.get(f"/releases/{query}")
    assert rows(response) == found
    assert notices(response) == []


def test_filters_say_how_many_each_would_give(reader: Client):
    for status in ("draft", "draft", "planned"):
        ReleaseFactory(status=status, urgency="break_fix")
    said = words(reader.get("/releases/?status=planned").content.decode())
    assert "Draft 2 Planned 1 Under way 0" in said
    assert "Planned 0 Break-fix 1 Maintenance 0" in said


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?color=red", "The address asks for “color”, which this page does not know; it was left out."),
        ("?status=purple", "The address has a value of “status” that does not exist; this filter was left out."),
        ("?service=nothing", "The address has a value of “service” that does not exist; this filter was left out."),
        ("?sort=luck", "This list cannot be sorted that way; it is sorted by newest first."),
        ("?cursor=luck", "The address names a place in this list that it does not have; this is its beginning."),
        ("?q=%00", "The search was left out: it takes up to 10 words and 200 characters."),
        ("?tz=Mars/Base", "There is no time zone “Mars/Base”; times are shown in Europe/Berlin."),
        ("?service=%00", "The address has a value of “service” that does not exist; this filter was left out."),
    ],
)
def test_what_it_does_not_understand_falls_back_with_a_notice(reader: Client, query: str, sentence: str):
    ReleaseFactory(name="Ledger")
    response = reader.get(f"/releases/{query}")
    assert rows(response) == ["Ledger 1.0.0"]
    assert notices(response) == [sentence]


def test_a_notice_cannot_smuggle_markup(reader: Client):
    response = reader.get("/releases/?%3Cscript%3E=1&tz=%3Cimg%3E")
    assert b"<script>=" not in response.content
    assert b"<img>" not in response.content
    assert len(notices(response)) == 2


@pytest.mark.parametrize("sort", ["newest", "name"])
def test_pages_walk_the_whole_list_and_back_while_rows_are_added(reader: Client, sort: str):
    for number in range(103):
        ReleaseFactory(name=f"Release {number:03}")
    every = [f"Release {number:03} 1.0.0" for number in range(103)]
    expected = every if sort == "name" else every[::-1]
    first = reader.get(f"/releases/?sort={sort}")
    second = reader.get(f"/releases/{first.context['page'].next}")
    ReleaseFactory(name="Release 000 of another time")
    third = reader.get(f"/releases/{second.context['page'].next}")
    assert rows(first) + rows(second) + rows(third) == expected
    assert third.context["page"].next == ""
    assert rows(reader.get(f"/releases/{third.context['page'].previous}")) == rows(second)
    assert first.context["page"].previous == ""


def test_empty_lists_say_what_belongs_there_and_how_to_clear_filters(reader: Client):
    assert "No releases yet A release is what travels to production." in words(reader.get("/releases/").content.decode())
    ReleaseFactory()
    said = reader.get("/releases/?status=retired&tz=Asia/Tokyo").content.decode()
    assert "No release matches these filters" in words(said)
    assert '<a class="btn btn-primary" href="?tz=Asia%2FTokyo">Clear them</a>' in said


def test_the_page_of_a_release_answers_where_it_is(reader: Client):
    test: Any = EnvironmentFactory(name="Test", stage="test")
    production: Any = EnvironmentFactory(name="Production", time_zone="America/New_York")
    route: Any = RouteFactory(name="Main line")
    version: Any = RouteVersionFactory(route=route)
    StopFactory(version=version, environment=test, position=1)
    StopFactory(version=version, environment=production, position=2)
    release: Any = ReleaseFactory(
        name="Gateway", version="26.11", route=route, status="under_way", risk="", description="Faster refunds."
    )
    candidate: Any = CandidateFactory(release=release)
    item: Any = ItemFactory(release=release, service=ServiceFactory(name="Payments gateway"), version="26.11")
    ArtefactFactory(
        candidate=candidate, item=item, address="https://registry.example/gateway", identity="digest", digest="git:abc1234"
    )
    done: Any = PromotionFactory(release=release, candidate=candidate, environment=test, status="succeeded")
    DeploymentFactory(promotion=done, item=item)
    PromotionFactory(
        release=release, candidate=candidate, environment=production, starts_at=NOON + timedelta(days=14), status="approved"
    )
    output: Any = OutputFactory(name="Consent screens", project=ProjectFactory(name="Open banking"), status="delivered")
    ContributionFactory(release=release, output=output)
    said = words(reader.get(f"/releases/{release.key}/").content.decode())
    assert "Under way Live in Test since Tue 10 Mar, 15:00 CET ." in said
    assert "Test 26.11 stands here · succeeded" in said
    assert "Production next stop · approved planned Tue 24 Mar, 13:00–15:00 CET" in said
    assert "Payments gateway changed to 26.11 https://registry.example/gateway , identity git:abc1234" in said
    assert "Consent screens of Open banking" in said
    assert "Contribution accepted, hard: the release waits for it" in said
    assert "not assessed, treated as high" in said
    assert "Payments gateway Test 26.11 Tue 10 Mar, 15:00 CET still live" in said
    assert "Faster refunds." in said
    assert 'href="https://registry.example/gateway"' in reader.get(f"/releases/{release.key}/").content.decode()


def test_an_address_that_is_no_web_address_is_no_link(reader: Client):
    release: Any = ReleaseFactory()
    item: Any = ItemFactory(release=release)
    ArtefactFactory(candidate=CandidateFactory(release=release), item=item, address="javascript:alert(1)")
    body = reader.get(f"/releases/{release.key}/").content.decode()
    assert "javascript:alert(1)" in body
    assert 'href="javascript' not in body


def test_names_are_escaped(reader: Client):
    release = furnished("<script>alert(1)</script>", description="<b>bold</b>")
    for address in ("/releases/", f"/releases/{release.key}/", "/promotions/"):
        body = reader.get(address).content.decode()
        assert "<script>alert(1)" not in body
        assert "<b>bold" not in body


def test_prerequisites_are_shown_both_ways(reader: Client):
    ledger: Any = ReleaseFactory(name="Ledger")
    gateway: Any = ReleaseFactory(name="Gateway")
    PrerequisiteFactory(release=gateway, needs=ledger)
    assert "Needs live first Ledger 1.0.0" in words(reader.get(f"/releases/{gateway.key}/").content.decode())
    assert "Needed first by Gateway 1.0.0" in words(reader.get(f"/releases/{ledger.key}/").content.decode())


@pytest.mark.parametrize("key", ["REL-0", "REL-99999999999999999999999", "rel-1", "REL-01", "42", "x%00y"])
def test_what_is_no_release_is_not_found(reader: Client, key: str):
    ReleaseFactory()
    response = reader.get(f"/releases/{key}/")
    assert response.status_code == 404
    assert "There is nothing here, or nothing you may see." in words(response.content.decode())


class TestRestriction:
    """A restricted release is seen by its own people only; others see "restricted, ask …" where a visible page refers to it."""

    @pytest.fixture
    def secret(self, db: None) -> Any:
        release: Any = ReleaseFactory(name="Merger", release_manager=UserFactory(name="Rosa Lindqvist"), restricted_until=LATER)
        PromotionFactory(release=release)
        return release

    def test_a_viewer_finds_it_nowhere(self, reader: Client, secret: Any):
        promotion = secret.promotions.get()
        assert rows(reader.get("/releases/")) == rows(reader.get("/promotions/")) == []
        assert "0 releases" in words(reader.get("/releases/").content.decode())
        assert reader.get(f"/releases/{secret.key}/").status_code == 404
        assert reader.get(f"/promotions/{promotion.pk}/").status_code == 404
        assert rows(reader.get("/releases/?q=Merger")) == []

    def test_a_visible_page_that_refers_to_it_says_whom_to_ask(self, reader: Client, secret: Any):
        gateway: Any = ReleaseFactory(name="Gateway")
        PrerequisiteFactory(release=gateway, needs=secret)
        said = reader.get(f"/releases/{gateway.key}/").content.decode()
        assert "restricted, ask Rosa Lindqvist" in words(said)
        assert "Merger" not in said

    def test_its_projects_secret_is_kept_on_its_page_too(self, reader: Client):
        project: Any = ProjectFactory(name="Merger", manager=UserFactory(name="Paul Manager"), restricted_until=LATER)
        release: Any = ReleaseFactory(name="Gateway")
        ContributionFactory(release=release, output=OutputFactory(project=project, name="Secret contract"))
        for address in ("/releases/", f"/releases/{release.key}/"):
            body = reader.get(address).content.decode()
            assert "restricted, ask Paul Manager" in words(body)
            assert "Merger" not in body
            assert "Secret contract" not in body

    def test_its_own_people_and_the_pmo_see_it(self, secret: Any):
        team: Any = TeamFactory()
        MembershipFactory(team=team, user=(member := UserFactory()))
        ItemFactory(release=secret, service=ServiceFactory(owner=team))
        for person in (secret.release_manager, UserFactory(roles=[Role.PMO]), UserFactory(roles=[Role.AUDITOR]), member):
            client = signed_in(person)
            assert rows(client.get("/releases/")) == ["Merger 1.0.0"]
            assert "Restricted to its managers and named teams until" in words(
                client.get(f"/releases/{secret.key}/").content.decode()
            )
