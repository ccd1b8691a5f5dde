"""The risk of a release comes from the questions of its policies: asking, answering through both doors, asking again."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.vocabulary import Role, Scope
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken, Stale
from history.deeds import deed
from history.models import Fact
from policies.actions import policies, versions
from policies.models import Policy, PolicyVersion
from policies.queries import Traits, questionnaire, standards
from policies.verdicts import highest
from releases.actions import assessments, items, releases
from releases.models import Assessment, Gate
from releases.queries.assessments import risks_standing
from tests.callers import Caller
from tests.factories import ItemFactory, PromotionFactory, ReleaseFactory, ServiceFactory, UserFactory
from tests.reading import notices, signed_in, words

pytestmark = pytest.mark.django_db
WRITE = (Scope.READ, Scope.WRITE)
HIT: dict[str, Any] = {
    "code": "hit",
    "name": "Who is hit?",
    "answers": [{"answer": "Nobody", "risk": "low"}, {"answer": "One team", "risk": "medium"}, {"answer": "All", "risk": "high"}],
}
BACK: dict[str, Any] = {
    "code": "back",
    "name": "Can it be taken back?",
    "answers": [{"answer": "Yes", "risk": "low"}, {"answer": "No", "risk": "high"}],
}
CALM = {"hit": "Nobody", "back": "Yes"}
GATE: dict[str, Any] = {
    "code": "watched",
    "name": "Watched",
    "area": "testing",
    "stage": "production",
    "ask": "Does somebody watch?",
    "owner_role": Role.RELEASE_MANAGER.value,
}


def publish(slug: str = "asking", **says: Any) -> PolicyVersion:
    """The next version of a policy, in force."""
    owner, clock = User.objects.operator(), User.objects.clock()
    policy = Policy.objects.filter(slug=slug).first() or policies.create(by=owner, slug=slug, name=slug.capitalize())
    drafted = versions.draft(policy, says, by=owner)
    with deed(by=clock):
        return versions.publish(drafted, by=clock, at=timezone.now())


def assess(release: Any, by: Any, answers: Any = CALM, **more: Any) -> Assessment:
    made: Assessment = assessments.assess(release, answers, by=by, at=timezone.now(), **more)
    release.refresh_from_db()
    return made


@pytest.fixture
def rita() -> Any:
    """The manager of the release, and of no other."""
    return UserFactory(name="Rita")


@pytest.fixture
def release(rita: Any) -> Any:
    return ReleaseFactory(release_manager=rita, size="minor", risk="")


@pytest.mark.parametrize(
    ("answers", "risk"),
    [
        (CALM, "low"),
        ({**CALM, "hit": "One team"}, "medium"),
        ({**CALM, "hit": "All"}, "high"),
        ({"hit": "One team", "back": "No"}, "high"),
    ],
)
def test_the_highest_risk_that_an_answer_stands_for_is_the_risk_of_the_release(
    release: Any, rita: Any, answers: dict[str, str], risk: str
):
    publish(risk_questions=[HIT, BACK])
    made = assess(release, rita, answers)
    assert (release.risk, made.risk, made.by, made.release) == (risk, risk, rita, release)
    assert [entry["answer"] for entry in made.answers] == [answers["hit"], answers["back"]]
    fact = Fact.objects.get(verb="assessed")
    assert (fact.subject_kind, fact.data["risk"], fact.data["columns"]) == ("release", risk, ["risk"])


def test_the_highest_of_several_levels():
    assert [highest(each) for each in (["low"], ["medium", "low"], ["low", "high", "medium"])] == ["low", "medium", "high"]


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_assess(release: Any, rita: Any, door: str):
    publish(risk_questions=[HIT, BACK])
    if door == "rest":
        caller = Caller(user=rita, scopes=WRITE)
        asked = caller.get(f"releases/{release.key}/questionnaire/").json()
        assert (asked["risk"], asked["holds"], [each["given"] for each in asked["questions"]]) == ("", False, [None, None])
        assert asked["questions"][1]["answers"] == BACK["answers"]
        answers = [{"question": each["question"], "answer": each["answers"][0]["answer"]} for each in asked["questions"]]
        answer = caller.send("POST", f"releases/{release.key}/assessments/", {"answers": answers})
        assert (answer.status_code, answer.json()["risk"], answer.json()["by"]["name"]) == (201, "low", "Rita")
        assert caller.get(f"releases/{release.key}/assessments/{answer.json()['id']}/").json() == answer.json()
        asked = caller.get(f"releases/{release.key}/questionnaire/").json()
        assert (asked["risk"], asked["holds"], [each["given"] for each in asked["questions"]]) == ("low", True, ["Nobody", "Yes"])
    else:
        client = signed_in(rita)
        address = f"/releases/{release.key}/assessment/"
        fields = list(client.get(address).context["form"].fields)
        refused = client.post(address, {fields[0]: "Nobody"})
        assert refused.status_code == 400
        assert "Choose an answer." in words(refused.content.decode())
        answer = client.post(address, {fields[0]: "Nobody", fields[1]: "Yes"}, follow=True)
        assert notices(answer) == ["The risk is assessed."]
        assert "Low by the questionnaire, answered by Rita" in words(answer.content.decode())
    release.refresh_from_db()
    assert release.risk == "low"


def test_only_the_side_of_the_release_assesses_while_it_is_open_and_as_it_was_seen(release: Any, rita: Any):
    publish(risk_questions=[HIT, BACK])
    with pytest.raises(NotAllowed):
        assess(release, UserFactory(roles=[Role.PMO]))
    with pytest.raises(Stale):
        assess(release, rita, seen={release.revision + 1})
    releases.cancel(release, reason="Withdrawn", by=rita, at=timezone.now())
    with pytest.raises(IllegalMove):
        assess(release, rita)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"hit": "Nobody"}, "“Can it be taken back?” (back) has no answer"),
        ({**CALM, "hit": "nobody"}, "“nobody” is no answer to “Who is hit?” (hit); choose one of: “Nobody”; “One team”; “All”."),
        ({**CALM, "weather": "Fine"}, "Nothing is asked as “weather”"),
    ],
)
def test_answers_that_are_none_are_refused_and_nothing_is_written(release: Any, rita: Any, answers: Any, said: str):
    publish(risk_questions=[HIT, BACK])
    with pytest.raises(RuleBroken) as refused:
        assess(release, rita, answers)
    assert said in refused.value.sentence
    assert not Assessment.objects.exists()
    assert not Fact.objects.filter(verb="assessed").exists()


def test_where_nothing_is_asked_nothing_is_answered(release: Any, rita: Any):
    publish(sizes=["major"], risk_questions=[HIT])
    with pytest.raises(Conflict):
        assess(release, rita)
    assert signed_in(rita).get(f"/releases/{release.key}/assessment/").status_code == 409
    page = signed_in(rita).get(release.get_absolute_url()).content.decode()
    assert "questionnaire" not in words(page)


def test_a_page_that_was_opened_before_the_question_changed_answers_nothing(release: Any, rita: Any):
    publish(risk_questions=[HIT, BACK])
    client, address = signed_in(rita), f"/releases/{release.key}/assessment/"
    fields = list(client.get(address).context["form"].fields)
    publish(risk_questions=[HIT, {**BACK, "name": "Can it NOT be taken back?"}])
    assert client.post(address, {fields[0]: "Nobody", fields[1]: "Yes"}).status_code == 400
    assert not Assessment.objects.exists()


def test_an_assessment_is_never_changed(release: Any, rita: Any):
    publish(risk_questions=[HIT, BACK])
    made = assess(release, rita)
    for sql in ("UPDATE releases_assessment SET risk = 'high'", "DELETE FROM releases_assessment"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Assessment.objects.get() == made


def test_questions_of_a_published_version_are_never_changed():
    version = publish(risk_questions=[HIT])
    row = (
        f"INSERT INTO policies_riskquestion (version_id, code, name, answers) VALUES ({version.pk}, 'late', 'Late?', '[]')",
        "UPDATE policies_riskquestion SET name = 'Other'",
        "DELETE FROM policies_riskquestion",
    )
    for sql in row:
        with pytest.raises(DatabaseError, match="published"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_the_risk_decides_which_policies_a_release_has_to_meet(release: Any, rita: Any):
    publish(risk_questions=[HIT, BACK])
    publish("careful", risks=["high"], gate_rules=[GATE])
    PromotionFactory(release=release)
    items.add(release, service=ServiceFactory(), by=rita)
    assert Gate.objects.get().is_asked, "not assessed counts as high"
    assess(release, rita)
    assert not Gate.objects.get().is_asked
    assess(release, rita, {**CALM, "hit": "All"})
    assert Gate.objects.get().is_asked


def test_every_policy_asks_whatever_the_risk_and_the_same_question_is_asked_once():
    publish("one", risk_questions=[HIT, BACK])
    publish("two", risks=["high"], risk_questions=[HIT, {**BACK, "name": "Is there a way back?"}])
    publish("other", sizes=["major"], risk_questions=[{**HIT, "code": "never"}])
    asked = questionnaire(standards(), Traits("planned", "minor", "low", "software", None))
    found = [(each.key, each.text, [policy.slug for policy in each.policies]) for each in asked]
    assert found == [
        ("hit", "Who is hit?", ["one", "two"]),
        ("one/back", "Can it be taken back?", ["one"]),
        ("two/back", "Is there a way back?", ["two"]),
    ]


def test_other_questions_ask_again_and_leave_alone_what_was_said_by_hand(release: Any, rita: Any):
    publish(risk_questions=[HIT, BACK])
    by_hand = ReleaseFactory(risk="low")
    lowered = ReleaseFactory(risk="", release_manager=rita)
    for each in (release, by_hand, lowered):
        PromotionFactory(release=each)
    assess(release, rita)
    assess(lowered, rita, {**CALM, "hit": "All"})
    releases.change(lowered, {"risk": "medium"}, by=rita, at=timezone.now())
    publish(risk_questions=[HIT, BACK], note="The same")
    release.refresh_from_db()
    assert release.risk == "low", "what was answered still answers it"
    publish(risk_questions=[HIT, BACK, {**BACK, "code": "data", "name": "Does it move data?"}])
    found = []
    for each in (release, by_hand, lowered):
        each.refresh_from_db()
        found.append(each.risk)
    assert found == ["", "low", "medium"]
    assert Fact.objects.get(verb="asked_risk_again").subject_id == release.pk
    page = words(signed_in(rita).get(release.get_absolute_url()).content.decode())
    assert "it has to be assessed again" in page
    assert risks_standing([release])[release.pk].given == CALM
    assess(release, rita, {**CALM, "data": "Yes"})
    assert release.risk == "low"


def test_another_size_or_a_service_of_another_tier_asks_again(release: Any, rita: Any):
    publish(sizes=["minor"], risk_questions=[BACK])
    publish("critical", tiers=[1], risk_questions=[HIT])
    PromotionFactory(release=release)
    assess(release, rita, {"back": "Yes"})
    ItemFactory(release=release, service__tier=3)
    release.refresh_from_db()
    assert release.risk == "low"
    items.add(release, service=ServiceFactory(tier=1), by=rita)
    release.refresh_from_db()
    assert release.risk == ""


def test_what_is_shown_costs_the_same_for_many_releases(django_assert_num_queries: Any, rita: Any):
    publish(risk_questions=[HIT, BACK])
    some = [ReleaseFactory(release_manager=rita) for _ in range(30)]
    known = standards()
    assert known.questions
    for each in (some[:1], some):
        with django_assert_num_queries(2):
            risks_standing(each, known)
