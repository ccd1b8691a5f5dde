"""What waits for somebody: counted and listed by the same rules by which the verbs let them decide."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actions import absences
from accounts.models import User
from accounts.vocabulary import Role
from history.deeds import deed, record
from releases.models import Obligation, Promotion
from releases.queries import waiting
from tests.approving import AT, asks, digest, manager, requested, team_of, yes
from tests.callers import change
from tests.factories import (
    GateFactory,
    MembershipFactory,
    PromotionFactory,
    ReleaseFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa() -> Any:
    return manager("Rosa")


@pytest.fixture
def sven() -> Any:
    return UserFactory(name="Sven Security")


def owing(promotion: Promotion, **values: Any) -> None:
    """It owes something until a day later."""
    clock = User.objects.clock()
    with deed(by=clock):
        Obligation.objects.create(promotion=promotion, due_at=AT + timedelta(days=1), **values)
        record(promotion, "owes", by=clock)


def mine(user: Any) -> list[int]:
    return [one.promotion.pk for one in waiting.approvals(user, AT).mine]


def test_it_waits_for_whoever_could_take_a_seat_and_for_nobody_else(rosa: Any, sven: Any):
    olga = UserFactory()
    asks({"team": team_of(sven, rosa, name="Security")}, {"team": team_of(olga, name="Operations")})
    made = requested(by=rosa)
    assert [mine(each) for each in (sven, olga, rosa, UserFactory())] == [[made.pk], [made.pk], [], []]
    yes(made, sven)
    assert [mine(each) for each in (sven, olga)] == [[], [made.pk]]
    others = waiting.approvals(sven, AT).others
    assert [one.promotion.pk for one in others] == [made.pk]
    yes(made, olga)
    assert (mine(olga), waiting.approvals(olga, AT).others) == ([], [])


def test_a_seat_that_another_may_give_up_waits_too(rosa: Any, sven: Any):
    """Who speaks for both sits for one; whoever speaks for that one lets them sit for the other."""
    both = UserFactory()
    security, operations = team_of(both, sven), team_of(both)
    asks({"team": security}, {"team": operations})
    made = requested(by=rosa)
    yes(made, both)
    assert mine(sven) == [made.pk]
    yes(made, sven)
    assert Promotion.objects.get(pk=made.pk).status == "approved"


def test_who_stands_in_for_somebody_away_is_waited_for(rosa: Any, sven: Any):
    asks({"team": team_of(sven)})
    made, tom = requested(by=rosa), UserFactory()
    absences.announce(sven, by=sven, delegate=tom, starts_at=AT - timedelta(hours=1), ends_at=AT + timedelta(days=9))
    assert mine(tom) == [made.pk]
    assert waiting.count(tom, AT) == 1


def test_what_ran_as_an_emergency_takes_the_rest_of_its_people(rosa: Any, sven: Any):
    version = asks({"team": team_of(sven), "people": 1})
    ran: Any = PromotionFactory(release__urgency="break_fix", environment__stage="production", status="succeeded")
    assert mine(sven) == []
    owing(ran, rule=version.approval_rules.get())
    assert mine(sven) == [ran.pk]


def gate_of(**values: Any) -> Any:
    """A gate before production of a release that is planned there."""
    release: Any = values.pop("release", None) or ReleaseFactory()
    PromotionFactory(release=release, environment__stage="production", **values.pop("planned", {}))
    values.setdefault("rule__stage", "production")
    return GateFactory(release=release, stage=values["rule__stage"], **values)


def gates(user: Any) -> list[Any]:
    return list(waiting.gates(user, AT))


def test_gates_wait_for_their_team_their_role_and_who_sees_to_a_condition(sven: Any, rosa: Any):
    team: Any = team_of(sven)
    later = gate_of(
        owner_team=team, owner_role="", planned={"starts_at": AT + timedelta(days=9), "ends_at": AT + timedelta(days=10)}
    )
    sooner = gate_of(
        owner_team=team,
        owner_role="",
        state="failed",
        planned={"starts_at": AT + timedelta(days=2), "ends_at": AT + timedelta(days=3)},
    )
    of_role = gate_of(owner_role=Role.RELEASE_MANAGER.value)
    assert gates(sven) == [sooner, later]
    assert gates(rosa) == [of_role]
    change(of_role, owner=sven)
    assert gates(rosa) == []
    assert of_role in gates(sven)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "passed"},
        {"state": "waived"},
        {"is_asked": False},
        {"release__status": "cancelled"},
        {"planned": {"status": "cancelled"}},
        {"rule__stage": "test"},
        {"rule__evidence": "preparations"},
    ],
)
def test_nothing_is_to_decide_at_these(sven: Any, values: dict[str, Any]):
    release: Any = ReleaseFactory(status=values.pop("release__status", "planned"))
    gate_of(release=release, owner_team=team_of(sven), owner_role="", **values)
    assert gates(sven) == []


def test_a_member_goes_in_the_window_of_its_package(sven: Any):
    package: Any = ReleaseFactory(extent="package")
    PromotionFactory(release=package, environment__stage="production")
    gate = GateFactory(release=ReleaseFactory(package=package), stage="production", owner_team=team_of(sven), owner_role="")
    assert gates(sven) == [gate]


def test_a_gate_that_a_break_fix_owes_waits_until_its_deadline(sven: Any):
    ran: Any = PromotionFactory(release__urgency="break_fix", environment__stage="production", status="succeeded")
    gate = GateFactory(release=ran.release, stage="production", owner_team=team_of(sven), owner_role="")
    assert gates(sven) == []
    owing(ran, gate=gate)
    assert [each.waits_until for each in gates(sven)] == [AT + timedelta(days=1)]


def test_what_is_restricted_waits_for_nobody_who_may_not_see_it(rosa: Any, sven: Any):
    asks({"team": team_of(sven)})
    made = requested(by=rosa)
    gate_of(release=made.release, owner_team=MembershipFactory(user=sven).team, owner_role="")
    assert waiting.count(sven, AT) == 2
    change(made.release, restricted_until=AT + timedelta(days=900))
    assert (mine(sven), gates(sven), waiting.count(sven, AT)) == ([], [], 0)


def test_auditors_and_programs_decide_nothing():
    asks({"role": Role.AUDITOR})
    team: Any = TeamFactory()
    gate_of(owner_team=team, owner_role="")
    for user in (UserFactory(roles=[Role.AUDITOR]), UserFactory(kind="service")):
        MembershipFactory(team=team, user=user)
        assert waiting.count(user, AT) == 0
        assert not waiting.decides_something(user, AT)


def test_who_decides_something_is_told_from_the_policies(sven: Any):
    asks({"team": team_of(sven)})
    assert waiting.decides_something(sven, AT)
    assert not waiting.decides_something(UserFactory(), AT)


def test_thirty_cost_the_queries_of_one(rosa: Any, sven: Any, django_assert_num_queries: Any):
    asks({"team": team_of(sven)})
    some = [requested(by=rosa)]
    for number in (1, 5):
        some += [requested(by=rosa) for _ in range(number - 1)]
        user: Any = type(sven).objects.get(pk=sven.pk)
        with django_assert_num_queries(16):
            assert len(waiting.approvals(user, AT).mine) == number
    assert digest(some[0])


@pytest.mark.django_db(transaction=True)
def test_the_count_is_kept_until_something_changes(rosa: Any, sven: Any, django_assert_num_queries: Any):
    asks({"team": team_of(sven)})
    made = requested(by=rosa)
    assert waiting.count(sven, AT) == 1
    with django_assert_num_queries(1):
        assert waiting.count(sven, AT) == 1
    yes(made, sven)
    assert waiting.count(sven, AT) == 0
