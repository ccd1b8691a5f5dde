"""The links of a message: whoever has it reads it and answers without signing in, for as long as its recipient might."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.vocabulary import Scope
from common.secret_addresses import mask
from history.models import Event
from releases.models import Release
from reminders.models import Delivery, Subscription
from reminders.queries import links
from reminders.queries.links import Answer
from tests.callers import Caller, change
from tests.factories import EnvironmentFactory, PromotionFactory, ReleaseFactory, UserFactory
from tests.reading import words
from tests.reminders.saying import said_at, says

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
#: What a mail program sends (RFC 8058, 3.2).
ONE_CLICK, FORM = "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"


@pytest.fixture
def rosa() -> Any:
    return UserFactory(name="Rosa", time_zone="Europe/Berlin")


@pytest.fixture
def said(rosa: Any) -> Delivery:
    """One mail to Rosa about a promotion of her release, which was sent an hour ago."""
    cache.clear()
    now = timezone.now()
    says("promotion_ahead", -72, unit="hours", on_since=now - 99 * HOUR, name="Promotion ahead")
    times = {"starts_at": now + 70 * HOUR, "ends_at": now + 72 * HOUR, "requested_at": now - 9 * HOUR}
    release: Any = ReleaseFactory(name="Ledger", version="2.1", release_manager=rosa)
    PromotionFactory(release=release, environment=EnvironmentFactory(name="Production"), status="requested", **times)
    said_at(now)
    Delivery.objects.update(state="sent", sent_at=now - HOUR)
    found: Delivery = Delivery.objects.get()
    return found


def page(said: Delivery, answer: Answer) -> str:
    return f"/reminders/links/{links.token(said.number, answer)}/"


def test_without_signing_in_the_page_says_what_the_message_said_and_does_nothing(said: Delivery):
    before = Delivery.objects.values().get()
    for answer in Answer:
        response = Client().get(page(said, answer))
        shown = words(response.content.decode())
        assert response.status_code == 200
        assert "Ledger 2.1 goes into Production; its window opens" in shown
        assert "Production: next stop" in shown
        assert "You get this because you manage the release, by the rule “Promotion ahead”." in shown
    assert Delivery.objects.values().get() == before
    assert not Subscription.objects.exists()


def test_its_address_goes_no_further(said: Delivery):
    for address in (page(said, Answer.SNOOZE), "/reminders/links/nobody-signed-this/"):
        response = Client().get(address)
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
    logged = mask(None, "", {"event": f"GET {page(said, Answer.SNOOZE)} was slow"})
    assert logged == {"event": "GET /reminders/links/…/ was slow"}


def test_who_knows_says_so_with_the_link_alone(said: Delivery):
    response = Client(enforce_csrf_checks=True).post(page(said, Answer.ACKNOWLEDGE))
    assert "Noted: you know of it." in words(response.content.decode())
    said.refresh_from_db()
    assert said.acknowledged_at is not None


def test_what_is_put_off_says_when_it_comes_again_and_a_second_time_that_it_does_anyway(said: Delivery):
    first, second = (Client(enforce_csrf_checks=True).post(page(said, Answer.SNOOZE)) for _ in range(2))
    assert "It comes again" in words(first.content.decode())
    assert (first.status_code, second.status_code) == (200, 409)
    assert "anyway." in words(second.content.decode())
    said.refresh_from_db()
    assert (said.state, said.snoozes) == ("planned", 1)


def test_by_one_click_a_mail_program_has_its_owner_hear_no_more_of_the_release(said: Delivery, rosa: Any):
    release = Release.objects.get()
    for _ in range(2):
        response = Client(enforce_csrf_checks=True).post(page(said, Answer.MUTE), ONE_CLICK, content_type=FORM)
        assert response.status_code == 200
        assert f"You hear no more of {release.key}" in words(response.content.decode())
    asked = Subscription.objects.values_list("user", "subject_kind", "subject_id", "attention")
    assert list(asked) == [(rosa.pk, "release", release.pk, "mute")]
    assert Event.objects.order_by("-pk")[0].actor_id == rosa.pk


@pytest.mark.parametrize("answer", list(Answer))
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_its_recipient_may_not_see_any_more_nobody_reads_with_the_link(said: Delivery, answer: Answer, method: str):
    change(Release.objects.get(), restricted_until=timezone.now() + 9 * HOUR, release_manager=UserFactory())
    response = getattr(Client(), method)(page(said, answer))
    assert response.status_code == 404
    assert "Ledger" not in response.content.decode()
    assert not Subscription.objects.exists()


def test_links_of_those_who_left_lead_nowhere(said: Delivery, rosa: Any):
    change(rosa, is_active=False)
    assert Client().post(page(said, Answer.MUTE)).status_code == 404


def test_a_link_ends_after_thirty_days(said: Delivery, time_machine: Any):
    address = page(said, Answer.ACKNOWLEDGE)
    time_machine.move_to(timezone.now() + links.GOOD_FOR + HOUR)
    response = Client().post(address)
    assert response.status_code == 410
    assert links.OVER in words(response.content.decode())


@pytest.mark.parametrize("change_it", [lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda t: "m" + t[1:], lambda t: "x"])
def test_what_nobody_signed_leads_nowhere(said: Delivery, change_it: Any):
    token = links.token(said.number, Answer.SNOOZE)
    response = Client().post(f"/reminders/links/{change_it(token)}/")
    assert response.status_code == 404
    assert not Subscription.objects.exists()
    assert Delivery.objects.get().snoozes == 0


def test_a_link_that_is_used_without_end_has_to_wait(said: Delivery):
    cache.set(f"reminder-link:{said.pk}", 60, 60)
    response = Client().get(page(said, Answer.MUTE))
    assert (response.status_code, response["Retry-After"]) == (429, "60")


# --- over REST


def test_over_rest_one_answers_what_one_was_told_oneself(said: Delivery, rosa: Any):
    caller = Caller(user=rosa, scopes=(Scope.READ, Scope.WRITE))
    put_off = caller.send("POST", f"deliveries/{said.pk}/snooze/", {})
    assert (put_off.status_code, put_off.json()["state"], put_off.json()["snoozes"]) == (200, "planned", 1)
    assert caller.send("POST", f"deliveries/{said.pk}/snooze/", {}).status_code == 409
    known = caller.send("POST", f"deliveries/{said.pk}/acknowledgement/", {})
    assert (known.status_code, known.json()["acknowledged_at"] is None) == (200, False)


@pytest.mark.parametrize("verb", ["acknowledgement", "snooze"])
def test_over_rest_nobody_answers_for_somebody_else(said: Delivery, verb: str):
    for other in (UserFactory(), UserFactory(roles=["Administrator"])):
        caller = Caller(user=other, scopes=(Scope.READ, Scope.WRITE, Scope.ADMIN))
        assert caller.send("POST", f"deliveries/{said.pk}/{verb}/", {}).status_code == 404
    said.refresh_from_db()
    assert (said.acknowledged_at, said.snoozes) == (None, 0)
