"""What pages show of one version."""

from dataclasses import dataclass
from typing import Any

from policies.models import PolicyVersion
from policies.queries.shown import Grid, approval_facts, gate_facts, grid, in_order, question_facts, schedule_facts, selection


@dataclass(frozen=True)
class SaidBy:
    """A version in words: which releases it is for, its gates by area and stage and one by one, its other rules and questions fact by fact."""

    selection: dict[str, str]
    grid: Grid
    gates: list[tuple[Any, dict[str, str]]]
    approvals: list[tuple[Any, dict[str, str]]]
    schedules: list[tuple[Any, dict[str, str]]]
    questions: list[tuple[Any, dict[str, str]]]


def said_by(version: PolicyVersion) -> SaidBy:
    return SaidBy(
        selection=selection(version),
        grid=grid(version),
        gates=[(rule, gate_facts(rule)) for rule in in_order(version)],
        approvals=[(rule, approval_facts(rule)) for rule in version.approval_rules.all()],
        schedules=[(rule, schedule_facts(rule)) for rule in version.schedule_rules.all()],
        questions=[(question, question_facts(question)) for question in version.risk_questions.all()],
    )
