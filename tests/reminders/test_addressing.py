"""To whom a reminder goes, decided when it is due."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Absence, Membership
from accounts.vocabulary import Role
from releases.models import Promotion, Release
from reminders.actions import addressing, planning, subscriptions
from reminders.models import Delivery, Reminder
from reminders.vocabulary import Attention
from tests.approving import AT, asks, manager, requested, team_of
from tests.callers import change, in_a_deed
from tests.factories import (
    NOON,
    ContributionFactory,
    EnvironmentFactory,
    GateFactory,
    OutputFactory,
    ProgramFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    TeamFactory,
    UserFactory,
)
from tests.reminders.saying import heard, said_at, says

DAY = timedelta(days=1)
#: Nine o'clock on the working day before the window opens.
DUE = NOON - DAY - timedelta(hours=3)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa() -> Any:
    """The release's manager."""
    return UserFactory(name="Rosa")


def asked(rosa: Any, **values: Any) -> Any:
    release = ReleaseFactory(release_manager=rosa)
    return PromotionFactory(**{"release": release, "status": "requested", "requested_at": NOON - 20 * DAY, **values})


def away(user: Any, delegate: Any) -> None:
    absence = Absence(user=user, delegate=delegate, starts_at=DUE - DAY, ends_at=DUE + DAY)
    in_a_deed(user, absence.save)


def test_the_release_manager_hears_of_it(rosa):
    says("promotion_ahead", -1)
    asked(rosa)
    assert heard(DUE) == ["Rosa"]


def test_the_team_that_owns_the_environment_hears_of_it(rosa):
    says("promotion_ahead", -1, to=["team"])
    lead, member, stranger = (UserFactory(name=name) for name in ("Lea", "Max", "Stan"))
    team = team_of(member, lead=lead)
    team_of(stranger)
    asked(rosa, environment=EnvironmentFactory(owner=team))
    assert heard(DUE) == ["Lea", "Max"]


def test_the_managers_of_the_projects_behind_it_hear_of_it_and_the_next_level_up(rosa):
    says("promotion_ahead", -1, to=["project_manager"])
    output = OutputFactory(project=ProjectFactory(manager=UserFactory(name="Petra")))
    other = OutputFactory(project=ProjectFactory(manager=UserFactory(name="Paul")))
    promotion = asked(rosa)
    ContributionFactory(release=promotion.release, output=output)
    ContributionFactory(release=promotion.release, output=other, state="declined")
    assert heard(DUE) == ["Petra"]


def test_of_an_overdue_output_its_manager_hears_and_then_whoever_manages_the_program():
    says("output_due", 1, to=["owner"])
    says("output_due", 5, to=["lead"])
    program = ProgramFactory(manager=UserFactory(name="Greta"))
    project = ProjectFactory(manager=UserFactory(name="Petra"), program=program)
    OutputFactory(project=project, due_on=date(2026, 3, 2))
    planning.plan(at=NOON - 9 * DAY)
    assert heard(NOON - 7 * DAY) == ["Petra"]
    assert heard(NOON) == ["Greta", "Petra"]


@pytest.mark.parametrize("who", ["team", "role", "release manager"])
def test_a_gate_is_for_its_team_its_role_or_of_release_managers_for_the_releases_own(rosa, who):
    says("gate_due", 0, to=["owner"])
    change(rosa, name="Rosa")
    UserFactory(name="Rolf", roles=[Role.RELEASE_MANAGER])
    UserFactory(name="Pia", roles=[Role.PMO])
    owner: dict[str, Any] = {
        "team": {"owner_team": team_of(UserFactory(name="Max")), "owner_role": ""},
        "role": {"owner_role": Role.PMO},
        "release manager": {"owner_role": Role.RELEASE_MANAGER},
    }[who]
    GateFactory(release=ReleaseFactory(release_manager=rosa), due_on=DUE.date(), **owner)
    assert heard(DUE) == [{"team": "Max", "role": "Pia", "release manager": "Rosa"}[who]]


def test_approvers_hear_of_it_while_their_yes_is_missing():
    says("approval_waiting", 2, to=["approvers"])
    team = team_of(UserFactory(name="Max"), UserFactory(name="Moritz"))
    asks({"team": team})
    promotion = requested(by=manager())
    assert heard(AT + 2 * DAY - timedelta(hours=3)) == ["Max", "Moritz"]
    assert promotion.status == "requested"


def test_whoever_watches_what_it_belongs_to_hears_of_it_unless_they_muted_part_of_it(rosa):
    says("promotion_ahead", -1, to=["subscribers"])
    promotion = asked(rosa)
    output: Any = OutputFactory()
    ContributionFactory(release=promotion.release, output=output)
    anna, bert = UserFactory(name="Anna"), UserFactory(name="Bert")
    for user in (anna, bert):
        subscriptions.subscribe(output.project, Attention.WATCH, by=user)
    subscriptions.subscribe(promotion.environment, Attention.MUTE, by=bert)
    assert heard(DUE) == ["Anna"]


