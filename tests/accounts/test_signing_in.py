"""Sign-in and sign-out, and how long a session lasts."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as live_settings
from django.test import Client
from django.utils import timezone

from accounts.actions import people
from accounts.vocabulary import DEMO_PASSWORD
from history.models import Event
from tests.accounts.conftest import PASSWORD


def enter(client, email, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def test_the_right_password_opens_and_signing_out_closes(client, vera_the_viewer):
    assert client.get("/me/").status_code == 302
    assert enter(client, vera_the_viewer.email).status_code == 302
    assert client.get("/me/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/me/").status_code == 302


def test_the_address_is_read_in_any_case(client, vera_the_viewer):
    assert enter(client, "Vera@Example.ORG").status_code == 302


def test_known_and_unknown_addresses_get_the_same_answer(vera_the_viewer):
    known = enter(Client(), vera_the_viewer.email, "wrong")
    unknown = enter(Client(), "nobody@example.org", "wrong")
    strip = lambda response, address: response.content.decode().replace(address, "")  # noqa: E731 - two uses, side by side
    without_token = lambda text: [line for line in text.splitlines() if "csrf" not in line]  # noqa: E731 - the same
    assert known.status_code == unknown.status_code == 200
    assert without_token(strip(known, vera_the_viewer.email)) == without_token(strip(unknown, "nobody@example.org"))
    assert "not correct" in known.content.decode()


def test_deactivated_people_stay_outside(client, vera_the_viewer, operator):
    people.deactivate(vera_the_viewer, by=operator)
    assert enter(client, vera_the_viewer.email)["Location"] == "/accounts/inactive/"
    assert client.get("/me/").status_code == 302


def test_a_deactivated_person_is_out_at_once(vera_the_viewer, operator, browser_of):
    browser = browser_of(vera_the_viewer)
    people.deactivate(vera_the_viewer, by=operator)
    assert browser.get("/me/").status_code == 302


@pytest.mark.parametrize("local", ["operator", "clock", "doorkeeper"])
def test_nobody_signs_in_as_a_built_in_account(client, db, local):
    for password in ("", "!", "!nobody-signs-in-as-this", DEMO_PASSWORD):
        assert enter(client, f"{local}@releasecal.invalid", password).status_code == 200
    assert client.get("/me/").status_code == 302


def test_a_service_account_has_no_sign_in(client, make_person):
    robot = make_person("robot", kind="service")
    assert enter(client, robot.email).status_code == 403
    assert client.get("/me/").status_code == 302


def test_nobody_signs_up(client, db):
    answer = client.post("/accounts/signup/", {"email": "me@example.org", "password1": PASSWORD, "password2": PASSWORD})
    assert "Nobody signs up here" in answer.content.decode()
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(
    ("next_page", "lands"),
    [
        ("/me/", "/me/"),
        ("https://evil.example/", "/start/"),
        ("//evil.example/", "/start/"),
        ("javascript:alert(1)", "/start/"),
        ("https://testserver.evil.example/", "/start/"),
    ],
)
def test_next_leads_to_our_own_pages_only(client, vera_the_viewer, next_page, lands):
    assert enter(client, vera_the_viewer.email, next=next_page)["Location"] == lands


def test_the_session_gets_a_new_key_at_sign_in(client, vera_the_viewer):
    client.get("/accounts/login/")
    session = client.session
    session["kept"] = "from before"
    session.save()
    client.cookies[live_settings.SESSION_COOKIE_NAME] = session.session_key
    enter(client, vera_the_viewer.email)
    assert client.session.session_key != session.session_key


def test_an_idle_session_ends_after_two_hours(vera_the_viewer, browser_of):
    browser, now = browser_of(vera_the_viewer), timezone.now()
    with time_machine.travel(now + timedelta(minutes=119), tick=False):
        assert browser.get("/me/").status_code == 200
    with time_machine.travel(now + timedelta(minutes=119 + 119), tick=False):
        assert browser.get("/me/").status_code == 200
    with time_machine.travel(now + timedelta(minutes=119 + 119 + 121), tick=False):
        assert browser.get("/me/").status_code == 302


def test_a_busy_session_ends_after_twelve_hours(vera_the_viewer, browser_of):
    browser, now = browser_of(vera_the_viewer), timezone.now()
    for hour in range(1, 12):
        with time_machine.travel(now + timedelta(hours=hour), tick=False):
            assert browser.get("/me/").status_code == 200
    with time_machine.travel(now + timedelta(hours=12, minutes=1), tick=False):
        assert browser.get("/me/").status_code == 302


def test_using_a_session_is_written_at_most_once_a_minute(vera_the_viewer, browser_of, django_assert_num_queries):
    browser, now = browser_of(vera_the_viewer), timezone.now()
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        browser.get("/me/")
        seen = browser.session["seen"]
    with time_machine.travel(now + timedelta(minutes=5, seconds=59), tick=False):
        browser.get("/me/")
        assert browser.session["seen"] == seen
    with time_machine.travel(now + timedelta(minutes=6, seconds=1), tick=False):
        browser.get("/me/")
        assert browser.session["seen"] > seen


def test_sessions_are_listed_and_can_be_ended(vera_the_viewer, browser_of):
    here, there = browser_of(vera_the_viewer), browser_of(vera_the_viewer)
    shown = here.get("/me/").context["sessions"]
    assert [session["is_this"] for session in shown].count(True) == 1
    (other,) = [session for session in shown if not session["is_this"]]
    assert here.post(f"/me/sessions/{other['pk']}/end/").status_code == 302
    assert there.get("/me/").status_code == 302
    assert here.get("/me/").status_code == 200


def test_nobody_ends_the_session_of_another(vera_the_viewer, ada_the_administrator, browser_of):
    vera, ada = browser_of(vera_the_viewer), browser_of(ada_the_administrator)
    (session,) = vera.get("/me/").context["sessions"]
    assert ada.post(f"/me/sessions/{session['pk']}/end/").status_code == 404
    assert vera.get("/me/").status_code == 200


def test_failed_sign_ins_are_limited_for_each_account(vera_the_viewer):
    """Five in five minutes; then even the right password waits."""
    for _ in range(5):
        assert "not correct" in enter(Client(), vera_the_viewer.email, "wrong").content.decode()
    assert "Too many failed" in enter(Client(), vera_the_viewer.email).content.decode()


def test_a_forged_forwarding_header_gives_no_new_tries(vera_the_viewer, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "3/m/ip"}
    answers = [
        Client()
        .post(
            "/accounts/login/",
            {"login": f"somebody{n}@example.org", "password": "wrong"},
            headers={"X-Forwarded-For": f"192.0.2.{n}"},
        )
        .content.decode()
        for n in range(4)
    ]
    assert ["Too many failed" in answer for answer in answers] == [False, False, False, True]


@pytest.mark.django_db(transaction=True)
def test_signing_in_leaves_no_event(vera_the_viewer, browser_of):
    before = Event.objects.count()
    browser_of(vera_the_viewer).get("/me/")
    assert Event.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_changed_password_is_told_without_the_password(vera_the_viewer, browser_of):
    browser = browser_of(vera_the_viewer)
    answer = browser.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "quite another secret", "password2": "quite another secret"},
    )
    assert answer.status_code == 302
    event = Event.objects.latest("id")
    assert event.actor_id == vera_the_viewer.pk
    assert [(fact.verb, fact.subject_kind, fact.subject_id) for fact in event.facts.all()] == [
        ("set_password", "user", vera_the_viewer.pk)
    ]
    (change,) = event.changes.filter(table_name="accounts_user")
    assert change.after == {"password": "changed"}
