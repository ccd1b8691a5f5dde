"""Asking for a promotion, and saying yes or no to it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.actions import absences
from accounts.models import User
from accounts.vocabulary import Role
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken
from history.models import Event
from policies.queries import standards
from releases.actions import approvals, candidates, gates, items, promotions, releases
from releases.models import Approval, ApprovalEnd, Author, Gate, Promotion
from releases.queries import digests
from releases.queries.seats import standing
from tests.approving import AT, asks, digest, manager, planned, requested, team_of, yes
from tests.factories import NOON, ArtefactFactory, ItemFactory, PromotionFactory, ReleaseFactory, UserFactory
from tests.standards import standard

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def status(promotion: Promotion) -> str:
    found: str = Promotion.objects.get(pk=promotion.pk).status
    return found


def ends(promotion: Promotion) -> list[tuple[str, str]]:
    return list(ApprovalEnd.objects.filter(approval__promotion=promotion).values_list("kind", "reason"))


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    """What follows of a verb by itself happens now, and now is when people decide."""
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def rosa() -> Any:
    return manager("Rosa")


@pytest.fixture
def security() -> Any:
    """A team of three: Sven, Sara and Sami."""
    return team_of(*[UserFactory(name=name) for name in ("Sven", "Sara", "Sami")], name="Security")


@pytest.fixture
def people(security: Any) -> list[Any]:
    return list(User.objects.filter(memberships__team=security).order_by("pk"))


def test_a_request_fixes_the_window_and_waits_for_who_is_asked(rosa: Any, security: Any):
    asks({"team": security})
    made = planned(by=rosa)
    found = promotions.request(made, by=rosa, at=AT)
    assert (found.status, found.requested_by_id, found.requested_at) == ("requested", rosa.pk, AT)
    assert (found.approved_from, found.approved_until) == (made.starts_at, made.ends_at)


def test_where_nobody_is_asked_a_request_is_approved_at_once(rosa: Any):
    assert promotions.request(planned(by=rosa), by=rosa, at=AT).status == "approved"


def test_what_may_not_be_requested(rosa: Any):
    made = planned(by=rosa)
    with pytest.raises(NotAllowed):
        promotions.request(made, by=UserFactory(), at=AT)
    with pytest.raises(RuleBroken, match="was to start before now"):
        promotions.request(made, by=rosa, at=made.starts_at)
    empty: Any = PromotionFactory()
    with pytest.raises(RuleBroken, match="changes nothing yet"):
        promotions.request(empty, by=rosa, at=AT)
    with pytest.raises(IllegalMove, match="is cancelled"):
        promotions.request(PromotionFactory(release=ReleaseFactory(status="cancelled")), by=rosa, at=AT)
    promotions.request(made, by=rosa, at=AT)
    with pytest.raises(IllegalMove, match="only a draft"):
        promotions.request(made, by=rosa, at=AT)


def test_all_rules_have_to_be_met_and_never_the_sum_of_them(rosa: Any, people: list[Any], security: Any):
    both = UserFactory(name="Both")
    operations = team_of(both, UserFactory(), name="Operations")
    with_both = team_of(both, *people[:2], name="Architecture")
    asks({"team": with_both, "people": 2}, {"team": operations, "people": 1})
    made = requested(by=rosa)
    yes(made, both)
    yes(made, people[0])
    assert status(made) == "requested"
    yes(made, people[1])
    # Both sits for operations, since the two others fill the seats of architecture.
    assert status(made) == "approved"


def test_whoever_asked_or_changed_what_is_covered_does_not_decide_and_nor_do_their_delegates(people: list[Any], security: Any):
    sven, sara, sami = people
    with_role = manager()
    asks({"team": team_of(sven, sara, sami, with_role), "people": 1})
    made = requested(by=with_role)
    with pytest.raises(NotAllowed, match="You asked"):
        yes(made, with_role)
    absences.announce(with_role, by=with_role, starts_at=AT - HOUR, ends_at=AT + HOUR, delegate=sven)
    with pytest.raises(NotAllowed, match="stand in for somebody"):
        yes(made, sven)
    # When the absence is over Sven speaks for himself again.
    assert yes(made, sven, AT + 2 * HOUR).by == sven
    assert status(made) == "approved"


def test_other_edits_exclude_nobody(rosa: Any):
    other = UserFactory(name="Other", roles=[Role.RELEASE_MANAGER, Role.ADMINISTRATOR])
    asks({"role": Role.RELEASE_MANAGER})
    made = requested(by=rosa)
    releases.change(made.release, {"description": "Said more clearly"}, by=other, at=AT)
    assert not Author.objects.filter(user=other).exists()
    item = made.release.items.get()
    items.change(item, {"version": "9.9"}, by=other)
    assert Author.objects.filter(promotion=made, user=other).exists()
    with pytest.raises(NotAllowed, match="changed something"):
        yes(made, other)


def test_service_accounts_and_auditors_never_decide(rosa: Any):
    robot = UserFactory(kind="service", roles=[Role.RELEASE_MANAGER])
    auditor = UserFactory(roles=[Role.RELEASE_MANAGER, Role.AUDITOR])
    asks({"role": Role.RELEASE_MANAGER})
    made = requested(by=rosa)
    for one in (robot, auditor, UserFactory()):
        with pytest.raises(NotAllowed):
            yes(made, one)


def test_a_digest_nobody_saw_is_refused_and_a_second_yes_too(rosa: Any, people: list[Any], security: Any):
    asks({"team": security, "people": 2})
    made = requested(by=rosa)
    with pytest.raises(Conflict, match="no longer what you looked at"):
        approvals.decide(made, decision="approve", digest="0" * 64, by=people[0], at=AT)
    yes(made, people[0])
    with pytest.raises(Conflict, match="one person counts once"):
        yes(made, people[0])
    assert Approval.objects.count() == 1


@pytest.mark.parametrize("what", ["item", "window", "size", "policy", "candidate"])
def test_what_an_approval_covers_voids_it_with_the_reason(what: str, rosa: Any, people: list[Any], security: Any):
    asks({"team": security})
    asks({"team": security}, slug="major", sizes=["major"])
    made = requested(by=rosa)
    yes(made, people[0])
    assert status(made) == "approved"
    other = manager("Other")
    if what == "item":
        items.change(made.release.items.get(), {"version": "2"}, by=other)
        reason = "what goes in was changed"
    elif what == "window":
        promotions.reschedule(made, by=other, at=AT, approved_until=made.ends_at + 2 * DAY)
        reason = "the approved window was changed"
    elif what == "size":
        releases.change(made.release, {"size": "major"}, by=other, at=AT)
        reason = "other policies apply"
    elif what == "policy":
        asks({"team": security}, number=2)
        reason = "other policies apply"
    else:
        # What was asked for keeps its candidate: a new one changes nothing of it.
        candidates.new(made.release, by=other)
        assert (status(made), ends(made)) == ("approved", [])
        return
    assert (status(made), ends(made)) == ("requested", [("voided", reason)])
    assert Author.objects.filter(promotion=made).exclude(user=other).count() <= 2


def test_moving_inside_the_approved_window_voids_nothing_and_beside_it_waits(rosa: Any, people: list[Any], security: Any):
    asks({"team": security})
    made = requested(by=rosa)
    yes(made, people[0])
    by = manager("Mover")
    promotions.reschedule(made, by=by, at=AT, starts_at=made.starts_at + HOUR, ends_at=made.ends_at + HOUR)
    assert (status(made), ends(made)) == ("approved", [])
    promotions.reschedule(made, by=by, at=AT, starts_at=made.starts_at + DAY, ends_at=made.ends_at + DAY)
    assert (status(made), ends(made)) == ("requested", [])
    promotions.reschedule(made, by=by, at=AT, starts_at=made.starts_at, ends_at=made.ends_at)
    assert (status(made), ends(made)) == ("approved", [])


def test_a_no_sends_it_back_with_its_reason_and_voids_the_rest(rosa: Any, people: list[Any], security: Any):
    asks({"team": security, "people": 2})
    made = requested(by=rosa)
    yes(made, people[0])
    with pytest.raises(RuleBroken, match="Say why"):
        approvals.decide(made, decision="reject", digest=digest(made), by=people[1], at=AT)
    approvals.decide(made, decision="reject", digest=digest(made), comment="No test report", by=people[1], at=AT)
    assert (status(made), ends(made)) == ("draft", [("voided", "the promotion was rejected")])
    assert Event.objects.latest("pk").reason == "No test report"
    # Asked for anew, everything is decided anew.
    promotions.request(made, by=rosa, at=AT)
    yes(made, people[0])
    assert status(made) == "requested"
    yes(made, people[1])
    assert status(made) == "approved"


def test_withdrawing_the_request_and_taking_back_a_yes(rosa: Any, people: list[Any], security: Any):
    asks({"team": security})
    made = requested(by=rosa)
    yes(made, people[0])
    approvals.take_back(made, by=people[0], at=AT)
    assert (status(made), ends(made)) == ("requested", [("withdrawn", "")])
    with pytest.raises(Conflict, match="none to take back"):
        approvals.take_back(made, by=people[0], at=AT)
    yes(made, people[0])
    assert promotions.withdraw(made, by=rosa, at=AT, reason="Not yet").status == "draft"
    assert ends(made)[-1] == ("voided", "the request was withdrawn")


def test_a_delegate_speaks_for_who_is_away_and_counts_once(rosa: Any, people: list[Any], security: Any):
    sven, sara, _ = people
    stand_in = UserFactory(name="Stand-in")
    asks({"team": security, "people": 2})
    made = requested(by=rosa)
    with pytest.raises(NotAllowed):
        yes(made, stand_in)
    absences.announce(sven, by=sven, starts_at=AT - HOUR, ends_at=AT + HOUR, delegate=stand_in)
    assert yes(made, stand_in).for_delegator == sven
    with pytest.raises(Conflict):
        yes(made, stand_in)
    with pytest.raises(Conflict):
        yes(made, sven)
    yes(made, sara)
    assert status(made) == "approved"


def test_a_condition_of_a_yes_is_a_gate(rosa: Any, people: list[Any], security: Any):
    asks({"team": security})
    made = requested(by=rosa)
    owner = UserFactory()
    given = yes(made, people[0], conditions=[{"text": "Watch the disks", "owner": owner, "due_on": NOON.date()}])
    gate = Gate.objects.get(condition_of=given)
    assert (gate.name, gate.owner, gate.due_on, gate.stage, gate.state) == (
        "Watch the disks",
        owner,
        NOON.date(),
        "production",
        "open",
    )
    approvals.take_back(made, by=people[0], at=AT)
    gate.refresh_from_db()
    assert not gate.is_asked


def test_a_condition_that_was_due_before_today_is_refused(rosa: Any, people: list[Any], security: Any):
    asks({"team": security})
    made = requested(by=rosa)
    condition = {"text": "Watch the disks", "owner": UserFactory(), "due_on": AT.date() - timedelta(days=1)}
    with pytest.raises(RuleBroken, match="Condition 1 was due on"):
        yes(made, people[0], conditions=[condition])
    assert not Gate.objects.exists()
    assert not made.approvals.exists()


def test_a_yes_lapses_and_the_clock_has_it_wait_again(rosa: Any, people: list[Any], security: Any):
    asks({"team": security, "holds_days": 3})
    made = requested(by=rosa)
    yes(made, people[0])
    clock = User.objects.clock()
    assert approvals.lapse(by=clock, at=AT + 3 * DAY - HOUR) == 0
    assert status(made) == "approved"
    assert approvals.lapse(by=clock, at=AT + 3 * DAY) == 1
    assert status(made) == "requested"
    yes(made, people[0], AT + 3 * DAY)
    assert status(made) == "approved"


def test_a_break_fix_is_approved_by_as_many_as_an_emergency_takes(rosa: Any, people: list[Any], security: Any):
    asks({"team": security, "people": 2, "emergency_people": 1})
    made = requested(by=rosa, urgency="break_fix")
    yes(made, people[0])
    assert status(made) == "approved"
    normal = requested(by=rosa)
    yes(normal, people[0])
    assert status(normal) == "requested"


def test_what_was_approved_is_said_exactly(rosa: Any):
    made = planned(by=rosa, name="payments", version="4.2.0")
    shown = digests.of([Promotion.objects.with_references().get(pk=made.pk)])[made.pk]
    assert shown.words(ZoneInfo("Europe/Berlin"), 2026) == (
        f"payments 4.2.0, candidate 1, into {made.environment.name}, between Tue 10 Mar, 13:00 and 15:00 CET"
    )


def test_members_of_a_package_are_decided_together_with_opt_outs(rosa: Any, people: list[Any], security: Any):
    asks({"team": security})
    package: Any = ReleaseFactory(extent="package")
    made = [requested(by=rosa, package=package) for _ in range(3)]
    stranger = requested(by=rosa)
    wanted = {one.pk: digest(one) for one in made[:2]}
    approvals.decide_together(package, decision="approve", promotions=wanted, by=people[0], at=AT)
    assert [status(one) for one in made] == ["approved", "approved", "requested"]
    with pytest.raises(Exception, match="only promotions of the package"):
        approvals.decide_together(package, decision="approve", promotions={stranger.pk: digest(stranger)}, by=people[0], at=AT)


def test_standing_takes_the_same_queries_for_one_and_for_many(
    rosa: Any, people: list[Any], security: Any, django_assert_num_queries: Any
):
    asks({"team": security, "people": 2})
    for number in range(4):
        made = requested(by=rosa)
        ItemFactory(release=made.release)
        ArtefactFactory(item=made.release.items.last(), candidate=made.candidate)
        if number:
            yes(made, people[0])
    some, known = list(Promotion.objects.with_references()), standards()
    with django_assert_num_queries(7):
        standing(some[:1], AT, known=known)
    with django_assert_num_queries(7):
        standing(some, AT, known=known)


def test_a_gate_that_was_good_and_is_not_any_more_voids_and_one_that_gets_better_does_not(
    rosa: Any, people: list[Any], security: Any
):
    standard(gates=[{"name": "Tested"}, {"name": "Told"}], slug="gates")
    asks({"team": security})
    made = requested(by=rosa)
    gates.put([made.release_id], by=rosa, at=AT)
    tested, told = Gate.objects.filter(release=made.release).order_by("pk")
    decider = manager("Gate keeper")
    gates.decide(tested, outcome="passed", by=decider, at=AT)
    yes(made, people[0])
    gates.decide(told, outcome="passed", by=decider, at=AT)
    assert (status(made), ends(made)) == ("approved", [])
    gates.reopen(tested, by=decider, at=AT, comment="The wrong report")
    assert (status(made), ends(made)) == ("requested", [("voided", "the gate “Tested” was good then, and is not any more")])
