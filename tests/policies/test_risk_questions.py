"""The questions of a policy about the risk of releases: written through both doors, copied, compared, shown."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.vocabulary import Scope
from policies.actions import versions
from policies.models import PolicyVersion, RiskQuestion
from policies.queries.shown import compare
from tests.callers import Caller
from tests.policies.test_writing_standards import on_page
from tests.reading import signed_in, words

pytestmark = pytest.mark.django_db
WRITE = (Scope.READ, Scope.WRITE)
DOORS = pytest.mark.parametrize("door", ["page", "rest"])
YES: dict[str, Any] = {"answer": "Yes: it was rehearsed", "risk": "low"}
NO: dict[str, Any] = {"answer": "No", "risk": "high"}
BACK: dict[str, Any] = {"code": "back", "name": "Can it be taken back?", "answers": [YES, NO]}


def save(door: str, user: Any, *questions: dict[str, Any]) -> Any:
    if door == "rest":
        return Caller(user=user, scopes=WRITE).send("PATCH", "policies/major/versions/1/", {"risk_questions": list(questions)})
    typed = [{**each, "answers": [f"{one['risk']}: {one['answer']}" for one in each["answers"]]} for each in questions]
    rules: dict[str, Any] = {f"{name}_rules": [] for name in ("gate", "approval", "schedule")}
    flat = on_page(rules | {"risk_questions_rules": typed})
    return signed_in(user).post(
        "/policies/major/draft/", {name.replace("_rules-", "-") if "risk" in name else name: value for name, value in flat.items()}
    )


@DOORS
def test_both_doors_write_questions(ingrid: Any, draft: Any, door: str):
    assert save(door, ingrid, BACK).status_code in (200, 302)
    question = RiskQuestion.objects.get()
    assert (question.version, question.code, question.name, question.answers) == (draft, "back", BACK["name"], [YES, NO])
    shown = Caller(user=ingrid).get("policies/major/versions/1/").json()
    assert shown["risk_questions"] == [BACK]
    page = words(signed_in(ingrid).get("/policies/major/versions/1/").content.decode())
    assert "Can it be taken back?" in page
    assert "Yes: it was rehearsed Low risk" in page
    again = signed_in(ingrid).get("/policies/major/draft/").content.decode()
    assert "low: Yes: it was rehearsed\nhigh: No" in again


@DOORS
@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([YES], "leaves nothing to choose"),
        ([YES, {**NO, "risk": "huge"}], "risks are low, medium, high"),
        ([YES, {**NO, "answer": ""}], "risks are low, medium, high"),
        ([YES, YES], "each answer once"),
        ([YES, {**NO, "answer": "N" * 301}], "longer than 300 characters"),
        ([{**NO, "answer": str(number)} for number in range(11)], "at most 10"),
    ],
)
def test_questions_that_hold_no_water_are_refused(ingrid: Any, draft: Any, door: str, answers: Any, said: str):
    answer = save(door, ingrid, {**BACK, "answers": answers})
    assert answer.status_code == (422 if said == "leaves nothing to choose" else 400)
    assert said in (words(answer.content.decode()) if door == "page" else answer.json()["detail"])
    assert not RiskQuestion.objects.exists()


@pytest.mark.parametrize(
    "answers", ["low: No", [{"answer": "No"}], [["low", "No"]], [{"answer": 3, "risk": "low"}], [{**NO, "is": 1}]]
)
def test_json_of_another_shape_is_refused(ingrid: Any, draft: Any, answers: Any):
    answer = save("rest", ingrid, {**BACK, "answers": answers})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["risk_questions"])


def test_the_next_draft_asks_the_same_and_two_versions_are_compared(ingrid: Any, rahul: Any, draft: Any):
    versions.change(draft, {"risk_questions": [BACK]}, by=ingrid)
    versions.publish(draft, by=rahul, at=timezone.now())
    second = versions.draft(draft.policy, by=ingrid)
    assert second.risk_questions.get().answers == [YES, NO]
    versions.change(second, {"risk_questions": [{**BACK, "answers": [{**YES, "risk": "medium"}, NO]}]}, by=ingrid)
    before, after = PolicyVersion.objects.with_rules().order_by("number")
    (difference,) = compare(before, after)
    assert (difference.section, difference.name) == ("Questions about the risk", BACK["name"])
    assert difference.lines == [(YES["answer"], "Low risk", "Medium risk")]
