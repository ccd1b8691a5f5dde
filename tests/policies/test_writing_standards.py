"""Writing procedures and policies through both doors, and what the database never lets change again."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.vocabulary import Role, Scope
from common.refusals import Conflict, NotAllowed
from history.deeds import deed, record
from history.models import Fact
from policies.actions import policies, versions
from policies.models import GateRule, Policy, PolicyVersion, Procedure
from policies.queries import Traits, standards
from tests.callers import Caller
from tests.factories import TeamFactory, UserFactory
from tests.policies.rulebook import APPROVAL, GATE, RULES, SCHEDULE
from tests.reading import notices, signed_in, words

pytestmark = pytest.mark.django_db
WRITE = (Scope.READ, Scope.WRITE)
DOORS = pytest.mark.parametrize("door", ["page", "rest"])
MAJOR = Traits(urgency="planned", size="major", risk="low", nature="software", tier=None)


def on_page(values: dict[str, Any]) -> dict[str, Any]:
    """The same as a form of the page sends it: rows with their places, thresholds and lists as text."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if not name.endswith("_rules"):
            flat[name] = value
            continue
        flat[f"{name}-rows"] = str(len(value) + 3)
        for place, row in enumerate(value):
            for key, each in row.items():
                said = each
                if isinstance(each, dict):
                    said = ", ".join(f"{one}={number}" for one, number in each.items())
                elif isinstance(each, list):
                    said = "\n".join(each)
                flat[f"{name}-{place}-{key}"] = said
        # A browser sends the first choice of every list of an empty row too.
        flat[f"{name}-{len(value)}-stage"] = "development"
    return flat


def save_draft(door: str, user: Any, values: dict[str, Any]) -> Any:
    if door == "page":
        return signed_in(user).post("/policies/major/draft/", on_page(values))
    caller = Caller(user=user, scopes=WRITE)
    draft = PolicyVersion.objects.drafts().filter(policy__slug="major").first()
    address = "policies/major/versions/"
    return caller.send("PATCH", f"{address}{draft.number}/", values) if draft else caller.send("POST", address, values)


def publish(door: str, user: Any, number: int = 1) -> Any:
    if door == "rest":
        return Caller(user=user, scopes=WRITE).send("POST", f"policies/major/versions/{number}/publication/", {})
    return signed_in(user).post(f"/policies/major/versions/{number}/publication/")


@DOORS
def test_both_doors_write_a_procedure_and_keep_its_versions(ingrid: Any, door: str):
    values = {"slug": "pen-test", "name": "Penetration test", "body": "# Before\nAsk **security**."}
    if door == "page":
        client = signed_in(ingrid)
        assert client.post("/procedures/new/", values).status_code == 302
        assert client.post("/procedures/pen-test/edit/", {**values, "body": "Ask nobody."}).status_code == 302
    else:
        caller = Caller(user=ingrid, scopes=WRITE)
        assert caller.send("POST", "procedures/", values).json()["version"] == 1
        answer = caller.send("PATCH", "procedures/pen-test/", {"body": "Ask nobody."})
        assert (answer.json()["version"], answer.json()["body"], answer.json()["revision"]) == (2, "Ask nobody.", 2)
    procedure = Procedure.objects.get()
    assert list(procedure.versions.values_list("number", "body")) == [(2, "Ask nobody."), (1, values["body"])]
    page = signed_in(ingrid).get("/procedures/pen-test/?version=1").content.decode()
    assert "<strong>security</strong>" in page
    assert "This is version 1" in words(page)
    compared = signed_in(ingrid).get("/procedures/pen-test/comparison/").content.decode()
    assert "<ins>Ask nobody.</ins>" in compared
    assert "<del>Ask **security**.</del>" in compared


@DOORS
def test_both_doors_draft_change_and_publish(ingrid: Any, rahul: Any, door: str):
    TeamFactory(slug="security", name="Security")
    policies.create(by=ingrid, slug="major", name="Major releases")
    answer = save_draft(door, ingrid, {"sizes": ["major"], "note": "The first", **RULES})
    assert answer.status_code in (201, 302), notices(answer)
    version = PolicyVersion.objects.get()
    gate: Any = version.gate_rules.get()
    assert (gate.threshold, gate.checklist, gate.due_days, gate.owner_role) == (
        GATE["threshold"],
        GATE["checklist"],
        2,
        Role.RELEASE_MANAGER,
    )
    team = {key: value for key, value in GATE.items() if key != "owner_role"} | {"owner_team": "security"}
    answer = save_draft(door, ingrid, {"sizes": ["major"], **RULES, "gate_rules": [team], "schedule_rules": []})
    assert answer.status_code in (200, 302), notices(answer)
    version.refresh_from_db()
    assert (version.revision, version.schedule_rules.count()) == (2, 0)
    changed: Any = version.gate_rules.get()
    assert (changed.pk, changed.owner_team.slug) == (gate.pk, "security")
    assert standards().applying(MAJOR) == ()
    assert publish(door, ingrid).status_code == 403
    answer = publish(door, rahul)
    assert answer.status_code in (200, 302), notices(answer)
    version.refresh_from_db()
    assert (version.published_by, version.drafted_by) == (rahul, ingrid)
    (applied,) = standards().applying(MAJOR)
    assert (applied.version, applied.because) == (version, "size major")
    assert publish(door, rahul).status_code == 409


