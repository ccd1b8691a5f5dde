"""What administrators read of deliveries, and what they decide about them, through both doors."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.vocabulary import Role, Scope
from history.models import Fact
from reminders.actions import epochs
from reminders.models import Delivery, Epoch
from tests.callers import Caller
from tests.factories import PromotionFactory, ReleaseFactory, UserFactory
from tests.reading import signed_in, words
from tests.reminders.saying import said_at, says

pytestmark = pytest.mark.django_db
DOORS = pytest.mark.parametrize("door", ["page", "rest"])
ADMIN = (Scope.READ, Scope.WRITE, Scope.ADMIN)
HOUR = timedelta(hours=1)
PAGE = "/reminders/deliveries/"


@pytest.fixture
def ada() -> Any:
    return UserFactory(name="Ada", roles=[Role.ADMINISTRATOR])


@pytest.fixture
def rosa() -> Any:
    return UserFactory(name="Rosa")


@pytest.fixture
def said(rosa: Any) -> Delivery:
    """One reminder to Rosa, about a promotion of her release, which waits to be sent."""
    now = timezone.now()
    says("promotion_ahead", -2, unit="hours", on_since=now - 9 * HOUR, name="Promotion ahead")
    times = {"starts_at": now + HOUR, "ends_at": now + 2 * HOUR, "requested_at": now - 9 * HOUR}
    PromotionFactory(release=ReleaseFactory(name="Ledger", release_manager=rosa), status="requested", **times)
    (delivery,) = said_at(now)
    return delivery


def decide(door: str, user: Any, decision: str) -> Any:
    if door == "page":
        return signed_in(user).post(f"{PAGE}{decision}/", follow=True)
    return Caller(user=user, scopes=ADMIN).send("POST", "deliveries/backlog/", {"decision": decision})


def told(door: str, answer: Any) -> str:
    """What the answer says was done to how many."""
    assert answer.status_code == 200, answer.content.decode()
    return words(answer.content.decode()) if door == "page" else str(answer.json())


def test_the_page_says_how_things_stand_and_why(said: Delivery, ada: Any):
    Delivery.objects.update(state="dead", reason="550 no such person")
    page = signed_in(ada).get(PAGE)
    shown = words(page.content.decode())
    assert "Given up 1" in shown
    assert "Given up 550 no such person Send again…" in shown
    assert "Send again what was given up…" in shown
    assert "Drop what is held" not in shown
    assert signed_in(ada).get(f"{PAGE}?state=sent").content.decode().count("550 no such person") == 0
    assert "550 no such person" in signed_in(ada).get(f"{PAGE}?q=rosa").content.decode()


@DOORS
def test_both_doors_send_again_what_was_given_up(said: Delivery, ada: Any, door: str):
    Delivery.objects.update(state="dead", attempts=6, reason="550")
    assert ("'number': 1" if door == "rest" else "Tried again within minutes: 1.") in told(door, decide(door, ada, "retry"))
    said.refresh_from_db()
    assert (said.state, said.attempts) == ("planned", 0)
    assert Fact.objects.filter(verb="retried_deliveries").count() == 1


@DOORS
def test_both_doors_send_one_again_and_refuse_what_was_not_given_up(said: Delivery, ada: Any, door: str):
    def again() -> Any:
        if door == "page":
            return signed_in(ada).post(f"{PAGE}{said.pk}/retry/")
        return Caller(user=ada, scopes=ADMIN).send("POST", f"deliveries/{said.pk}/retry/", {})

    refused = again()
    assert refused.status_code == 409
    assert "This one was not given up" in refused.content.decode()
    Delivery.objects.update(state="dead", attempts=6)
    answer = again()
    assert answer.status_code == (302 if door == "page" else 200), answer.content.decode()
    said.refresh_from_db()
    assert said.state == "planned"


@DOORS
@pytest.mark.parametrize(("decision", "state"), [("release", "planned"), ("drop", "skipped")])
def test_both_doors_decide_about_what_a_restore_holds(said: Delivery, ada: Any, door: str, decision: str, state: str):
    epochs.look(at=timezone.now())
    epochs.begin_anew()
    epochs.look(at=timezone.now())
    shown = words(signed_in(ada).get(PAGE).content.decode())
    assert "This database came out of a backup" in shown
    asked = words(signed_in(ada).get(f"{PAGE}{decision}/").content.decode())
    assert "1 reminder" in asked
    assert "1" in told(door, decide(door, ada, decision))
    said.refresh_from_db()
    assert said.state == state
    assert Epoch.objects.get().held_until is None


@DOORS
@pytest.mark.parametrize("decision", ["retry", "release", "drop"])
def test_nobody_else_decides(said: Delivery, rosa: Any, door: str, decision: str):
    Delivery.objects.update(state="dead")
    assert decide(door, rosa, decision).status_code == 403
    assert Delivery.objects.get().state == "dead"


def test_rest_lists_ones_own_and_to_administrators_everybodys(said: Delivery, ada: Any, rosa: Any):
    (own,) = Caller(user=rosa).rows("deliveries/")
    assert own["recipient"] == {"id": rosa.pk, "name": "Rosa", "url": None}
    assert (own["rule"]["code"], own["state"], own["audience"]) == ("rule-0", "planned", "release_manager")
    assert own["subject"]["kind"] == "promotion"
    assert own["subject"]["url"] == f"http://testserver/api/v1/promotions/{own['subject']['id']}/"
    assert Caller(user=ada).rows("deliveries/?state=planned&rule=rule-0") == [own]
    assert Caller(user=ada).rows("deliveries/?state=dead") == []
    assert Caller().rows("deliveries/") == []
    assert Caller().get(f"deliveries/{said.pk}/").status_code == 404
    caller = Caller(user=rosa)
    found = caller.get(f"deliveries/{said.pk}/")
    assert found.json() == own
    Delivery.objects.update(state="sent", sent_at=timezone.now())
    again = caller.get(f"deliveries/{said.pk}/", **{"If-None-Match": found["ETag"]})
    assert (again.status_code, again.json()["state"]) == (200, "sent")


def test_the_backlog_is_for_administrators(said: Delivery, ada: Any):
    caller = Caller(user=ada, scopes=ADMIN)
    stand = caller.get("deliveries/backlog/").json()
    assert (stand["waiting"], stand["dead"], stand["held_until"]) == (1, 0, None)
    assert Caller().get("deliveries/backlog/").status_code == 403
    unknown = caller.send("POST", "deliveries/backlog/", {"decision": "forget"})
    assert (unknown.status_code, list(unknown.json()["errors"])) == (400, ["decision"])


def test_the_list_costs_the_same_however_long_it_is(said: Delivery, ada: Any):
    caller = Caller(user=ada)
    one = caller.queries("deliveries/")
    for name in ("Ole", "Pia"):
        Delivery.objects.create(
            reminder=said.reminder,
            recipient=UserFactory(name=name),
            channel="email",
            audience="subscribers",
            next_at=timezone.now(),
        )
    assert len(caller.rows("deliveries/")) == 3
    assert caller.queries("deliveries/") == one
