"""Giving the address of a chat, trying it, taking it away, and what is said there: on the pages and over REST."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection

from accounts.vocabulary import AccountKind, Scope
from common.refusals import NotAllowed
from history.models import Change, Fact
from reminders import tasks
from reminders.actions import chat_addresses, delivering, quiet_channels
from reminders.channels.chat.addresses import read
from reminders.models import ChatAddress, Delivery
from reminders.vocabulary import SWITCHED_OFF, Channel
from tests import factories
from tests.callers import BASE, Caller
from tests.factories import NOON
from tests.reading import signed_in, words
from tests.reminders.chat.servers import Server
from tests.reminders.saying import said_at, says

pytestmark = pytest.mark.django_db

TOKEN = "3ccdd113474722377935511fc85d3dd4"
OTHER = "mmosts://chat.example.org/" + "b" * 26
DUE = NOON - timedelta(days=1, hours=3)
WRITE = (Scope.READ, Scope.WRITE)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rosa() -> Any:
    """The release's manager."""
    return factories.UserFactory(name="Rosa")


@pytest.fixture
def caller(rosa: Any) -> Caller:
    return Caller(user=rosa, scopes=WRITE)


def address(server: Server) -> str:
    return f"mmost://{server.place}/{TOKEN}"


def ahead(rosa: Any, **rule: Any) -> None:
    """Something that is said to Rosa by chat at DUE."""
    says("promotion_ahead", -1, channels=["chat"], **rule)
    release: Any = factories.ReleaseFactory(name="Payments", version="26.3", release_manager=rosa)
    factories.PromotionFactory(release=release, status="requested", requested_at=NOON - timedelta(days=20))


def deliver(at: Any = DUE) -> int:
    return delivering.deliver(Channel.CHAT, clock=lambda: at, patience=timedelta(seconds=20), stop=lambda: False)


def test_what_is_due_comes_to_the_chat_of_who_gave_one(rosa: Any, server: Server):
    chat_addresses.put(read(address(server)), by=rosa)
    ahead(rosa)
    assert [one.channel for one in said_at(DUE)] == ["chat"]
    assert deliver() == 1
    ((_, _, body),) = server.heard
    assert "Payments 26.3 goes into" in body
    assert Delivery.objects.get().state == "sent"


@pytest.mark.parametrize("has_one", [True, False])
def test_who_gave_none_or_switched_it_off_hears_nothing_by_chat(rosa: Any, server: Server, has_one: bool):
    ahead(rosa)
    if has_one:
        chat_addresses.put(read(address(server)), by=rosa)
        quiet_channels.switch(Channel.CHAT, is_on=False, by=rosa)
    assert said_at(DUE) == []


@pytest.mark.parametrize("taken", [True, False])
def test_who_takes_it_away_or_switches_it_off_is_not_told_what_waits(rosa: Any, server: Server, taken: bool):
    found = chat_addresses.put(read(address(server)), by=rosa)
    ahead(rosa)
    said_at(DUE)
    if taken:
        chat_addresses.remove(found, by=rosa)
    else:
        quiet_channels.switch(Channel.CHAT, is_on=False, by=rosa)
    assert deliver() == 0
    assert server.heard == []
    one = Delivery.objects.get()
    assert (one.state, one.reason) == ("skipped", "they have no address of a chat" if taken else SWITCHED_OFF)


def test_a_server_that_is_away_is_asked_again_and_one_that_refuses_is_not(rosa: Any, server: Server):
    chat_addresses.put(read(address(server)), by=rosa)
    ahead(rosa)
    said_at(DUE)
    server.says = [(503, {}, b"later"), (404, {}, b"no such hook")]
    assert deliver() == 0
    one = Delivery.objects.get()
    assert (one.state, one.reason, one.attempts) == ("failed", "503 later", 1)
    assert deliver(one.next_at) == 0
    one.refresh_from_db()
    assert (one.state, one.reason) == ("dead", "404 no such hook")


