"""What a break-fix goes without as it starts, it owes afterwards; and whom it holds up while it does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.vocabulary import Role
from common.refusals import IllegalMove
from history.models import Fact
from policies.models import ApprovalRule
from releases.actions import approvals, gates, promotions
from releases.models import Gate, Obligation, Promotion
from releases.queries import digests
from releases.verdicts import verdict
from tests.callers import change, in_a_deed
from tests.factories import (
    NOON,
    ArtefactFactory,
    EnvironmentFactory,
    GateRuleFactory,
    ItemFactory,
    PolicyVersionFactory,
    ReleaseFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def standards() -> None:
    """A gate that a break-fix may meet two working days afterwards, and two of the PMO of whom one suffices in an emergency."""
    version: Any = PolicyVersionFactory()
    GateRuleFactory(version=version, name="Tested", owner_role=Role.RELEASE_MANAGER.value, follow_days=2)
    rule = {"code": "pmo", "name": "PMO", "stage": "production", "role": Role.PMO, "people": 2}
    in_a_deed(version, lambda: ApprovalRule.objects.create(version=version, **rule, emergency_people=1, follow_days=3))
    change(version, published_at=NOON - HOUR, published_by=UserFactory())


@pytest.fixture
def rosa() -> Any:
    return UserFactory(roles=[Role.RELEASE_MANAGER])


@pytest.fixture
def production() -> Any:
    return EnvironmentFactory(slug="prod", time_zone="Europe/Berlin", region="DE")


@pytest.fixture
def gateway() -> Any:
    return ServiceFactory(slug="gateway")


def planned(gateway: Any, production: Any, rosa: Any, urgency: str = "break_fix", *, start: datetime = NOON) -> Promotion:
    release: Any = ReleaseFactory(urgency=urgency, status="draft", rollback_plan="Put it back.")
    ArtefactFactory(item=ItemFactory(release=release, service=gateway), address="https://files.example.org/copy")
    made = promotions.plan(release, production, starts_at=start, ends_at=start + HOUR, by=rosa, at=NOON)
    requested: Promotion = promotions.request(made, by=rosa, at=NOON - HOUR)
    return requested


def say_yes(promotion: Promotion) -> None:
    promotion = Promotion.objects.with_references().get(pk=promotion.pk)
    digest = digests.of([promotion])[promotion.pk].digest
    approvals.decide(promotion, decision="approve", digest=digest, by=UserFactory(roles=[Role.PMO]), at=NOON - HOUR)


@pytest.mark.usefixtures("standards")
def test_what_a_break_fix_goes_without_is_owed_by_the_end_of_a_working_day(gateway: Any, production: Any, rosa: Any):
    promotion = planned(gateway, production, rosa)
    with pytest.raises(IllegalMove):
        promotions.run(promotion, by=rosa, at=NOON)
    say_yes(promotion)
    ran = promotions.run(promotion, by=rosa, at=NOON)
    assert ran.is_emergency
    gate, rule = Obligation.objects.order_by("due_at")
    # Two and three working days after a Tuesday, to the midnight in Berlin.
    assert (gate.gate.name, gate.due_at) == ("Tested", datetime(2026, 3, 12, 23, tzinfo=UTC))
    assert (rule.rule.name, rule.due_at) == ("PMO", datetime(2026, 3, 13, 23, tzinfo=UTC))
    assert Fact.objects.get(verb="started").template == "{actor} started {subject}, as an emergency"


@pytest.mark.usefixtures("standards")
def test_what_is_owed_is_met_by_the_gate_and_by_the_last_yes(gateway: Any, production: Any, rosa: Any):
    promotion = planned(gateway, production, rosa)
    say_yes(promotion)
    promotions.run(promotion, by=rosa, at=NOON)
    gates.decide(Gate.objects.get(), outcome="passed", comment="Afterwards", by=rosa, at=NOON)
    assert [one.met_at is not None for one in Obligation.objects.order_by("due_at")] == [True, False]
    say_yes(promotion)
    assert not Obligation.objects.unmet().exists()
    assert Fact.objects.filter(verb="met_obligation").count() == 2


@pytest.mark.usefixtures("standards")
def test_a_debt_that_is_overdue_holds_up_the_next_normal_promotion_of_its_services(gateway: Any, production: Any, rosa: Any):
    promotion = planned(gateway, production, rosa)
    say_yes(promotion)
    promotions.run(promotion, by=rosa, at=NOON)
    late = NOON + timedelta(days=10)
    asked = {
        urgency: planned(service, production, rosa, urgency, start=late)
        for urgency, service in (("planned", gateway), ("break_fix", gateway), ("maintenance", ServiceFactory()))
    }
    owing = {
        urgency: [each.state for each in verdict(one, late).requirements if each.type == "obligation" and not each.is_good]
        for urgency, one in asked.items()
    }
    assert [bool(states) for states in owing.values()] == [True, False, False]


def test_without_anything_to_owe_it_is_no_emergency(gateway: Any, production: Any, rosa: Any):
    promotion = planned(gateway, production, rosa)
    assert not promotions.run(promotion, by=rosa, at=NOON).is_emergency
    assert not Obligation.objects.exists()