def test_what_is_urgent_reaches_those_too_who_muted_it(rosa):
    says("promotion_ahead", -1, severity="urgent")
    promotion = asked(rosa)
    subscriptions.subscribe(promotion.release, Attention.MUTE, by=rosa)
    assert heard(DUE) == ["Rosa"]


def test_who_belongs_to_several_audiences_hears_of_it_once_by_the_first(rosa):
    says("promotion_ahead", -1, to=["subscribers", "release_manager", "owner"])
    promotion = asked(rosa)
    subscriptions.subscribe(promotion.release, Attention.WATCH, by=rosa)
    (delivery,) = said_at(DUE)
    assert (delivery.recipient, delivery.audience) == (rosa, "subscribers")


def test_who_is_away_is_stood_in_for_and_so_is_who_stands_in(rosa):
    says("promotion_ahead", -1)
    bert, carl = UserFactory(name="Bert"), UserFactory(name="Carl")
    away(rosa, bert)
    away(bert, carl)
    asked(rosa)
    (delivery,) = said_at(DUE)
    assert (delivery.recipient, delivery.instead_of) == (carl, rosa)


def test_who_is_away_without_anybody_finds_it_when_they_come_back(rosa):
    says("promotion_ahead", -1)
    away(rosa, None)
    asked(rosa)
    assert heard(DUE) == ["Rosa"]


def test_who_has_left_hears_nothing(rosa):
    says("promotion_ahead", -1)
    asked(rosa)
    change(rosa, is_active=False)
    assert heard(DUE) == []


def test_several_overdue_ones_about_the_same_become_one(rosa):
    says("promotion_ahead", -5, -3)
    says("promotion_ahead", -2)
    asked(rosa)
    planning.plan(at=NOON - 8 * DAY)
    planning.plan(at=DUE)
    addressing.address(at=DUE)
    found = Delivery.objects.order_by("reminder__due_at").values_list("state", "reason")
    assert list(found) == [("skipped", addressing.TOLD_TOGETHER)] * 2 + [("planned", "")]


def test_what_is_no_longer_true_when_it_is_due_is_cancelled(rosa):
    says("promotion_ahead", -1)
    promotion = asked(rosa)
    planning.plan(at=DUE - DAY)
    change(promotion, status="cancelled")
    assert addressing.address(at=DUE) == 0
    assert Reminder.objects.get().state == "cancelled"


def test_a_batch_costs_the_same_for_one_and_for_ten(rosa, django_assert_num_queries):
    says("promotion_ahead", -1, to=["owner", "release_manager", "project_manager", "subscribers", "team", "lead"])
    team = team_of(UserFactory())
    for count in (1, 9):
        for _ in range(count):
            promotion = asked(rosa, environment=EnvironmentFactory(owner=team))
            ContributionFactory(release=promotion.release, output=OutputFactory(project=ProjectFactory(manager=UserFactory())))
        planning.plan(at=DUE)
        with django_assert_num_queries(25):
            addressing.address(at=DUE)


@settings(max_examples=10, phases=[Phase.generate])
@given(
    restricted=st.booleans(),
    named=st.booleans(),
    member=st.booleans(),
    manages=st.booleans(),
    role=st.sampled_from(["", Role.AUDITOR, Role.PROJECT_MANAGER, Role.PMO]),
)
def test_nobody_hears_of_what_they_may_not_see(restricted, named, member, manages, role):
    reader: Any = UserFactory(roles=[role] if role else [])
    team: Any = TeamFactory()
    if member:
        in_a_deed(team, lambda: Membership.objects.create(team=team, user=reader))
    promotion = asked(reader if manages else UserFactory(), environment=EnvironmentFactory(owner=team))
    watched = subscriptions.subscribe(promotion.release, Attention.WATCH, by=reader)
    release: Release = promotion.release
    if restricted:
        change(release, restricted_until=NOON + DAY)
        in_a_deed(release, lambda: release.restricted_to.set([team] if named else []))
    says("promotion_ahead", -1, to=["subscribers", "release_manager", "team"])
    said_at(DUE)
    reached = Delivery.objects.filter(reminder__subject_id=promotion.pk, recipient=reader).exists()
    # Asked again as somebody who signs in would be: nothing is kept of what was known before.
    fresh: Any = type(reader).objects.get(pk=reader.pk)
    assert reached == Promotion.objects.visible_to(fresh).filter(pk=promotion.pk).exists()
    Reminder.objects.all().delete()
    subscriptions.unsubscribe(watched, by=reader)
    change(promotion, status="cancelled")


def test_a_clock_that_jumps_forth_and_back_repeats_and_skips_nothing(rosa):
    says("promotion_ahead", -1)
    asked(rosa)
    hour = timedelta(hours=1)
    for at in (DUE - 3 * hour, DUE - hour / 2, DUE + hour / 2, DUE - hour / 2, DUE + hour / 2, DUE + 9 * hour, DUE):
        planning.catch_up(at=at)
        addressing.address(at=at)
    assert [one.reminder.due_at for one in Delivery.objects.all()] == [DUE]