def test_what_a_lost_worker_was_saying_comes_again_and_says_so(rosa: Any, server: Server):
    chat_addresses.put(read(address(server)), by=rosa)
    ahead(rosa)
    said_at(DUE)
    Delivery.objects.update(state="handing_over", claim_token=uuid4(), lease_until=DUE)
    assert deliver() == 1
    assert "It may have come before." in server.heard[0][2]


def test_one_is_given_replaced_and_removed_on_the_page(rosa: Any, server: Server):
    browser = signed_in(rosa)
    assert "Add a chat" in words(browser.get("/me/reminders/").content.decode())
    answer: Any = browser.post("/me/reminders/chat/", {"address": address(server)})
    assert (answer.status_code, answer.url) == (302, "/me/reminders/")
    page = browser.get("/me/reminders/").content.decode()
    assert f"Mattermost at {server.place}" in words(page)
    assert "Chat on" in words(page)
    form = browser.get("/me/reminders/chat/").content.decode()
    assert TOKEN not in page + form
    assert browser.post("/me/reminders/chat/", {"address": OTHER}).status_code == 302
    assert ChatAddress.objects.get().host == "chat.example.org"
    assert "Say nothing more at Mattermost at chat.example.org?" in words(
        browser.get("/me/reminders/chat/removal/").content.decode()
    )
    assert browser.post("/me/reminders/chat/removal/").status_code == 302
    assert not ChatAddress.objects.exists()
    assert "Chat on" not in words(browser.get("/me/reminders/").content.decode())
    for gone in ("chat/removal/", "chat/test/"):
        assert browser.post(f"/me/reminders/{gone}").status_code == 404


def test_what_is_no_address_stands_at_the_field_with_how_to_mend_it(rosa: Any):
    answer = signed_in(rosa).post("/me/reminders/chat/", {"address": "mmosts://10.0.0.1/" + TOKEN})
    assert answer.status_code == 400
    assert "10.0.0.1 lies in a private or reserved network" in words(answer.content.decode())


def test_programs_give_replace_and_remove_one(caller: Caller, server: Server):
    assert caller.get("me/chat-address/").status_code == 404
    answer = caller.send("PUT", "me/chat-address/", {"address": address(server)})
    body = answer.json()
    assert answer.status_code == 200
    assert (body["service"], body["host"], body["url"]) == ("mmosts", server.place, f"{BASE}me/chat-address/")
    assert (body["test_asked_at"], body["tested_at"], body["test_problem"]) == (None, None, None)
    read_again = caller.get("me/chat-address/")
    assert (read_again.json(), read_again["ETag"]) == (body, answer["ETag"])
    assert caller.get("me/chat-address/", **{"If-None-Match": answer["ETag"]}).status_code == 304
    assert TOKEN not in read_again.content.decode()
    assert Caller().get("me/chat-address/").status_code == 404
    changed = caller.send("PUT", "me/chat-address/", {"address": OTHER}, **{"If-Match": answer["ETag"]})
    assert (changed.status_code, changed.json()["host"]) == (200, "chat.example.org")
    for method in ("PUT", "DELETE"):
        body_of = {"address": OTHER + "c"} if method == "PUT" else None
        assert caller.send(method, "me/chat-address/", body_of, **{"If-Match": answer["ETag"]}).status_code == 412
    assert caller.send("DELETE", "me/chat-address/").status_code == 204
    assert caller.send("DELETE", "me/chat-address/").status_code == 404


@pytest.mark.parametrize("body", [{}, {"address": 1}, {"address": ""}, {"address": "json://x"}, {"address": OTHER, "b": 1}])
def test_programs_are_told_what_is_wrong(caller: Caller, body: Any):
    answer = caller.send("PUT", "me/chat-address/", body)
    assert (answer.status_code, len(answer.json()["errors"])) == (400, 1)


def test_the_same_again_changes_nothing(caller: Caller):
    first = caller.send("PUT", "me/chat-address/", {"address": OTHER})
    assert caller.send("PUT", "me/chat-address/", {"address": OTHER}).json() == first.json()


