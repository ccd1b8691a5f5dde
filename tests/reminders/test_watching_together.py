"""What a team watches: who says so, who hears of it, and how one of them is spared."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Membership
from accounts.vocabulary import Role, Scope
from common.refusals import BadInput, NotAllowed
from history.models import Fact
from reminders.actions import subscriptions
from reminders.models import Subscription
from reminders.vocabulary import Attention
from tests import factories
from tests.callers import BASE, Caller, change, in_a_deed
from tests.factories import NOON
from tests.reading import signed_in, words
from tests.reminders.saying import heard, says

DAY = timedelta(days=1)
DUE = NOON - DAY - timedelta(hours=3)
WRITE = (Scope.READ, Scope.WRITE)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lea() -> Any:
    """Who leads the team."""
    return factories.UserFactory(name="Lea")


@pytest.fixture
def mona() -> Any:
    """Who belongs to it."""
    return factories.UserFactory(name="Mona")


@pytest.fixture
def team(lea: Any, mona: Any) -> Any:
    made: Any = factories.TeamFactory(slug="payments", name="Payments", lead=lea)
    in_a_deed(made, lambda: Membership.objects.create(team=made, user=mona))
    return made


@pytest.fixture
def release() -> Any:
    """One that goes into production soon."""
    made: Any = factories.ReleaseFactory(name="Ledger", version="26.3")
    factories.PromotionFactory(release=made, status="requested", requested_at=NOON - 20 * DAY)
    return made


def watches(team: Any, thing: Any, by: Any) -> Subscription:
    return subscriptions.subscribe(thing, Attention.WATCH, by=by, team=team)


def test_whoever_belongs_to_a_team_or_leads_it_hears_of_what_it_watches(team: Any, lea: Any, release: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    watches(team, release, lea)
    assert heard(DUE) == ["Lea", "Mona"]


def test_who_muted_it_for_themselves_is_spared(team: Any, lea: Any, mona: Any, release: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    watches(team, release, lea)
    subscriptions.subscribe(release, Attention.MUTE, by=mona)
    assert heard(DUE) == ["Lea"]


def test_who_left_the_team_or_the_house_does_not_hear_of_it(team: Any, lea: Any, mona: Any, release: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    left: Any = factories.UserFactory(is_active=False)
    in_a_deed(team, lambda: Membership.objects.create(team=team, user=left))
    watches(team, release, lea)
    in_a_deed(team, lambda: Membership.objects.filter(user=mona).delete())
    assert heard(DUE) == ["Lea"]


def test_what_a_team_watches_it_watches_in_a_restricted_thing_only_for_who_may_see_it(team: Any, lea: Any, mona: Any, release: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    watches(team, release, lea)
    change(release, restricted_until=NOON + 9_000 * DAY, release_manager=mona)
    assert heard(DUE) == ["Mona"]


def test_only_who_leads_it_or_administers_says_what_it_watches(team: Any, lea: Any, mona: Any, release: Any):
    for other in (mona, factories.UserFactory(roles=[Role.RELEASE_MANAGER])):
        with pytest.raises(NotAllowed, match="decided by who leads it"):
            watches(team, release, other)
    found = watches(team, release, factories.UserFactory(roles=[Role.ADMINISTRATOR]))
    assert watches(team, release, lea) == found
    with pytest.raises(NotAllowed, match="decided by who leads it"):
        subscriptions.unsubscribe(found, by=mona)
    with pytest.raises(BadInput, match="for themselves"):
        subscriptions.subscribe(release, Attention.MUTE, by=lea, team=team)
    subscriptions.unsubscribe(found, by=lea)
    assert not Subscription.objects.exists()
    facts = Fact.objects.filter(subject_kind="team", subject_id=team.pk, verb__in=["subscribed", "unsubscribed"])
    assert facts.count() == 2
    assert "Ledger" not in str(list(facts.values()))


def test_who_leads_it_says_so_on_its_page_and_the_others_read_it(team: Any, lea: Any, mona: Any, release: Any):
    leads, belongs = signed_in(lea), signed_in(mona)
    assert "Payments" in words(leads.get("/me/reminders/teams/").content.decode())
    answer: Any = leads.post("/me/reminders/teams/payments/", {"subject": f"release:{release.key}"})
    assert (answer.status_code, answer.url) == (302, "/me/reminders/teams/payments/")
    (found,) = Subscription.objects.all()
    page = leads.get("/me/reminders/teams/payments/").content.decode()
    assert "Stop watching" in page
    read_only = belongs.get("/me/reminders/teams/payments/").content.decode()
    assert "Ledger 26.3" in words(read_only)
    assert "Stop watching" not in read_only
    assert belongs.post("/me/reminders/teams/payments/", {"subject": f"release:{release.key}"}).status_code == 403
    assert belongs.post(f"/me/reminders/teams/payments/{found.pk}/end/").status_code == 403
    wrong = leads.post("/me/reminders/teams/payments/", {"subject": "route:1"})
    assert (wrong.status_code, "is nothing to watch" in words(wrong.content.decode())) == (400, True)
    assert leads.post(f"/me/reminders/teams/payments/{found.pk}/end/").status_code == 302
    assert leads.post(f"/me/reminders/teams/payments/{found.pk}/end/").status_code == 404
    stranger = signed_in(factories.UserFactory())
    assert stranger.get("/me/reminders/teams/payments/").status_code == 404


def test_ones_own_page_says_through_which_team_and_mutes_it(team: Any, lea: Any, mona: Any, release: Any):
    watches(team, release, lea)
    browser = signed_in(mona)
    page = words(browser.get("/me/reminders/").content.decode())
    assert "through your team Payments" in page
    given = {"subject": f"release:{release.pk}", "attention": "mute", "from": "mine"}
    answer: Any = browser.post("/me/reminders/subscriptions/", given)
    assert (answer.status_code, answer.url) == (302, "/me/reminders/")
    page = words(browser.get("/me/reminders/").content.decode())
    assert "through your team Payments, and you muted it" in page
    # What is another's to end is not hers, and is not in the lists of what she asked for.
    (of_team,) = Subscription.objects.filter(team=team)
    assert browser.post(f"/me/reminders/subscriptions/{of_team.pk}/end/").status_code == 404


def test_what_one_may_not_see_is_not_named_to_who_belongs_to_the_team(team: Any, lea: Any, mona: Any, release: Any):
    watches(team, release, lea)
    change(release, restricted_until=NOON + 9_000 * DAY)
    for address in ("/me/reminders/", "/me/reminders/teams/payments/"):
        page = words(signed_in(mona).get(address).content.decode())
        assert "Ledger" not in page
        assert "restricted, ask" in page


def test_programs_say_what_a_team_watches_and_read_it(team: Any, lea: Any, mona: Any, release: Any):
    leads, belongs = Caller(user=lea, scopes=WRITE), Caller(user=mona, scopes=WRITE)
    answer = leads.send("POST", "subscriptions/", {"subject": f"release:{release.key}", "team": "payments"})
    body = answer.json()
    assert (answer.status_code, body["team"]["slug"], body["url"]) == (201, "payments", f"{BASE}subscriptions/{body['id']}/")
    assert [row["id"] for row in belongs.rows("subscriptions/")] == [body["id"]]
    assert Caller().rows("subscriptions/") == []
    assert belongs.send("DELETE", f"subscriptions/{body['id']}/").status_code == 403
    refused = belongs.send("POST", "subscriptions/", {"subject": f"release:{release.key}", "team": "payments"})
    assert refused.status_code == 403
    muted = leads.send("POST", "subscriptions/", {"subject": f"release:{release.key}", "team": "payments", "attention": "mute"})
    assert (muted.status_code, list(muted.json()["errors"])) == (400, ["attention"])
    own = belongs.send("POST", "subscriptions/", {"subject": f"release:{release.key}"}).json()
    assert (own["team"], own["id"] != body["id"]) == (None, True)
    assert leads.send("DELETE", f"subscriptions/{body['id']}/").status_code == 204