@DOORS
@pytest.mark.parametrize(
    ("rules", "field", "sentence"),
    [
        ({"gate_rules": [GATE, GATE]}, "gate_rules", "stands twice"),
        ({"gate_rules": [{**GATE, "owner_role": ""}]}, "gate_rules", "a team's or a role's to decide"),
        ({"gate_rules": [{**GATE, "evidence": "sbom"}]}, "gate_rules", "least_components, and not least_tests"),
        ({"gate_rules": [{**GATE, "evidence": "preparations", "threshold": {}}]}, "gate_rules", "choose one of these areas"),
        (
            {"gate_rules": [{**GATE, "area": "training", "evidence": "preparations", "threshold": {}, "checklist": ["Told"]}]},
            "gate_rules",
            "take its checklist out",
        ),
        ({"approval_rules": [{**APPROVAL, "role": ""}]}, "approval_rules", "by a team or by a role"),
        ({"approval_rules": [{**APPROVAL, "emergency_people": 3}]}, "approval_rules", "no more people than the 2"),
    ],
)
def test_rules_that_hold_no_water_are_refused(ingrid: Any, draft: PolicyVersion, door: str, rules: Any, field: str, sentence: str):
    answer = save_draft(door, ingrid, {"sizes": ["major"], **RULES, **rules})
    assert answer.status_code == 422
    said = words(answer.content.decode()) if door == "page" else " ".join(answer.json()["errors"][field])
    assert sentence in said
    draft.refresh_from_db()
    assert draft.revision == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"urgencies": ["never"]}, "urgencies"),
        ({"sizes": "major"}, "sizes"),
        ({"tiers": [5]}, "tiers"),
        ({"tiers": ["1"]}, "tiers"),
        ({"gate_rules": [{**GATE, "threshold": {"least_tests": -1}}]}, "gate_rules"),
        ({"gate_rules": [{**GATE, "threshold": {"least_luck": 1}}]}, "gate_rules"),
        ({"gate_rules": [{**GATE, "checklist": ["a", 1]}]}, "gate_rules"),
        ({"gate_rules": [{**GATE, "checklist": ["a\x00"]}]}, "gate_rules"),
        ({"approval_rules": [{**APPROVAL, "people": 0}]}, "approval_rules"),
        ({"published_at": "2026-01-01T00:00:00Z"}, "published_at"),
    ],
)
def test_what_is_no_rule_is_not_understood(ingrid: Any, draft: PolicyVersion, body: Any, field: str):
    answer = Caller(user=ingrid, scopes=WRITE).send("PATCH", "policies/major/versions/1/", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_whoever_wrote_in_a_draft_does_not_publish_it(ingrid: Any, rahul: Any, draft: PolicyVersion):
    """Also not who only changed it later; a fresh draft of the same number begins anew."""
    versions.change(draft, {"note": "A word of mine"}, by=rahul)
    for writer in (ingrid, rahul):
        with pytest.raises(NotAllowed):
            versions.publish(draft, by=writer, at=timezone.now())
    versions.discard(draft, by=rahul)
    again = versions.draft(draft.policy, by=rahul)
    versions.publish(again, by=ingrid, at=timezone.now())


def test_programs_do_not_publish(draft: PolicyVersion):
    program = UserFactory(kind="service", roles=[Role.POLICY_OWNER])
    with pytest.raises(NotAllowed):
        versions.publish(draft, by=program, at=timezone.now())


def test_publishing_in_the_browser_takes_confirming_who_one_is(draft: PolicyVersion):
    password = "a long enough secret"
    second: Any = UserFactory(roles=[Role.POLICY_OWNER], password=make_password(password))
    client = signed_in(second)
    answer = client.post("/api/v1/policies/major/versions/1/publication/", {}, content_type="application/json")
    assert (answer.status_code, "/accounts/reauthenticate/" in answer.json()["detail"]) == (403, True)
    answer = client.post("/policies/major/versions/1/publication/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    draft.refresh_from_db()
    assert not draft.is_published
    assert client.post(answer["Location"], {"password": password})["Location"] == "/policies/major/versions/1/"
    draft.refresh_from_db()
    assert draft.published_by == second


def test_a_new_draft_begins_as_the_newest_version(ingrid: Any, rahul: Any, draft: PolicyVersion):
    versions.publish(draft, by=rahul, at=timezone.now())
    second = versions.draft(draft.policy, {"note": "Less", "schedule_rules": []}, by=ingrid)
    assert (second.number, second.sizes, second.gate_rules.get().threshold) == (2, ["major"], GATE["threshold"])
    with pytest.raises(Conflict):
        versions.draft(draft.policy, by=rahul)
    page = signed_in(ingrid).get("/policies/major/comparison/").content.decode()
    assert "Two days ahead Schedule : taken away" in words(page) or "Two days ahead Schedule: taken away" in words(page)


def test_a_policy_is_retired_only_when_it_asks_for_nothing(ingrid: Any, rahul: Any, draft: PolicyVersion):
    policy = draft.policy
    with pytest.raises(Conflict):
        policies.retire(policy, by=ingrid, at=timezone.now())
    versions.publish(draft, by=rahul, at=timezone.now())
    with pytest.raises(Conflict):
        policies.retire(policy, by=ingrid, at=timezone.now())
    empty = versions.draft(policy, {name: [] for name in RULES}, by=ingrid)
    versions.publish(empty, by=rahul, at=timezone.now())
    assert policies.retire(policy, by=ingrid, at=timezone.now(), reason="No longer needed").retired_at
    assert standards().versions == ()
    with pytest.raises(Conflict):
        versions.draft(policy, by=ingrid)
    assert policies.restore(policy, by=ingrid).retired_at is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE policies_policyversion SET note = 'x' WHERE id = %s",
        "UPDATE policies_policyversion SET published_at = NULL, published_by_id = NULL WHERE id = %s",
        "DELETE FROM policies_policyversion WHERE id = %s",
        *(
            f"{verb} WHERE version_id = %s"
            for table in ("gaterule", "approvalrule", "schedulerule")
            for verb in (f"UPDATE policies_{table} SET name = 'x'", f"DELETE FROM policies_{table}")
        ),
        "INSERT INTO policies_schedulerule (version_id, code, name, stage, lead_days, respects_freezes, windows_only, soak_hours, soak_unit)"
        " VALUES (%s, 'late', 'Late', 'test', 0, true, false, 0, 'elapsed')",
    ],
)
def test_the_database_lets_nobody_change_what_is_published(rahul: Any, draft: PolicyVersion, statement: str):
    versions.publish(draft, by=rahul, at=timezone.now())
    with pytest.raises(DatabaseError, match=r"of a published policy version|of a rule of a published"), deed(by=rahul):
        record(draft.policy, "tampered", by=rahul)
        with connection.cursor() as cursor:
            cursor.execute(statement, [draft.pk])
    assert GateRule.objects.filter(version=draft).count() == 1


