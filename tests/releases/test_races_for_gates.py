"""A gate that is decided and reopened at once, or reopened while a promotion through it starts: one after the other, whatever comes first."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from accounts.vocabulary import Role
from common.refusals import Refusal, RuleBroken
from history.deeds import deed, record
from history.models import Fact
from releases import verdicts
from releases.actions import gates, promotions
from releases.actions.gates import deciding
from releases.models import Gate, GateDecision, Promotion
from releases.queries.gates import state_of
from releases.vocabulary import GateOutcome, PromotionStatus
from tests.callers import change
from tests.factories import ArtefactFactory, EnvironmentFactory, GateFactory, ItemFactory, ReleaseFactory, UserFactory
from tests.racing import Glances, at_once, crew, rounds
from tests.standards import standard

ROUNDS, CONTROLS = rounds(6), rounds(6)
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> list[Any]:
    return [UserFactory(roles=[Role.RELEASE_MANAGER]) for _ in range(4)]


def passed_once(gate: Gate, who: Any, _: Glances) -> Any:
    return gates.decide(gate, outcome="passed", by=who, at=NOW)


def passed_without_the_lock(gate: Gate, who: Any, glances: Glances) -> Any:
    """What the verb would be if it looked before it locked: the negative control."""
    standing = state_of([gate], NOW)[gate.pk]
    if standing.decision is not None:
        raise Refusal("It is passed already.")
    glances.pause()
    with deed(by=who):
        made = deciding._write(gate, GateOutcome.PASSED, "", who, NOW)
        record(gate, "passed", by=who)
    return made


def decided_twice(pass_it: Callable[[Gate, Any, Glances], Any], people: list[Any], together: Any) -> bool:
    """Whether of several who pass a gate at once more than one did."""
    made: Any = GateFactory()
    gate = Gate.objects.with_rules().get(pk=made.pk)
    glances = Glances(len(people))
    answers = together([partial(pass_it, gate, who, glances) for who in people])
    unexpected = [each for each in answers if isinstance(each, Exception) and not isinstance(each, Refusal)]
    assert unexpected == []
    return GateDecision.objects.filter(gate=gate, outcome=GateOutcome.PASSED).count() != 1


def test_of_those_who_pass_a_gate_at_once_one_does(people: list[Any]):
    with crew(len(people)) as together:
        assert [decided_twice(passed_once, people, together) for _ in range(ROUNDS)] == [False] * ROUNDS


def test_without_the_lock_several_do(people: list[Any]):
    with crew(len(people)) as together:
        twice = sum(decided_twice(passed_without_the_lock, people, together) for _ in range(CONTROLS))
    assert twice >= 0.4 * CONTROLS


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


def coming_through(people: list[Any]) -> tuple[Promotion, Gate]:
    """An approved promotion that begins now, and the one gate before it, which is passed."""
    release: Any = ReleaseFactory(status="draft", rollback_plan="Put it back.")
    ArtefactFactory(item=ItemFactory(release=release), address="https://files.example.org/copy")
    made = promotions.plan(release, EnvironmentFactory(), starts_at=NOW, ends_at=LATER, by=people[0], at=NOW)
    gate = gates.decide(Gate.objects.with_rules().get(release=release), outcome="passed", by=people[0], at=NOW)
    ready: Promotion = change(made, status="approved")
    return ready, gate


def started_past_a_reopened_gate(meanwhile: Callable[..., list[Callable[[], Any]]], people: list[Any], together: Any) -> bool:
    """Whether something started after the gate before it was reopened; both at once."""
    promotion, gate = coming_through(people)
    answers = together(meanwhile(promotion, gate, people))
    assert [each for each in answers if isinstance(each, Exception) and not isinstance(each, RuleBroken)] == []
    has_started = Promotion.objects.get(pk=promotion.pk).status == PromotionStatus.RUNNING
    assert has_started != isinstance(answers[0], RuleBroken), "it runs, or it was refused"
    order = Fact.objects.filter(verb__in=("started", "reopened"), subject_id__in=(promotion.pk, gate.pk)).order_by("-event__number")
    assert Gate.objects.get(pk=gate.pk).state == "open"
    return has_started and order.values_list("verb", flat=True)[0] == "started"


def run(promotion: Promotion, gate: Gate, people: list[Any]) -> list[Callable[[], Any]]:
    return [
        lambda: promotions.run(promotion, by=people[1], at=NOW),
        lambda: gates.reopen(gate, by=people[2], at=NOW),
    ]


def look_and_run(promotion: Promotion, gate: Gate, people: list[Any]) -> list[Callable[[], Any]]:
    """The negative control: a start that asks for the verdict before anything is locked."""
    looked, reopened = Glances(2), Glances(2)

    def start() -> None:
        found = Promotion.objects.with_references().get(pk=promotion.pk)
        verdict = verdicts.verdict(found, NOW, starting=True)
        if not verdict.allowed:
            raise RuleBroken(verdict.sentence)
        looked.pause()
        reopened.pause()
        with deed(by=people[1]):
            found.status = PromotionStatus.RUNNING
            found.save(update_fields=["status"])
            record(found, "started", by=people[1])

    def reopen() -> None:
        looked.pause()
        gates.reopen(gate, by=people[2], at=NOW)
        reopened.pause()

    return [start, reopen]


def test_nothing_starts_past_a_gate_that_is_reopened_meanwhile(people: list[Any]):
    standard(gates=[{"name": "Tested"}])
    with crew(2) as together:
        past = [started_past_a_reopened_gate(run, people, together) for _ in range(ROUNDS)]
    assert past == [False] * ROUNDS


def test_without_the_lock_it_starts_all_the_same(people: list[Any]):
    standard(gates=[{"name": "Tested"}])
    with crew(2) as together:
        past = sum(started_past_a_reopened_gate(look_and_run, people, together) for _ in range(CONTROLS))
    assert past >= 0.4 * CONTROLS
