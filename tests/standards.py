"""Policies in force, made in a line."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.vocabulary import Role
from history.deeds import deed, record
from policies.models import GateRule, Policy, PolicyVersion
from tests.factories import UserFactory

_RULE: dict[str, Any] = {"stage": "production", "area": "training", "ask": "Is it good?", "owner_role": Role.RELEASE_MANAGER}


def standard(*, gates: list[dict[str, Any]], slug: str = "standard", **selects: Any) -> PolicyVersion:
    """A policy in force with these gate rules, each by default a release manager's, before production; `selects` as PolicyVersion."""
    clock = User.objects.clock()
    with deed(by=clock):
        policy: Any = Policy.objects.create(slug=slug, name="Standard")
        record(policy, "made", by=clock)
    return _in_force(policy, 1, [_RULE | {"code": each["name"].lower().replace(" ", "-")} | each for each in gates], selects)


def next_version(version: PolicyVersion, **changes: Any) -> PolicyVersion:
    """The next version of its policy, in force, with the same rules but for `changes` in each."""
    kept = ("code", "name", "stage", "area", "ask", "owner_team", "owner_role", "due_days", "checklist", "evidence", "threshold")
    rules = [{name: getattr(rule, name) for name in kept} | changes for rule in version.gate_rules.all()]
    selects = {name: getattr(version, name) for name in ("urgencies", "sizes", "risks", "natures", "tiers")}
    return _in_force(version.policy, version.number + 1, rules, selects)


def rule_of(version: PolicyVersion) -> GateRule:
    """Its only gate rule."""
    found: GateRule = version.gate_rules.get()
    return found


def _in_force(policy: Any, number: int, rules: list[dict[str, Any]], selects: dict[str, Any]) -> PolicyVersion:
    clock = User.objects.clock()
    first, second = UserFactory(), UserFactory()
    with deed(by=clock):
        version: PolicyVersion = PolicyVersion.objects.create(policy=policy, number=number, drafted_by=first, **selects)
        for rule in rules:
            GateRule.objects.create(version=version, **rule)
        version.published_by, version.published_at = second, timezone.now()
        version.save(update_fields=["published_by", "published_at"])
        record(policy, "published", by=clock, number=number)
    return version
