"""Which reminders follow from how things stand: when they are due, what moves them, and what is no longer said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from history.deeds import deed, record
from releases.models import GateDecision
from reminders.actions import planning, rules
from reminders.models import Reminder
from tests.callers import change
from tests.factories import (
    NOON,
    CandidateFactory,
    ContributionFactory,
    EnvironmentFactory,
    GateFactory,
    GateRuleFactory,
    OutputFactory,
    PromotionFactory,
    ReleaseFactory,
    UserFactory,
)
from tests.reminders.saying import due_days, planned, says

DAY = timedelta(days=1)


def asked(**values: Any) -> Any:
    """A promotion that was asked for; its window opens on Tuesday 10 March 2026 at noon."""
    return PromotionFactory(**{"status": "requested", "requested_at": NOON - 20 * DAY, **values})


# --- when


@pytest.mark.django_db
def test_working_days_count_back_from_the_window_on_the_clock_of_the_place():
    says("promotion_ahead", -3, -1, 0)
    asked(environment=EnvironmentFactory(time_zone="America/New_York"))
    planning.plan(at=NOON - 6 * DAY)
    # Three working days before a Tuesday is the Thursday of the week before; over the weekend the clocks there went forward.
    assert due_days() == ["2026-03-05 14:00", "2026-03-09 13:00", "2026-03-10 13:00"]


@pytest.mark.django_db
def test_holidays_of_the_region_are_no_working_days():
    says("promotion_ahead", -1)
    starts_at = datetime(2026, 4, 7, 12, tzinfo=UTC)  # the Tuesday after Easter
    asked(starts_at=starts_at, environment=EnvironmentFactory(region="DE"))
    planning.plan(at=starts_at - 6 * DAY)
    assert due_days() == ["2026-04-02 09:00"]


@pytest.mark.django_db
def test_hours_are_elapsed_time():
    says("promotion_ahead", -36, 2, unit="hours")
    asked()
    planning.plan(at=NOON - 3 * DAY)
    assert due_days() == ["2026-03-09 00:00", "2026-03-10 14:00"]


@pytest.mark.django_db
def test_what_lies_beyond_the_horizon_comes_into_sight_by_itself():
    says("promotion_ahead", -1)
    asked()
    planning.plan(at=NOON - 30 * DAY)
    assert due_days() == []
    planning.plan(at=NOON - 7 * DAY)
    assert due_days() == ["2026-03-09 09:00"]


@pytest.mark.django_db
def test_of_what_is_past_only_the_last_word_is_said_while_the_moment_is_ahead():
    says("promotion_ahead", -5, -3, -1)
    asked()
    planning.plan(at=NOON - 2 * DAY)
    assert due_days() == ["2026-03-05 09:00", "2026-03-09 09:00"]


@pytest.mark.django_db
def test_what_a_rule_would_have_said_before_it_was_switched_on_is_not_said():
    says("promotion_ahead", -5, -3, -1, on_since=NOON - 2 * DAY)
    asked()
    planning.plan(at=NOON - 2 * DAY)
    assert due_days() == ["2026-03-09 09:00"]


# --- what moves it


@pytest.mark.django_db
def test_what_moves_is_planned_anew_and_what_it_was_is_cancelled():
    says("promotion_ahead", -1)
    promotion = asked()
    at = NOON - 5 * DAY
    planning.plan(at=at)
    change(promotion, starts_at=NOON + DAY, ends_at=NOON + DAY + timedelta(hours=2))
    planning.plan_for(releases=[promotion.release_id], at=at)
    assert due_days() == ["2026-03-10 09:00"]
    change(promotion, starts_at=NOON, ends_at=NOON + timedelta(hours=2))
    planning.plan_for(releases=[promotion.release_id], at=at)
    assert due_days() == ["2026-03-09 09:00"]
    assert Reminder.objects.count() == 2


@pytest.mark.django_db
def test_what_was_said_of_a_moment_is_not_said_again():
    says("promotion_ahead", -1)
    promotion = asked()
    planning.plan(at=NOON - 5 * DAY)
    Reminder.objects.update(state="addressed")
    planning.plan_for(releases=[promotion.release_id], at=NOON - 5 * DAY)
    assert due_days() == []


@pytest.mark.django_db
def test_what_nobody_says_any_more_is_cancelled():
    rule = says("promotion_ahead", -1)
    asked()
    at = NOON - 5 * DAY
    planning.plan(at=at)
    rules.change(rule, {"is_on": False}, by=User.objects.operator(), at=at)
    planning.plan(at=at)
    assert due_days() == []


@pytest.mark.django_db
def test_planning_twice_writes_nothing():
    says("promotion_ahead", -1)
    asked()
    assert planning.plan(at=NOON - 5 * DAY) == 1
    assert planning.plan(at=NOON - 5 * DAY) == 0


@pytest.mark.django_db
def test_a_pass_costs_the_same_for_one_and_for_ten(django_assert_num_queries):
    for occasion in ("promotion_ahead", "release_at_risk", "gate_due", "gate_starts", "output_due", "project_closing"):
        says(occasion, -1)
    planning.plan(at=NOON - 5 * DAY)
    for count in (1, 9):
        for _ in range(count):
            release = asked().release
            GateFactory(release=release, due_on=NOON.date())
            ContributionFactory(release=release, output=OutputFactory(due_on=NOON.date() + 2 * DAY))
        with django_assert_num_queries(22):
            planning.plan(at=NOON - 5 * DAY)


# --- the last responsible moment


def passed(rule: Any, put_on: date, decided_on: date) -> None:
    """A gate of this rule that somebody passed, from one day to another."""
    release: Any = ReleaseFactory()
    began = datetime.combine(put_on, NOON.time(), UTC)
    candidate = change(CandidateFactory(release=release), created_at=began)
    gate = change(GateFactory(release=release, rule=rule, state="passed"), created_at=began)
    clock = User.objects.clock()
    with deed(by=clock):
        at = datetime.combine(decided_on, NOON.time(), UTC)
        GateDecision.objects.create(gate=gate, candidate=candidate, outcome="passed", by=clock, at=at)
        record(gate, "passed", by=clock)


@pytest.mark.django_db
def test_a_gate_is_assumed_to_take_its_rules_days_until_five_were_passed_and_then_their_median():
    says("gate_starts", 0, assumed_days=2)
    rule: Any = GateRuleFactory()
    promotion = asked()
    GateFactory(release=promotion.release, rule=rule, due_on=date(2026, 3, 10))
    for _ in range(2):
        passed(rule, date(2026, 2, 2), date(2026, 2, 3))
    for _ in range(2):
        passed(rule, date(2026, 2, 2), date(2026, 2, 20))
    planning.plan(at=NOON - 6 * DAY)
    assert due_days() == ["2026-03-06 09:00"]
    passed(rule, date(2026, 2, 2), date(2026, 2, 5))
    planning.plan(at=NOON - 6 * DAY)
    # Of 1, 1, 3, 14 and 14 working days the median is 3.
    assert due_days() == ["2026-03-05 09:00"]


# --- from scratch


class Toy:
    """A promotion, a gate before it and an output that feeds it, which a test moves about."""

    def __init__(self) -> None:
        self.promotion = asked()
        release = self.promotion.release
        self.gate: Any = GateFactory(release=release, due_on=NOON.date())
        self.output: Any = OutputFactory(due_on=NOON.date())
        ContributionFactory(release=release, output=self.output)

    def move(self, what: str, days: int) -> None:
        day = NOON + days * DAY
        if what == "promotion":
            change(self.promotion, starts_at=day, ends_at=day + timedelta(hours=2))
        elif what == "status":
            change(self.promotion, status=("requested", "approved", "draft", "cancelled")[days % 4])
        elif what == "gate":
            change(self.gate, due_on=day.date() if days % 5 else None, state=("open", "passed")[days % 2])
        else:
            change(self.output, due_on=day.date(), status=("planned", "in_progress", "delivered")[days % 3])


MOVES = st.lists(st.tuples(st.sampled_from(["promotion", "status", "gate", "output"]), st.integers(-8, 12)), max_size=6)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=6, phases=[Phase.explicit, Phase.generate])
@given(moves=MOVES, hours=st.integers(-24 * 6, 24 * 4))
@example(moves=[("output", 4)], hours=-24 * 4)
@example(moves=[("output", 4), ("promotion", 7)], hours=-24 * 4)
@example(moves=[("gate", 2), ("status", 3)], hours=-24 * 4)
@example(moves=[("output", -3), ("output", -6)], hours=-24 * 4)
def test_after_any_moves_what_is_planned_equals_what_is_planned_from_scratch(moves, hours):
    if not Reminder.objects.exists() and not planning.Rule.objects.exists():
        for occasion in ("promotion_ahead", "promotion_opened", "release_at_risk", "gate_due", "gate_starts", "output_due"):
            says(occasion, -3, -1, 0, 2)
        says("promotion_ahead", -30, -1, 4, unit="hours")
    at = NOON + timedelta(hours=hours)
    planning.plan(at=at)
    planning.catch_up(at=at)
    toy = Toy()
    planning.catch_up(at=at)
    for what, days in moves:
        toy.move(what, days)
        planning.catch_up(at=at)
    step_by_step = planned()
    Reminder.objects.all().delete()
    planning.plan(at=at)
    assert step_by_step == planned()
    for thing, columns in ((toy.promotion, {"status": "cancelled"}), (toy.gate, {"due_on": None}), (toy.output, {"due_on": None})):
        change(thing, **columns)
    planning.catch_up(at=at)


# --- what happened


@pytest.mark.django_db(transaction=True)
def test_what_happened_is_told_once_however_often_one_looks():
    says("promotion_missed", 0, unit="hours")
    at = datetime.now(UTC)
    planning.catch_up(at=at)
    promotion = asked()
    clock = User.objects.clock()
    with deed(by=clock):
        record(promotion, "missed", by=clock)
    for _ in range(3):
        planning.catch_up(at=at + timedelta(minutes=1))
    assert [(one.subject_id, one.state) for one in Reminder.objects.all()] == [(promotion.pk, "planned")]


@pytest.mark.django_db(transaction=True)
def test_what_was_there_before_the_first_look_is_not_told():
    says("promotion_missed", 0, unit="hours")
    clock = User.objects.clock()
    with deed(by=clock):
        record(asked(), "missed", by=clock)
    planning.catch_up(at=datetime.now(UTC))
    assert not Reminder.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_happened_long_before_it_is_read_is_not_told():
    says("promotion_missed", 0, unit="hours")
    at = datetime.now(UTC)
    planning.catch_up(at=at)
    clock = User.objects.clock()
    with deed(by=clock):
        record(asked(), "missed", by=clock)
    planning.catch_up(at=at + 4 * DAY)
    assert not Reminder.objects.exists()


@pytest.mark.django_db
def test_the_shipped_rules_come_once_and_stay_as_somebody_left_them():
    operator: Any = User.objects.operator()
    assert rules.install(by=operator, at=NOON) == 22
    manager: Any = UserFactory(roles=["Release manager"])
    rule = planning.Rule.objects.get(code="gate-due")
    rules.change(rule, {"offsets": [-4, 0]}, by=manager, at=NOON + DAY)
    assert rules.install(by=operator, at=NOON) == 0
    rule.refresh_from_db()
    assert (rule.offsets, rule.on_since) == ([-4, 0], NOON + DAY)


@pytest.mark.django_db
def test_shipped_rules_that_nobody_changed_say_things_in_the_inbox_too_from_now_on():
    operator: Any = User.objects.operator()
    some = planning.Rule.objects.filter(code__in=["gate-due", "gate-starts"])
    for code in ("gate-due", "gate-starts"):
        says("gate_due", -1, code=code)
    rules.change(some.get(code="gate-starts"), {"name": "Begin"}, by=operator, at=NOON)
    for _ in range(2):
        rules.install(by=operator, at=NOON)
        assert dict(some.values_list("code", "channels")) == {"gate-due": ["inbox", "email", "chat"], "gate-starts": ["email"]}
    rules.change(some.get(code="gate-due"), {"channels": ["email"]}, by=operator, at=NOON)
    rules.install(by=operator, at=NOON)
    assert some.get(code="gate-due").channels == ["email"]


@pytest.mark.django_db
def test_what_was_due_just_before_it_was_planned_is_still_said_and_what_was_due_long_before_is_not():
    says("approval_waiting", 0, unit="hours")
    asked(requested_at=NOON - timedelta(minutes=5), starts_at=NOON + 9 * DAY, ends_at=NOON + 10 * DAY)
    asked(requested_at=NOON - timedelta(minutes=20), starts_at=NOON + 9 * DAY, ends_at=NOON + 10 * DAY)
    planning.plan(at=NOON)
    assert due_days() == ["2026-03-10 11:55"]


@pytest.mark.django_db(transaction=True)
def test_a_rule_that_is_changed_is_followed_at_the_next_look():
    rule = says("promotion_ahead", -1)
    asked()
    at = NOON - 5 * DAY
    planning.catch_up(at=at)
    assert due_days() == ["2026-03-09 09:00"]
    operator: Any = User.objects.operator()
    rule = rules.change(rule, {"offsets": [-2]}, by=operator, at=at)
    planning.catch_up(at=at)
    assert due_days() == ["2026-03-06 09:00"]
    rules.change(rule, {"is_on": False}, by=operator, at=at)
    planning.catch_up(at=at)
    assert due_days() == []
