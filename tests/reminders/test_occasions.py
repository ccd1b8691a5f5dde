"""What each occasion speaks of, and in what words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from history.deeds import deed, record
from releases.models import Obligation, Waiver
from reminders.actions import planning
from reminders.models import Reminder, Rule
from reminders.occasions import ALL, DATED, Moment, Span
from reminders.queries.letters import Letters
from reminders.vocabulary import Audience, Occasion
from tests.approving import AT, asks, manager, requested, yes
from tests.callers import change
from tests.factories import (
    NOON,
    ApprovalRuleFactory,
    ContributionFactory,
    DeploymentFactory,
    GateFactory,
    OutputFactory,
    PrerequisiteFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    UserFactory,
)
from tests.reminders.saying import says

DAY = timedelta(days=1)
YEAR = Span(NOON - 180 * DAY, NOON + 180 * DAY, NOON)

pytestmark = pytest.mark.django_db


def moments(name: Occasion) -> list[tuple[int, datetime]]:
    """Subjects and moments of an occasion in the year around noon of 10 March 2026."""
    return [(each.subject, each.at) for each in DATED[name].moments(YEAR)]


def save(thing: Any) -> Any:
    """A row of what has no factory, saved in a deed of the clock's."""
    clock = User.objects.clock()
    with deed(by=clock):
        thing.save()
        record(thing, "made", by=clock)
    return thing


def test_a_window_is_ahead_once_it_was_asked_for_and_open_only_while_it_is_approved():
    made = {status: PromotionFactory(status=status) for status in ("draft", "requested", "approved", "running")}
    ahead = [(made["requested"].pk, NOON), (made["approved"].pk, NOON)]
    assert moments(Occasion.PROMOTION_AHEAD) == ahead
    assert moments(Occasion.PROMOTION_OPENED) == ahead[1:]


def test_a_promotion_is_at_risk_by_an_output_that_comes_later_and_by_what_it_needs_live_first():
    waiting, needing, needed, safe = (PromotionFactory(status="requested") for _ in range(4))
    ContributionFactory(release=waiting.release, output=OutputFactory(due_on=NOON.date() + 2 * DAY))
    ContributionFactory(release=safe.release, output=OutputFactory(due_on=NOON.date() - DAY))
    change(needed, starts_at=NOON + DAY, ends_at=NOON + 2 * DAY, environment=needing.environment)
    PrerequisiteFactory(release=needing.release, needs=needed.release)
    assert moments(Occasion.RELEASE_AT_RISK) == [(waiting.pk, NOON)]
    assert moments(Occasion.PREREQUISITE_SLIPPED) == [(needing.pk, NOON)]


def test_an_approval_lapses_if_that_is_before_the_promotion_is_over():
    asks({"role": "Release manager", "people": 2, "holds_days": 5}, {"role": "PMO", "people": 2, "holds_days": 30})
    promotion = requested(by=manager("Rosa"))
    for approver in (manager("Rolf"), UserFactory(roles=["PMO"])):
        yes(promotion, approver)
    assert moments(Occasion.APPROVAL_LAPSING) == [(promotion.pk, AT + 5 * DAY)]


def test_what_a_break_fix_owes_is_due_until_it_is_met():
    promotion: Any = PromotionFactory(status="succeeded")
    owed = save(Obligation(promotion=promotion, rule=ApprovalRuleFactory(), due_at=NOON))
    assert moments(Occasion.OBLIGATION_DUE) == [(promotion.pk, NOON)]
    change(owed, met_at=NOON)
    assert moments(Occasion.OBLIGATION_DUE) == []


def test_a_gate_is_due_while_it_is_asked_and_not_good():
    open_, failed = (GateFactory(due_on=NOON.date(), state=state) for state in ("open", "failed"))
    for columns in ({"state": "passed"}, {"state": "waived"}, {"is_asked": False}, {"due_on": None}):
        GateFactory(**{"due_on": NOON.date(), **columns})
    morning = NOON - timedelta(hours=3)
    assert moments(Occasion.GATE_DUE) == [(open_.pk, morning), (failed.pk, morning)]


def test_a_waiver_expires_while_a_gate_rests_on_it():
    gate: Any = GateFactory(state="waived")
    waiver = Waiver(gate=gate, reason="r", compensating_control="c", expires_at=NOON, by=UserFactory(), at=NOON - 9 * DAY)
    save(waiver)
    assert moments(Occasion.WAIVER_EXPIRING) == [(gate.pk, NOON)]
    change(gate, state="passed")
    assert moments(Occasion.WAIVER_EXPIRING) == []


