"""A gate that is decided and reopened at once: one after the other, whatever comes first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from accounts.vocabulary import Role
from common.refusals import Refusal
from history.deeds import deed, record
from releases.actions import gates
from releases.actions.gates import deciding
from releases.models import Gate, GateDecision
from releases.queries.gates import state_of
from releases.vocabulary import GateOutcome
from tests.factories import GateFactory, UserFactory
from tests.racing import at_once

ROUNDS, UNTIL_IT_FAILS = 6, 40
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> list[Any]:
    return [UserFactory(roles=[Role.RELEASE_MANAGER]) for _ in range(4)]


def passed_once(gate: Gate, who: Any, _: int) -> Any:
    return gates.decide(gate, outcome="passed", by=who, at=NOW)


def passed_without_the_lock(gate: Gate, who: Any, _: int) -> Any:
    """What the verb would be if it looked before it locked: the negative control."""
    standing = state_of([gate], NOW)[gate.pk]
    if standing.decision is not None:
        raise Refusal("It is passed already.")
    with deed(by=who):
        made = deciding._write(gate, GateOutcome.PASSED, "", who, NOW)
        record(gate, "passed", by=who)
    return made


def decided_twice(pass_it: Callable[[Gate, Any, int], Any], people: list[Any]) -> bool:
    """Whether of several who pass a gate at once more than one did."""
    made: Any = GateFactory()
    gate = Gate.objects.with_rules().get(pk=made.pk)
    answers = at_once([partial(pass_it, gate, who, 0) for who in people])
    unexpected = [each for each in answers if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert unexpected == []
    return GateDecision.objects.filter(gate=gate, outcome=GateOutcome.PASSED).count() != 1


def test_of_those_who_pass_a_gate_at_once_one_does(people: list[Any]):
    assert [decided_twice(passed_once, people) for _ in range(ROUNDS)] == [False] * ROUNDS


def test_without_the_lock_several_do(people: list[Any]):
    assert any(decided_twice(passed_without_the_lock, people) for _ in range(UNTIL_IT_FAILS))


def test_deciding_and_reopening_at_once_leave_what_the_last_one_said(people: list[Any]):
    for _ in range(ROUNDS):
        made: Any = GateFactory()
        gate = gates.decide(Gate.objects.with_rules().get(pk=made.pk), outcome="passed", by=people[0], at=NOW)
        tasks = [
            lambda gate=gate: gates.reopen(gate, by=people[1], at=LATER),
            lambda gate=gate: gates.decide(gate, outcome="failed", comment="Slow", by=people[2], at=LATER),
            lambda gate=gate: gates.reopen(gate, by=people[3], at=LATER),
        ]
        answers = at_once(tasks)
        assert [each for each in answers if isinstance(each, Exception) and not isinstance(each, Refusal)] == []
        outcomes = list(GateDecision.objects.filter(gate=gate).order_by("id").values_list("outcome", flat=True))
        done = sum(not isinstance(each, Refusal) for each in answers)
        assert len(outcomes) == done + 1, "no decision is lost"
        assert all(one != other for one, other in pairwise(outcomes)), "each was one that could follow"
        last = {"passed": "passed", "failed": "failed", "reopened": "open"}[outcomes[-1]]
        assert Gate.objects.get(pk=gate.pk).state == last
