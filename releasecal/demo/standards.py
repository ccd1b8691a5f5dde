"""What Meridian asks of its releases beyond the standard set: a second look where it matters to it, by the teams it has."""

from datetime import datetime
from typing import Any, Final

from accounts.models import Team, User
from accounts.vocabulary import Role
from environments.vocabulary import Stage
from policies.actions import policies, versions
from policies.models import Policy
from policies.vocabulary import EvidenceKind, GateArea, Risk, Size, Urgency

_PLANNED: Final = [Urgency.PLANNED.value]
_IN_PRODUCTION: Final = {"stage": Stage.PRODUCTION.value}

#: Policies: short name, name, description, and what their first version says, with teams by their short names.
POLICIES: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    (
        "known-parts",
        "Security knows what is in it",
        "Passengers' data and money depend on what we did not write ourselves: where something could go wrong, security sees the"
        " list of components and says yes.",
        {
            "urgencies": _PLANNED,
            "sizes": [Size.MINOR.value],
            "risks": [Risk.MEDIUM.value, Risk.HIGH.value],
            "gate_rules": [
                {
                    "code": "parts-known",
                    "name": "Components known to security",
                    "area": GateArea.CODE_SECURITY.value,
                    "ask": "Is everything in it known, supported and free of holes that are being used?",
                    "evidence": EvidenceKind.SBOM.value,
                    "threshold": {"least_components": 10},
                    "due_days": 1,
                    "owner_team": "security",
                    "waived_by_role": Role.POLICY_OWNER.value,
                    **_IN_PRODUCTION,
                }
            ],
            "approval_rules": [{"code": "security", "name": "Security", "team": "security", **_IN_PRODUCTION}],
        },
    ),
    (
        "who-lives-with-it",
        "Those who live with it say yes",
        "What changes how people work is put in when operations can carry it and the business wants it.",
        {
            "urgencies": _PLANNED,
            "sizes": [Size.MAJOR.value],
            "approval_rules": [
                {"code": "operations", "name": "Operations", "team": "operations", **_IN_PRODUCTION},
                {"code": "business", "name": "The business", "team": "business", **_IN_PRODUCTION},
            ],
        },
    ),
    (
        "four-eyes-at-night",
        "Four eyes, the second pair in the morning",
        "What everything else stands on is mended at night on one yes; a second release manager looks at it within two working days.",
        {
            "urgencies": [Urgency.BREAK_FIX.value],
            "tiers": [1],
            "approval_rules": [
                {
                    "code": "release-manager",
                    "name": "Two release managers",
                    "role": Role.RELEASE_MANAGER.value,
                    "people": 2,
                    "emergency_people": 1,
                    "follow_days": 2,
                    **_IN_PRODUCTION,
                }
            ],
        },
    ),
)


def publish(*, by: User, second: User, at: datetime) -> None:
    """Have one policy owner write them and a second one put them in force at an instant (UTC); those that are there stay as they are."""
    there = set(Policy.objects.values_list("slug", flat=True))
    known = {team.slug: team for team in Team.objects.all()}
    for slug, name, description, says in POLICIES:
        if slug in there:
            continue
        policy = policies.create(by=by, slug=slug, name=name, description=description)
        rules = {key: [_with_team(rule, known) for rule in value] for key, value in says.items() if key.endswith("_rules")}
        draft = versions.draft(policy, {**says, **rules, "note": "Meridian's own."}, by=by)
        versions.publish(draft, by=second, at=at)


def _with_team(rule: dict[str, Any], known: dict[str, Team]) -> dict[str, Any]:
    """A rule with its team in place of the short name."""
    return rule | {column: known[rule[column]] for column in ("owner_team", "team") if column in rule}
