"""OpenID Connect against a real provider: who gets in, as whom, with which roles."""

import http.client
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from accounts.actions import people
from accounts.models import User
from accounts.vocabulary import Role
from history.models import Change, Event
from tests.accounts.provider import provider  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)

NINA = {
    "sub": "nina-1",
    "email": "Nina@example.org",
    "email_verified": True,
    "name": "Nina Newcomer",
    "groups": ["pmo-people", "others"],
}


def sign_in(provider):  # noqa: F811 - the fixture's value
    """Go through the provider as a browser would; the browser and its last answer."""
    client = Client()
    there = client.get("/accounts/oidc/sso/login/?process=login")
    assert there.status_code == 302
    address = urlsplit(there["Location"])
    connection = http.client.HTTPConnection(address.netloc)
    connection.request("GET", f"{address.path}?{address.query}")
    back = urlsplit(connection.getresponse().headers["Location"])
    return client, client.get(f"{back.path}?{back.query}")


@pytest.fixture
def groups(settings):
    settings.OIDC_GROUPS = {"pmo-people": "PMO", "rm-people": "Release manager"}


def test_the_sign_in_page_offers_it(client, provider):  # noqa: F811
    page = client.get("/accounts/login/").content.decode()
    assert "Sign in with Company account" in page


def test_without_a_provider_it_is_not_there(client, db):
    assert "Sign in with" not in client.get("/accounts/login/").content.decode()
    assert client.get("/accounts/oidc/sso/login/").status_code == 404


def test_a_newcomer_gets_an_account_with_the_mapped_roles(provider, groups):  # noqa: F811
    provider.claims = NINA
    browser, answer = sign_in(provider)
    assert answer.status_code == 302
    nina = User.objects.get(email="nina@example.org")
    assert (nina.name, nina.role_names, nina.has_usable_password()) == ("Nina Newcomer", {"PMO"}, False)
    assert browser.get("/me/").status_code == 200


def test_making_the_account_is_an_event_of_the_sign_in_that_names_nobody(provider, groups):  # noqa: F811
    provider.claims = NINA
    sign_in(provider)
    event = Event.objects.latest("id")
    assert event.actor_id == User.objects.doorkeeper().pk
    assert {fact.verb for fact in event.facts.all()} >= {"joined", "changed_roles", "connected"}
    for change in Change.objects.all():
        assert "nina" not in f"{change.before}{change.after}".lower()


def test_roles_follow_the_groups_at_each_sign_in(provider, groups):  # noqa: F811
    provider.claims = NINA
    sign_in(provider)
    provider.claims = NINA | {"groups": ["rm-people"]}
    sign_in(provider)
    assert User.objects.get(email="nina@example.org").role_names == {"Release manager"}
    provider.claims = {key: value for key, value in NINA.items() if key != "groups"}
    sign_in(provider)
    assert User.objects.get(email="nina@example.org").role_names == set()


def test_a_second_sign_in_that_changes_nothing_is_no_event(provider, groups):  # noqa: F811
    provider.claims = NINA
    sign_in(provider)
    before = Event.objects.count()
    sign_in(provider)
    assert Event.objects.count() == before


def test_roles_that_are_not_mapped_stay(provider, groups, operator):  # noqa: F811
    provider.claims = NINA
    sign_in(provider)
    people.set_roles(User.objects.get(email="nina@example.org"), [Role.PMO, Role.AUDITOR], by=operator)
    provider.claims = NINA | {"groups": []}
    sign_in(provider)
    assert User.objects.get(email="nina@example.org").role_names == {"Auditor"}


def test_a_verified_address_finds_the_account_that_is_there(provider, vera_the_viewer):  # noqa: F811
    provider.claims = NINA | {"email": vera_the_viewer.email}
    browser, _ = sign_in(provider)
    assert browser.get("/api/v1/me/").json()["id"] == vera_the_viewer.pk


def test_an_unverified_address_takes_over_nobody(provider, vera_the_viewer):  # noqa: F811
    provider.claims = NINA | {"email": vera_the_viewer.email, "email_verified": False}
    browser, answer = sign_in(provider)
    assert answer.status_code == 403
    assert browser.get("/me/").status_code == 302
    assert User.objects.get(pk=vera_the_viewer.pk).has_usable_password()


def test_a_deactivated_person_does_not_come_back(provider, vera_the_viewer, operator):  # noqa: F811
    people.deactivate(vera_the_viewer, by=operator)
    provider.claims = NINA | {"email": vera_the_viewer.email}
    browser, _ = sign_in(provider)
    assert browser.get("/me/").status_code == 302


def test_a_built_in_account_is_nobody_to_sign_in_as(provider, db):  # noqa: F811
    provider.claims = NINA | {"email": "operator@releasecal.invalid"}
    browser, _ = sign_in(provider)
    assert browser.get("/me/").status_code == 302


def test_somebody_without_an_address_is_refused_in_words(provider):  # noqa: F811
    provider.claims = {"sub": "x", "name": "Nobody"}
    _, answer = sign_in(provider)
    assert answer.status_code == 403
    assert "no e-mail address" in answer.content.decode()


def test_an_answer_with_another_state_is_refused(provider):  # noqa: F811
    provider.claims = NINA
    client = Client()
    client.get("/accounts/oidc/sso/login/?process=login")
    client.get("/accounts/oidc/sso/login/callback/?code=x&state=forged")
    assert client.get("/me/").status_code == 302
    assert not User.objects.filter(email="nina@example.org").exists()


def test_a_group_mapped_to_no_role_stops_the_start(settings):
    settings.OIDC_GROUPS = {"pmo-people": "PMO", "kings": "King"}
    with pytest.raises(SystemCheckError) as stopped:
        call_command("check")
    assert "'King', which is no role" in str(stopped.value)


def test_a_provider_that_is_away_is_said_plainly(provider, settings):  # noqa: F811
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:1"
    answer = Client().get("/accounts/oidc/sso/login/?process=login")
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()