def test_a_service_account_and_another_person_may_not(rosa: Any):
    robot: Any = factories.UserFactory(kind=AccountKind.SERVICE)
    assert Caller(user=robot, scopes=WRITE).send("PUT", "me/chat-address/", {"address": OTHER}).status_code == 403
    found = chat_addresses.put(read(OTHER), by=rosa)
    other: Any = factories.UserFactory()
    with pytest.raises(NotAllowed):
        chat_addresses.remove(found, by=other)
    with pytest.raises(NotAllowed):
        chat_addresses.ask_for_trial(found, by=other, at=NOON)


def test_it_lies_sealed_and_history_tells_only_that_there_is_one(rosa: Any, server: Server):
    found = chat_addresses.put(read(address(server)), by=rosa)
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM reminders_chataddress c")
        assert TOKEN not in cursor.fetchone()[0]
    chat_addresses.put(read(OTHER), by=rosa)
    chat_addresses.remove(found, by=rosa)
    changes = str(list(Change.objects.filter(table_name="reminders_chataddress").values()))
    assert "chat.example.org" not in changes
    assert server.place not in changes
    assert found.sealed not in changes
    verbs = Fact.objects.filter(subject_kind="user", subject_id=rosa.pk).values_list("verb", flat=True)
    assert list(verbs.order_by("pk")) == ["made", "gave_chat_address", "gave_chat_address", "took_chat_address_away"]


# --- trying it


@pytest.mark.parametrize(
    ("status", "problem", "said"), [(200, "", "arrived."), (403, "403 go away", "did not arrive: 403 go away.")]
)
def test_a_test_is_asked_for_made_by_a_worker_once_and_told(
    rosa: Any, caller: Caller, server: Server, status: int, problem: str, said: str
):
    browser = signed_in(rosa)
    browser.post("/me/reminders/chat/", {"address": address(server)})
    assert "Nothing was tried yet." in words(browser.get("/me/reminders/").content.decode())
    server.says = [(status, {}, b"go away" if problem else b"ok")]
    with time_machine.travel(NOON, tick=False):
        assert browser.post("/me/reminders/chat/test/").status_code == 302
        assert "A test is on its way" in words(browser.get("/me/reminders/").content.decode())
        assert caller.send("POST", "me/chat-address/test/").status_code == 409
        tasks.deliver("chat")
        tasks.deliver("chat")
        body = caller.get("me/chat-address/").json()
    ((_, _, text),) = server.heard
    assert "This address works: reminders come here." in text
    assert (body["test_problem"], body["tested_at"]) == (problem, "2026-03-10T12:00:00Z")
    assert said in words(browser.get("/me/reminders/").content.decode())


def test_a_test_that_a_worker_was_lost_with_is_not_made_again(rosa: Any, server: Server):
    found = chat_addresses.put(read(address(server)), by=rosa)
    chat_addresses.ask_for_trial(found, by=rosa, at=NOON)
    ChatAddress.objects.update(trial_at=NOON, trial_problem=chat_addresses.BEGUN)
    assert chat_addresses.make_trials(clock=lambda: NOON, stop=lambda: False) == 0
    assert server.heard == []
    # A minute later there may be another one.
    chat_addresses.ask_for_trial(found, by=rosa, at=NOON + MINUTE)
    assert chat_addresses.trials_waiting(at=NOON + MINUTE) == 1
    assert chat_addresses.make_trials(clock=lambda: NOON + MINUTE, stop=lambda: False) == 1
    assert ChatAddress.objects.get().trial_problem == ""


def test_a_test_that_nobody_made_within_an_hour_is_forgotten(rosa: Any, server: Server):
    found = chat_addresses.put(read(address(server)), by=rosa)
    chat_addresses.ask_for_trial(found, by=rosa, at=NOON)
    assert chat_addresses.make_trials(clock=lambda: NOON + 60 * MINUTE, stop=lambda: False) == 0
    assert server.heard == []
