"""Rules through both doors: everybody reads them, release managers change them."""

from typing import Any

import pytest

from accounts.vocabulary import Role, Scope
from history.models import Fact
from reminders.models import Rule
from tests.callers import Caller
from tests.factories import UserFactory
from tests.reading import rows, signed_in, words
from tests.reminders.saying import LONG_AGO, says

pytestmark = pytest.mark.django_db
DOORS = pytest.mark.parametrize("door", ["page", "rest"])
PAGE = "/reminders/rules/rule-0/"


@pytest.fixture
def rule() -> Rule:
    return says("gate_due", -5, 0, to=["owner", "release_manager"], name="Gate due")


@pytest.fixture
def rosa() -> Any:
    return UserFactory(name="Rosa", roles=[Role.RELEASE_MANAGER])


def save(door: str, user: Any, **changes: Any) -> Any:
    """Change the rule through a door; a page sends all of its fields."""
    if door == "rest":
        return Caller(user=user, scopes=(Scope.READ, Scope.WRITE)).send("PATCH", "reminder-rules/rule-0/", changes)
    there = {"name": "Gate due", "is_on": True, "unit": "working_days", "offsets": [-5, 0], "audiences": ["owner"]}
    given = {**there, "severity": "normal", "channels": ["email"], "assumed_days": 5, **changes}
    sent = {**given, "offsets": ", ".join(map(str, given["offsets"]))} | ({} if given["is_on"] else {"is_on": ""})
    return signed_in(user).post(f"{PAGE}edit/", sent)


@DOORS
def test_both_doors_change_a_rule_and_it_begins_anew(rule: Rule, rosa: Any, door: str):
    answer = save(door, rosa, offsets=[1, -3], audiences=["subscribers", "owner"], severity="urgent")
    assert answer.status_code == (302 if door == "page" else 200), answer.content.decode()
    rule.refresh_from_db()
    assert (rule.offsets, rule.audiences, rule.severity) == ([-3, 1], ["owner", "subscribers"], "urgent")
    assert rule.on_since > LONG_AGO
    assert Fact.objects.filter(verb="changed", subject_kind="rule").count() == 1
    assert "Rosa" in words(signed_in(rosa).get(PAGE).content.decode())


@DOORS
def test_both_doors_switch_one_off(rule: Rule, rosa: Any, door: str):
    save(door, rosa, is_on=False, audiences=["owner", "release_manager"])
    rule.refresh_from_db()
    assert not rule.is_on
    assert "Off: nothing is said of it." in words(signed_in(rosa).get(PAGE).content.decode())


@DOORS
@pytest.mark.parametrize(
    ("changes", "sentence", "statuses"),
    [
        ({"offsets": [-61]}, "An offset lies at most 60 working days before or after; give a smaller one.", (422, 422)),
        ({"offsets": [1, 1]}, "Write whole numbers with commas between them, each once, such as -5, -1.", (400, 400)),
        ({"offsets": ["soon"]}, "Write whole numbers with commas between them, each once, such as -5, -1.", (400, 400)),
        ({"audiences": []}, "Choose at least one.", (400, 400)),
        ({"assumed_days": 61}, "less than or equal to 60", (400, 400)),
    ],
)
def test_both_doors_refuse_with_a_sentence(
    rule: Rule, rosa: Any, door: str, changes: dict[str, Any], sentence: str, statuses: tuple[int, int]
):
    answer = save(door, rosa, **changes)
    assert answer.status_code == statuses[door == "rest"]
    said = words(answer.content.decode()) if door == "page" else str(answer.json()["errors"])
    assert sentence in said
    assert Rule.objects.get().revision == rule.revision


@DOORS
def test_others_only_read(rule: Rule, door: str):
    ole: Any = UserFactory(roles=[Role.PMO])
    assert save(door, ole, offsets=[-1]).status_code == 403
    page = signed_in(ole).get(PAGE)
    assert page.status_code == 200
    assert "/edit/" not in page.content.decode()


def test_the_list_says_when_and_to_whom_and_is_narrowed(rule: Rule, rosa: Any):
    says("promotion_opened", 0, 1, to=["release_manager", "subscribers"], unit="hours", name="Window opened", is_on=False)
    client = signed_in(rosa)
    page = client.get("/reminders/rules/")
    assert rows(page) == ["Gate due", "Window opened"]
    said = words(page.content.decode())
    assert "5 working days before, on the day Whoever it is for, the release manager On" in said
    assert "At the moment, 1 hour after The release manager, subscribers Off" in said
    assert rows(client.get("/reminders/rules/?on=false")) == ["Window opened"]
    assert rows(client.get("/reminders/rules/?q=gate")) == ["Gate due"]
    caller = Caller(user=rosa)
    (only,) = caller.rows("reminder-rules/?occasion=gate_due")
    assert (only["code"], only["offsets"], only["html_url"]) == ("rule-0", [-5, 0], f"http://testserver{PAGE}")


def test_rest_knows_what_the_writer_has_seen(rule: Rule, rosa: Any):
    caller = Caller(user=rosa, scopes=(Scope.READ, Scope.WRITE))
    tag = caller.get("reminder-rules/rule-0/")["ETag"]
    assert caller.send("PATCH", "reminder-rules/rule-0/", {"name": "Due"}, **{"If-Match": tag}).status_code == 200
    assert caller.send("PATCH", "reminder-rules/rule-0/", {"name": "Again"}, **{"If-Match": tag}).status_code == 412
