"""Webhooks through both doors: administrators write them, release managers and auditors look at them, nobody else knows of them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.vocabulary import Role, Scope
from history.models import Fact
from reminders.actions import calling, telling
from reminders.models import Webhook, WebhookMessage
from tests.callers import Caller, change
from tests.factories import NOON, UserFactory
from tests.reading import rows, signed_in, words
from tests.reminders.listening import Ear, commit, hook, listening

pytestmark = pytest.mark.django_db
DOORS = pytest.mark.parametrize("door", ["page", "rest"])
GIVEN: dict[str, Any] = {"name": "Pipeline", "target": "https://ci.example.org/hook", "kinds": ["promotion.approved", "release.*"]}


@pytest.fixture
def ada() -> Any:
    return UserFactory(name="Ada", email="ada@example.org", roles=[Role.ADMINISTRATOR])


@pytest.fixture
def ear(settings: Any) -> Iterator[Ear]:
    with listening(settings) as found:
        yield found


def send(door: str, user: Any, path: str, given: dict[str, Any] | None = None, method: str = "POST") -> Any:
    """Write through a door; a page sends lists with commas."""
    if door == "rest":
        scopes = (Scope.READ, Scope.WRITE, Scope.ADMIN)
        return Caller(user=user, scopes=scopes).send(method, f"webhooks/{path}", given or {})
    form = {name: ", ".join(value) if isinstance(value, list) else value for name, value in (given or {}).items()}
    return signed_in(user).post(f"/webhooks/{path}", form)


def secret_in(answer: Any, door: str) -> str:
    if door == "rest":
        return str(answer.json()["secret"])
    found = re.search(r'id="secret" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


@DOORS
def test_both_doors_make_one_and_tell_its_secret_once(ada, door):
    answer = send(door, ada, "" if door == "rest" else "new/", GIVEN)
    assert answer.status_code == (201 if door == "rest" else 200), answer.content.decode()
    made = Webhook.objects.get()
    assert (made.name, made.target, made.kinds, made.owner, made.is_on) == (*GIVEN.values(), ada, True)
    secret = secret_in(answer, door)
    assert secret.startswith("whsec_")
    assert "no-store" in answer["Cache-Control"]
    commit()
    page = signed_in(ada).get(f"/webhooks/{made.pk}/")
    assert secret not in page.content.decode()
    assert secret not in Caller(user=ada).get(f"webhooks/{made.pk}/").content.decode()
    assert "Ada made the webhook Pipeline" in words(page.content.decode())


@DOORS
@pytest.mark.parametrize(
    ("changes", "sentence", "status"),
    [
        ({"target": "https://10.1.2.3/hook"}, "10.1.2.3 lies in a private or reserved network", 422),
        ({"target": "http://ci.example.org/hook"}, "Calls go out by https only; write the address with https://.", 422),
        ({"kinds": ["promotion.approved", "release.eaten"]}, "“release.eaten” is no kind; choose of those listed", 400),
        ({"kinds": ["user.joined"]}, "“user.joined” is no kind", 400),
        ({"kinds": []}, "", 400),
        ({"owner": "gone@example.org"}, "can't sign in, and so sees nothing that could be told", 422),
    ],
)
def test_both_doors_refuse_with_a_sentence(ada, door, changes, sentence, status):
    UserFactory(email="gone@example.org", is_active=False)
    answer = send(door, ada, "" if door == "rest" else "new/", GIVEN | changes)
    assert answer.status_code == (status if door == "rest" else 400 if status == 400 else status), answer.content.decode()
    said = words(answer.content.decode()) if door == "page" else str(answer.json()["errors"])
    assert sentence in said
    assert not Webhook.objects.exists()


@DOORS
def test_both_doors_change_switch_renew_and_delete(ada, ear, door):
    webhook, first = hook(ear)
    one, is_rest = f"{webhook.pk}/", door == "rest"
    olga: Any = UserFactory(name="Olga", email="olga@example.org")
    given = GIVEN | {"owner": "olga@example.org"}
    send(door, ada, one if is_rest else f"{one}edit/", given | ({} if is_rest else {"is_on": "on"}), "PATCH")
    webhook.refresh_from_db()
    assert (webhook.name, webhook.target, webhook.kinds, webhook.owner) == (*GIVEN.values(), olga)
    for is_on in (False, True):
        send(door, ada, one if is_rest else f"{one}switch/", {"is_on": is_on} if is_rest else None, "PATCH")
        webhook.refresh_from_db()
        assert webhook.is_on == is_on
    assert webhook.on_since > NOON
    second = secret_in(send(door, ada, f"{one}secret/"), door)
    assert second not in ("", first)
    webhook.refresh_from_db()
    assert webhook.earlier_until is not None
    answer = send(door, ada, one if is_rest else f"{one}delete/", None, "DELETE")
    assert answer.status_code == (204 if is_rest else 302)
    assert not Webhook.objects.exists()
    verbs = Fact.objects.filter(subject_kind="webhook").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["created", "changed", "switched_off", "switched_on", "renewed_secret", "deleted"]


@DOORS
def test_both_doors_test_one_and_tell_it_again(ada, ear, door):
    webhook, secret = hook(ear)
    answer = send(door, ada, f"{webhook.pk}/test/")
    assert answer.status_code == (201 if door == "rest" else 302), answer.content.decode()
    (message,) = WebhookMessage.objects.all()
    ear.says = [(418, {}, "<b>no</b> \0 café".encode())]
    again = f"{webhook.pk}/messages/{message.pk}/redelivery/"
    assert send(door, ada, again).status_code == 409
    calling.call(clock=timezone.now, patience=calling.SHARE, stop=lambda: False)
    WebhookMessage.objects.update(state="dead")
    assert send(door, ada, again).status_code == (200 if door == "rest" else 302)
    (said, *_) = ear.verified(secret)
    assert said["type"] == "webhook.test"
    assert said["data"]["sentence"] == "This is a test of the webhook “Pipeline 0”."
    page = signed_in(ada).get(f"/webhooks/{webhook.pk}/messages/").content.decode()
    assert "418" in page
    assert "&lt;b&gt;no&lt;/b&gt;  café" in page
    assert "WebhookMessage" not in page
    (row,) = Caller(user=ada).rows(f"webhooks/{webhook.pk}/messages/?state=planned")
    assert (row["kind"], row["status"], row["answer"], row["number"]) == ("webhook.test", 418, "<b>no</b>  café", ear.numbers[0])
    assert Caller(user=ada).get(row["url"]).json()["id"] == message.pk
    change(webhook, is_on=False)
    assert send(door, ada, f"{webhook.pk}/test/").status_code == 409


@pytest.mark.parametrize(("role", "sees"), [(Role.RELEASE_MANAGER, True), (Role.AUDITOR, True), (Role.PMO, False)])
def test_others_look_at_most_and_never_at_what_was_answered(ear, role, sees):
    webhook, _ = hook(ear)
    telling.test(webhook, by=User.objects.operator(), at=NOON)
    rita: Any = UserFactory(roles=[role])
    browser, caller = signed_in(rita), Caller(user=rita, scopes=list(Scope))
    assert browser.get("/webhooks/").status_code == (200 if sees else 403)
    assert len(caller.rows("webhooks/")) == int(sees)
    page = browser.get(f"/webhooks/{webhook.pk}/")
    assert page.status_code == (200 if sees else 404)
    assert "webhook.test" not in page.content.decode()
    for address in ("messages/", "edit/", "switch/", "secret/", "test/", "delete/"):
        assert browser.get(f"/webhooks/{webhook.pk}/{address}").status_code == (403 if sees else 404)
    assert caller.get(f"webhooks/{webhook.pk}/messages/").status_code == (403 if sees else 404)
    for method, address in (("PATCH", ""), ("DELETE", ""), ("POST", "secret/"), ("POST", "test/")):
        assert caller.send(method, f"webhooks/{webhook.pk}/{address}", {}).status_code == (403 if sees else 404)
    assert Webhook.objects.count() == WebhookMessage.objects.count() == 1


def test_the_lists_cost_the_same_whatever_they_hold(ada, ear, django_assert_num_queries):
    webhook, _ = hook(ear)
    caller = Caller(user=ada)
    counted = []
    for _ in range(2):
        telling.test(webhook, by=User.objects.operator(), at=NOON)
        counted.append([caller.queries("webhooks/"), caller.queries(f"webhooks/{webhook.pk}/messages/")])
        hook(ear, owner=ada)
    assert counted[0] == counted[1]
    assert rows(signed_in(ada).get("/webhooks/?q=pipeline&on=true")) == ["Pipeline 0", "Pipeline 1", "Pipeline 2"]
    assert len(caller.rows("webhooks/?on=false")) == 0


def test_rest_knows_what_the_writer_has_seen_and_lists_the_kinds(ada, ear):
    webhook, _ = hook(ear)
    caller = Caller(user=ada, scopes=(Scope.READ, Scope.ADMIN))
    tag = caller.get(f"webhooks/{webhook.pk}/")["ETag"]
    assert caller.get(f"webhooks/{webhook.pk}/", **{"If-None-Match": tag}).status_code == 304
    assert caller.send("PATCH", f"webhooks/{webhook.pk}/", {"name": "Due"}, **{"If-Match": tag}).status_code == 200
    assert caller.send("PATCH", f"webhooks/{webhook.pk}/", {"name": "Again"}, **{"If-Match": tag}).status_code == 412
    told = {each["subject"]: each["kinds"] for each in caller.get("webhooks/kinds/").json()["results"]}
    assert "promotion.approved" in told["promotion"]
    without = Caller(user=ada, scopes=(Scope.READ, Scope.WRITE))
    assert without.send("DELETE", f"webhooks/{webhook.pk}/").status_code == 403


def test_an_answer_that_is_told_again_for_a_key_has_no_secret(ada):
    caller = Caller(user=ada, scopes=(Scope.READ, Scope.ADMIN))
    first, second = (caller.send("POST", "webhooks/", GIVEN, **{"Idempotency-Key": "one"}) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["secret"]
    assert not second.json().get("secret")
    assert Webhook.objects.count() == 1
