"""One rule of each kind, as REST takes them."""

from typing import Any

from accounts.vocabulary import Role

GATE: dict[str, Any] = {
    "code": "unit-tests",
    "name": "Unit tests",
    "area": "testing",
    "stage": "production",
    "ask": "Did every test pass?",
    "owner_role": Role.RELEASE_MANAGER.value,
    "due_days": 2,
    "evidence": "junit",
    "threshold": {"least_tests": 100, "most_failed": 0},
    "checklist": ["The report is of this candidate"],
}
APPROVAL: dict[str, Any] = {
    "code": "owners",
    "name": "Policy owners agree",
    "stage": "production",
    "role": Role.POLICY_OWNER.value,
    "people": 2,
    "emergency_people": 1,
}
SCHEDULE: dict[str, Any] = {"code": "lead", "name": "Two days ahead", "stage": "production", "lead_days": 2}
RULES: dict[str, Any] = {"gate_rules": [GATE], "approval_rules": [APPROVAL], "schedule_rules": [SCHEDULE]}
