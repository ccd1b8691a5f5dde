"""Everybody lands on the answer to their own question after signing in."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import absences
from accounts.vocabulary import Role
from history.deeds import deed, record
from tests import factories
from tests.approving import asks, team_of
from tests.reading import notices, rows, signed_in, words
from tests.standards import standard

pytestmark = pytest.mark.django_db
UNFINISHED = ["approved", "draft", "paused", "requested", "running"]


def landing(user: Any) -> tuple[str, dict[str, list[str]]]:
    """The page somebody is led on to, and what it is asked."""
    address = urlsplit(signed_in(user).get("/start/")["Location"])
    return address.path, parse_qs(address.query)


def test_the_pmo_and_who_only_reads_land_on_the_calendar():
    for roles in ([Role.PMO], [Role.PMO, Role.RELEASE_MANAGER], [Role.AUDITOR], []):
        assert landing(factories.UserFactory(roles=roles)) == ("/", {})


def test_a_release_manager_lands_on_what_waits_for_them_with_a_way_to_what_is_ahead():
    rita = factories.UserFactory(email="rita@example.org", roles=[Role.RELEASE_MANAGER])
    assert landing(rita) == ("/approvals/", {})
    way = re.search(r'href="(/promotions/[^"]*)">What is ahead of my releases', signed_in(rita).get("/approvals/").text)
    assert way is not None
    asked = {"release_manager": ["rita@example.org"], "status": UNFINISHED, "sort": ["earliest"]}
    assert parse_qs(urlsplit(unescape(way[1])).query) == asked


def test_whoever_a_policy_asks_lands_on_what_waits_for_them():
    sven, tom = factories.UserFactory(), factories.UserFactory()
    asks({"team": team_of(sven)})
    now = timezone.now()
    absences.announce(sven, by=sven, delegate=tom, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=1))
    assert landing(sven) == landing(tom) == ("/approvals/", {})
    gated = factories.UserFactory()
    standard(gates=[{"name": "Scan read", "owner_role": "", "owner_team": team_of(gated)}], slug="gated")
    assert landing(gated) == ("/approvals/", {})


@pytest.mark.parametrize("roles", [[Role.ENVIRONMENT_MANAGER], []])
def test_a_team_that_decides_nothing_lands_on_what_goes_into_production(roles: list[str]):
    priya = factories.UserFactory(roles=roles)
    factories.MembershipFactory(user=priya)
    assert landing(priya) == ("/promotions/", {"stage": ["production"], "status": UNFINISHED, "sort": ["earliest"]})


def test_nobody_is_led_to_the_sign_in(client: Client):
    assert client.get("/start/")["Location"] == "/accounts/login/?next=/start/"


def test_who_comes_by_the_front_door_is_not_held_to_the_calendar(client: Client):
    assert client.get("/")["Location"] == "/accounts/login/"
    assert client.get("/?view=agenda")["Location"] == "/accounts/login/?next=/%3Fview%3Dagenda"


def test_signing_in_leads_there_and_to_the_page_that_was_asked_for(client: Client, settings: Any):
    user: Any = factories.UserFactory()
    user.set_password("correct horse battery")
    given = {"login": user.email, "password": "correct horse battery"}
    with deed(by=user):
        user.save()
        record(user, "equipped", by=user)
    assert client.post("/accounts/login/", given | {"next": "/live/"})["Location"] == "/live/"
    assert Client().post("/accounts/login/", given)["Location"] == "/start/"


def test_the_list_says_what_comes_next_and_what_of_it_is_threatened():
    rita: Any = factories.UserFactory(roles=[Role.RELEASE_MANAGER], time_zone="UTC")
    client = signed_in(rita)
    soon = timezone.now().replace(hour=22, minute=0, second=0, microsecond=0) + timedelta(days=3)
    for at, name in enumerate(["Gateway", "Ledger"]):
        release: Any = factories.ReleaseFactory(name=name, version="1", release_manager=rita)
        starts_at = soon + timedelta(days=at)
        factories.PromotionFactory(
            release=release,
            environment=factories.EnvironmentFactory(name="Production"),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            status="draft",
        )
    late = factories.OutputFactory(due_on=(soon + timedelta(days=9)).date(), status="planned")
    factories.ContributionFactory(release=release, output=late, state="accepted", strength="hard")
    factories.PromotionFactory(status="draft", starts_at=soon - timedelta(days=1), ends_at=soon)
    overlooked: Any = factories.ReleaseFactory(name="Overlooked", version="1", release_manager=rita)
    factories.PromotionFactory(
        release=overlooked, status="draft", starts_at=soon - timedelta(days=9), ends_at=soon - timedelta(days=8)
    )
    asked = {"release_manager": rita.email, "status": UNFINISHED, "sort": "earliest"}
    page = client.get("/promotions/", asked)
    assert notices(page) == []
    assert rows(page) == ["Overlooked 1", "Gateway 1", "Ledger 1"]
    said = words(page.content.decode())
    assert "3 promotions to come · the window of 1 has passed · next Gateway 1 into Production," in said
    assert "1 threatened" in said
    assert f"Threatened: waits for {late.name}, due" in said
    assert rows(client.get("/promotions/", asked | {"threatened": "true"})) == ["Ledger 1"]


def test_a_list_of_something_else_says_no_such_thing():
    client = signed_in(factories.UserFactory())
    for address in (
        "/promotions/",
        "/promotions/?status=draft",
        "/promotions/?status=draft&status=failed&sort=earliest",
        "/releases/",
    ):
        assert 'class="answer ahead"' not in client.get(address).content.decode()
    assert "Nothing of this is ahead." in client.get("/promotions/?status=draft&sort=earliest").content.decode()
