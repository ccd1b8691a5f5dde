"""A draft that nobody could meet says so, and is saved all the same."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.vocabulary import Role, Scope
from policies.actions import policies, versions
from policies.models import PolicyVersion
from policies.verdicts import unmeetable
from tests.callers import Caller, change
from tests.factories import MembershipFactory, TeamFactory, UserFactory
from tests.policies.rulebook import APPROVAL
from tests.policies.test_writing_standards import on_page
from tests.reading import notices, signed_in

pytestmark = pytest.mark.django_db


def asking(draft: PolicyVersion, by: Any, *rules: dict[str, Any]) -> list[str]:
    versions.change(draft, {"approval_rules": list(rules)}, by=by)
    return unmeetable(PolicyVersion.objects.with_rules().get(pk=draft.pk))


def test_people_count_once_and_only_while_they_are_there(ingrid: Any, rahul: Any, draft: PolicyVersion):
    security: Any = TeamFactory(slug="security", name="Security")
    by_team = {**APPROVAL, "code": "security", "role": "", "team": security, "people": 1}
    assert asking(draft, ingrid, APPROVAL) == []
    (sentence,) = asking(draft, ingrid, APPROVAL, by_team)
    assert sentence.startswith("Before production 2 of the role Policy owner and 1 of Security approve")
    assert "1 of Security would be missing" in sentence
    # Ingrid is of both, and fills one seat only.
    MembershipFactory(team=security, user=ingrid)
    assert asking(draft, ingrid, APPROVAL, by_team)
    priya: Any = UserFactory(name="Priya")
    change(security, lead=priya)
    assert asking(draft, ingrid, APPROVAL, by_team) == []
    change(priya, is_active=False)
    assert asking(draft, ingrid, APPROVAL, by_team)
    change(priya, is_active=True)
    change(priya, kind="service")
    assert asking(draft, ingrid, APPROVAL, by_team)


def test_what_another_policy_asks_of_the_same_releases_counts_too(ingrid: Any, rahul: Any, draft: PolicyVersion):
    """One for every release, together with this one; not one that is only for some of these."""
    security: Any = TeamFactory(slug="security", name="Security")
    MembershipFactory(team=security, user=ingrid)
    by_team = {**APPROVAL, "code": "security", "role": "", "team": security, "people": 1, "emergency_people": None}
    for selection, missing in (({"risks": ["low"]}, False), ({"sizes": ["major", "minor"]}, True)):
        other = policies.create(by=ingrid, slug=f"other-{missing}", name="Other")
        versions.publish(versions.draft(other, {**selection, "approval_rules": [by_team]}, by=ingrid), by=rahul, at=timezone.now())
        assert bool(asking(draft, ingrid, APPROVAL)) == missing


def test_both_doors_warn(ingrid: Any, rahul: Any, draft: PolicyVersion):
    many = {"sizes": ["major"], "approval_rules": [{**APPROVAL, "people": 5}]}
    page = signed_in(ingrid).post("/policies/major/draft/", on_page(many | {"gate_rules": [], "schedule_rules": []}), follow=True)
    assert any("3 of the role Policy owner would be missing" in notice for notice in notices(page))
    answer = Caller(Role.POLICY_OWNER, user=rahul, scopes=(Scope.READ, Scope.WRITE)).get("policies/major/versions/1/")
    assert "would be missing" in answer.json()["warnings"][0]