def test_only_policy_owners_write(draft: PolicyVersion):
    for roles in ([], [Role.ADMINISTRATOR], [Role.RELEASE_MANAGER, Role.PMO], [Role.AUDITOR]):
        caller = Caller(*roles, scopes=WRITE)
        assert caller.send("POST", "policies/", {"slug": "mine", "name": "Mine"}).status_code == 403
        assert caller.send("PATCH", "policies/major/versions/1/", {"note": "x"}).status_code == 403
        assert caller.send("DELETE", "policies/major/versions/1/").status_code == 403
    assert Policy.objects.count() == 1


def test_rest_shows_a_version_with_its_rules(rahul: Any, draft: PolicyVersion):
    caller = Caller(user=rahul)
    shown = caller.get("policies/major/versions/1/").json()
    assert shown["approval_rules"][0] | APPROVAL == shown["approval_rules"][0]
    assert shown["schedule_rules"][0] | SCHEDULE == shown["schedule_rules"][0]
    assert shown["gate_rules"][0] | GATE == shown["gate_rules"][0]
    assert (shown["warnings"], shown["html_url"]) == ([], "http://testserver/policies/major/")
    (policy,) = caller.rows("policies/")
    assert (policy["version"], policy["draft"]) == (None, 1)
    assert caller.get("policies/major/versions/x/").status_code == 404
    assert caller.get("policies/nothing/versions/").status_code == 404
    assert [row["number"] for row in caller.rows("policies/major/versions/?published=false")] == [1]
    assert Fact.objects.filter(subject_kind="policy", verb="drafted").count() == 1


def test_pages_cost_the_same_with_more_policies(ingrid: Any, django_assert_max_num_queries: Any):
    client = signed_in(ingrid)
    for count in (1, 12):
        for number in range(count):
            if not Policy.objects.filter(slug=f"p{number}").exists():
                versions.draft(policies.create(by=ingrid, slug=f"p{number}", name=f"P {number}"), RULES, by=ingrid)
        with django_assert_max_num_queries(9):
            assert client.get("/policies/").status_code == 200
