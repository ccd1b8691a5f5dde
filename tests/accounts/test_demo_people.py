"""The demo people: there in a demonstration, with one click; nowhere else."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.actions import demo
from accounts.models import Team, User
from accounts.vocabulary import Role
from common.refusals import RuleBroken
from history.models import Event

ADDRESSES = {
    f"{local}@demo.example"
    for local in (
        "admin",
        "pmo",
        "project",
        "release",
        "release2",
        "environment",
        "policy",
        "policy2",
        "security",
        "operations",
        "business",
        "auditor",
        "viewer",
    )
}


@pytest.fixture
def demonstration(settings):
    settings.DEMO = True


@pytest.fixture
def demo_people(demonstration, operator):
    return demo.make_people(by=operator)


def test_there_is_somebody_for_every_role_in_three_zones(demo_people):
    assert {user.email for user in demo_people.values()} == ADDRESSES
    assert set().union(*(user.role_names for user in demo_people.values())) == set(Role.values)
    assert {user.time_zone for user in demo_people.values()} == {"Europe/Berlin", "America/New_York", "Asia/Kolkata"}
    assert Team.objects.get(slug="security").lead == demo_people["security"]


@pytest.mark.parametrize("address", sorted(ADDRESSES))
def test_one_click_signs_in(demo_people, address):
    client = Client()
    assert client.post("/accounts/demo/", {"person": address, "next": "/me/"})["Location"] == "/me/"
    assert client.get("/api/v1/me/").json()["email"] == address


def test_the_sign_in_page_offers_everybody_with_what_they_may(demo_people, client):
    page = client.get("/accounts/login/").content.decode()
    assert [page.count(f'value="{address}"') for address in ADDRESSES] == [1] * len(ADDRESSES)
    assert page.index("PMO lead") < page.index("Release manager") < page.index("Approver") < page.index("Auditor")


def test_their_password_is_demo(demo_people, client):
    assert client.post("/accounts/login/", {"login": "pmo@demo.example", "password": "demo"}).status_code == 302


def test_one_click_needs_the_csrf_token(demo_people):
    assert Client(enforce_csrf_checks=True).post("/accounts/demo/", {"person": "pmo@demo.example"}).status_code == 403


def test_one_click_is_a_post(demo_people, client):
    assert client.get("/accounts/demo/").status_code == 405


def test_one_click_signs_in_nobody_else(demo_people, client, vera_the_viewer):
    for address in (vera_the_viewer.email, "operator@releasecal.invalid", "", "nobody@demo.example"):
        assert client.post("/accounts/demo/", {"person": address}).status_code == 404
    assert client.get("/me/").status_code == 302


class TestOutsideADemonstration:
    """A database that was a demonstration once, started without DEMO."""

    @pytest.fixture(autouse=True)
    def no_longer(self, demo_people, settings):
        settings.DEMO = False

    def test_the_page_offers_nobody(self, client):
        page = client.get("/accounts/login/").content.decode()
        assert "demo" not in page.lower()

    def test_one_click_is_not_there(self, client):
        assert client.post("/accounts/demo/", {"person": "admin@demo.example"}).status_code == 404
        assert client.get("/me/").status_code == 302

    def test_the_password_opens_nothing(self, client):
        assert client.post("/accounts/login/", {"login": "admin@demo.example", "password": "demo"}).status_code == 200
        assert client.get("/me/").status_code == 302

    def test_nobody_can_choose_it(self, client, vera_the_viewer, browser_of):
        answer = browser_of(vera_the_viewer).post(
            "/accounts/password/change/", {"oldpassword": "a long enough secret", "password1": "demo", "password2": "demo"}
        )
        assert answer.status_code == 200
        assert "too short" in answer.content.decode()

    def test_they_cannot_be_made(self, operator):
        with pytest.raises(RuleBroken):
            demo.make_people(by=operator)
        with pytest.raises(CommandError):
            call_command("demo")


@pytest.mark.django_db(transaction=True)
def test_making_them_again_changes_nothing(demonstration, operator):
    demo.make_people(by=operator)
    before = Event.objects.count()
    demo.make_people(by=operator)
    assert Event.objects.count() == before


def test_setup_of_a_demonstration_prints_the_sign_ins(demonstration, db, capsys):
    for _ in range(2):
        call_command("setup")
        printed = capsys.readouterr().out
        assert all(address in printed for address in ADDRESSES)


@pytest.mark.parametrize("demo_mode", [True, False])
def test_setup_without_one_makes_an_administrator_with_a_password_printed_once(db, settings, capsys, client, demo_mode):
    settings.DEMO = demo_mode
    call_command("setup", "--no-demo")
    printed = capsys.readouterr().out
    password = printed.partition("with the password ")[2].split()[0]
    assert client.post("/accounts/login/", {"login": "admin@demo.example", "password": password}).status_code == 302
    assert User.objects.get(email="admin@demo.example").role_names == {
        "Administrator",
        "PMO",
        "Environment manager",
        "Release manager",
    }
    assert User.objects.people().count() == 1
    call_command("setup", "--no-demo")
    printed = capsys.readouterr().out
    assert "exists" in printed
    assert password not in printed