def test_an_output_is_due_while_it_is_not_delivered_and_its_project_goes_on():
    waiting: Any = OutputFactory()
    OutputFactory(status="delivered")
    OutputFactory(project=ProjectFactory(status="closed"))
    assert moments(Occasion.OUTPUT_DUE) == [(waiting.pk, NOON - timedelta(hours=3))]


def test_a_project_ends_with_outputs_that_are_not_live():
    waiting, live, idle = (ProjectFactory(ends_on=date(2026, 3, 31)) for _ in range(3))
    release: Any = ReleaseFactory()
    ContributionFactory(output=OutputFactory(project=waiting))
    ContributionFactory(output=OutputFactory(project=live), release=release)
    DeploymentFactory(promotion=PromotionFactory(release=release, status="succeeded"))
    OutputFactory(project=idle)
    assert moments(Occasion.PROJECT_CLOSING) == [(waiting.pk, datetime(2026, 3, 31, 9, tzinfo=UTC))]


@pytest.mark.django_db(transaction=True)
def test_what_happened_is_told_of_what_it_happened_to():
    told = (Occasion.PROMOTION_MISSED, Occasion.APPROVAL_VOIDED, Occasion.GATE_DECIDED, Occasion.OUTPUT_ACCEPTED)
    for name in told:
        says(name, 0, unit="hours")
    at = datetime.now(UTC)
    planning.catch_up(at=at)
    missed, voided = PromotionFactory(status="missed"), PromotionFactory(status="requested")
    gate, output, delivered = GateFactory(state="passed"), OutputFactory(status="accepted"), OutputFactory(status="delivered")
    clock = User.objects.clock()
    with deed(by=clock):
        record(missed, "missed", by=clock)
        record(voided, "approval_voided", by=clock)
        record(gate, "passed", by=clock)
        for each in (output, delivered):
            record(each, "changed", by=clock, columns=["status"])
    planning.catch_up(at=at + timedelta(minutes=1))
    found = set(Reminder.objects.values_list("rule__occasion", "subject_id"))
    assert found == set(zip(told, (missed.pk, voided.pk, gate.pk, output.pk), strict=True))


def test_every_occasion_has_words_for_its_subject(django_assert_num_queries):
    promotion: Any = PromotionFactory()
    ContributionFactory(release=promotion.release)
    gate: Any = GateFactory(release=promotion.release, due_on=NOON.date())
    output: Any = promotion.release.contributions.get().output
    subjects = {"promotion": promotion.pk, "gate": gate.pk, "output": output.pk, "project": output.project_id}
    reader: Any = UserFactory(time_zone="Europe/Berlin")
    reminders = []
    for name, occasion in ALL.items():
        rule = Rule(code=name, name=name.label, occasion=name)
        moment = Moment(subjects[occasion.kind], 0, NOON, "UTC")
        reminders.append(
            Reminder(
                rule=rule, subject_kind=occasion.kind, subject_id=moment.subject, moment_at=moment.at, due_at=NOON, zone=moment.zone
            )
        )
    with django_assert_num_queries(4):
        letters = Letters(reminders)
    for reminder in reminders:
        occasion = ALL[Occasion(reminder.rule.occasion)]
        letter = letters.letter(reminder, reader, Audience.OWNER)
        assert "{" not in letter.headline + letter.sentence
        key = promotion.release.key if reminder.subject_kind in ("promotion", "gate") else output.project.code
        assert letter.headline.startswith(key)
        if "{when}" in occasion.sentence:
            assert "Tue 10 Mar 2026" in letter.sentence
            assert ("13:00 CET" in letter.sentence) != occasion.is_day


def test_what_is_overdue_was_due():
    gate: Any = GateFactory(due_on=NOON.date())
    said = {}
    for days in (-1, 0, 1):
        rule = Rule(code="gate-due", name="Gate due", occasion=Occasion.GATE_DUE)
        about = {"subject_kind": "gate", "subject_id": gate.pk, "moment_at": NOON, "zone": "UTC"}
        reminder = Reminder(rule=rule, due_at=NOON + days * DAY, **about)
        said[days] = Letters([reminder]).letter(reminder, UserFactory(), Audience.OWNER).headline
    key = f"{gate.release.key}: {gate.name}"
    assert said == {-1: f"{key} is due Tue 10 Mar 2026", 0: f"{key} is due Tue 10 Mar 2026", 1: f"{key} was due Tue 10 Mar 2026"}
