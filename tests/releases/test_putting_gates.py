"""Which gates stand before a release, when they are due, and which decisions they keep."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.vocabulary import Role
from history.deeds import deed, record
from history.models import Fact
from releases.actions import candidates, gates, items, members, promotions, releases
from releases.models import Gate
from tests.callers import change, in_a_deed
from tests.factories import (
    ArtefactFactory,
    EnvironmentFactory,
    ItemFactory,
    PromotionFactory,
    ReleaseFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
)
from tests.standards import next_version, rule_of, standard

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 25, 20, tzinfo=UTC)


@pytest.fixture
def rita(db: None) -> Any:
    return UserFactory(name="Rita", roles=[Role.RELEASE_MANAGER])


@pytest.fixture
def production(db: None) -> Any:
    return EnvironmentFactory(slug="prod", stage="production", time_zone="Europe/Berlin", region="DE-BE")


@pytest.fixture
def release(db: None) -> Any:
    made: Any = ReleaseFactory(name="Payments", version="2.0", size="major", status="draft")
    item = ItemFactory(release=made, service=ServiceFactory(slug="ledger", name="Ledger", tier=1), version="2.0")
    ArtefactFactory(item=item, address="https://copies/1")
    return made


@pytest.fixture(autouse=True)
def at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def plan(release: Any, environment: Any, by: Any, starts_at: datetime = WEDNESDAY) -> Any:
    return promotions.plan(release, environment, starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), by=by, at=NOW)


def asked(release: Any) -> list[tuple[str, str]]:
    rows = Gate.objects.asked().filter(release=release).order_by("name")
    return [(gate.name, gate.state) for gate in rows]


def test_a_gate_comes_with_the_first_promotion_into_its_stage(rita: Any, release: Any, production: Any):
    standard(gates=[{"name": "Load test", "due_days": 2}, {"name": "Smoke test", "stage": "test"}])
    assert asked(release) == []
    plan(release, production, rita)
    assert asked(release) == [("Load test", "open")]
    gate = Gate.objects.get()
    assert gate.due_on == date(2026, 11, 23), "two working days before the Wednesday on which the window opens there"
    fact = Fact.objects.get(verb="asked_gates")
    assert (fact.subject_kind, fact.subject_id, fact.data) == ("release", release.pk, {"number": 1, "gates": [gate.pk]})


@pytest.mark.parametrize(
    ("traits", "asks"),
    [({"sizes": ["major"]}, True), ({"sizes": ["minor"]}, False), ({"tiers": [1]}, True), ({"tiers": [2]}, False), ({}, True)],
)
def test_policies_select_by_what_the_release_is(rita: Any, release: Any, production: Any, traits: Any, asks: bool):
    standard(gates=[{"name": "Load test"}], **traits)
    plan(release, production, rita)
    assert Gate.objects.exists() == asks


def test_a_due_day_skips_the_holidays_of_the_owners_region_and_moves_with_the_window(rita: Any, release: Any, production: Any):
    team: Any = TeamFactory(slug="security", region="DE-SN")
    standard(gates=[{"name": "Pen test", "due_days": 5, "owner_team": team, "owner_role": ""}])
    # 18 November 2026, a Wednesday, is a holiday in Saxony alone.
    promotion = plan(release, production, rita, datetime(2026, 11, 20, 20, tzinfo=UTC))
    assert Gate.objects.get().due_on == date(2026, 11, 12)
    promotions.reschedule(promotion, starts_at=WEDNESDAY, ends_at=WEDNESDAY + timedelta(hours=3), by=rita, at=NOW)
    assert Gate.objects.get().due_on == date(2026, 11, 17)
    promotions.cancel(promotion, reason="Not now", by=rita, at=NOW)
    assert (Gate.objects.get().due_on, Gate.objects.get().is_asked) == (None, True)


def test_the_window_opens_on_the_day_of_its_place(rita: Any, release: Any, production: Any):
    standard(gates=[{"name": "Load test"}])
    plan(release, production, rita, datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    assert Gate.objects.get().due_on == date(2026, 11, 25), "in Berlin it is Wednesday already"


def test_late_from_the_start_is_told_once(rita: Any, release: Any, production: Any):
    standard(gates=[{"name": "Load test", "due_days": 20}])
    promotion = plan(release, production, rita)
    assert Fact.objects.filter(verb="late_from_the_start").count() == 1
    later = WEDNESDAY - timedelta(days=1)
    promotions.reschedule(promotion, starts_at=later, ends_at=later + timedelta(hours=3), by=rita, at=NOW)
    assert Fact.objects.filter(verb="late_from_the_start").count() == 1


def decided(gate: Any, by: Any) -> Any:
    return gates.decide(gate, outcome="passed", by=by, at=NOW)


def test_a_newer_version_that_asks_the_same_keeps_the_decision(rita: Any, release: Any, production: Any):
    version = standard(gates=[{"name": "Load test"}])
    plan(release, production, rita)
    decided(Gate.objects.get(), rita)
    newer = next_version(version, due_days=3)
    gate = Gate.objects.get()
    assert (gate.rule, gate.state, gate.due_on) == (rule_of(newer), "passed", date(2026, 11, 20))


def test_a_newer_version_that_asks_something_else_is_another_gate(rita: Any, release: Any, production: Any):
    version = standard(gates=[{"name": "Load test"}])
    plan(release, production, rita)
    old = decided(Gate.objects.get(), rita)
    newer = next_version(version, ask="Twice the load of last year?")
    assert asked(release) == [("Load test", "open")]
    old.refresh_from_db()
    assert (old.is_asked, old.state) == (False, "passed")
    back = next_version(newer, ask="Is it good?")
    assert asked(release) == [("Load test", "passed")]
    old.refresh_from_db()
    assert (old.is_asked, old.rule) == (True, rule_of(back)), "asked again, what was decided answers again"


def test_a_gate_goes_when_the_release_is_another_and_comes_back_with_its_decision(rita: Any, release: Any, production: Any):
    standard(gates=[{"name": "Load test"}], sizes=["major"])
    plan(release, production, rita)
    decided(Gate.objects.get(), rita)
    releases.change(release, {"size": "minor"}, by=rita, at=NOW)
    assert asked(release) == []
    releases.change(release, {"size": "major"}, by=rita, at=NOW)
    assert asked(release) == [("Load test", "passed")]
    assert Gate.objects.count() == 1


def test_what_was_tested_is_asked_anew_when_an_item_changes_and_no_sooner(rita: Any, release: Any, production: Any):
    standard(gates=[{"name": "Load test", "area": "testing"}, {"name": "Training", "area": "training"}])
    plan(release, production, rita)
    for gate in Gate.objects.all():
        decided(gate, rita)
    candidates.new(release, by=rita)
    assert asked(release) == [("Load test", "passed"), ("Training", "passed")], "nothing in it is another one"
    built = [{"service": release.items.get().service, "artefact_url": "https://copies/2"}]
    candidates.new(release, by=rita, artefacts=built)
    assert asked(release) == [("Load test", "open"), ("Training", "passed")]


def test_an_item_of_a_higher_tier_brings_its_gates(rita: Any, release: Any, production: Any):
    change(release.items.get().service, tier=3)
    standard(gates=[{"name": "Load test"}], tiers=[1])
    plan(release, production, rita)
    assert asked(release) == []
    items.add(release, service=ServiceFactory(tier=1), by=rita)
    assert asked(release) == [("Load test", "open")]


def test_the_members_of_a_package_have_its_gates(rita: Any, release: Any, production: Any):
    standard(gates=[{"name": "Load test"}])
    package: Any = ReleaseFactory(extent="package", status="draft")
    plan(package, production, rita)
    assert Gate.objects.count() == 0, "it changes nothing itself"
    members.add(package, release, by=rita)
    assert [gate.release for gate in Gate.objects.all()] == [release]
    promotions.reschedule(package.promotions.get(), starts_at=NOW, ends_at=NOW + timedelta(hours=1), by=rita, at=NOW)
    assert Gate.objects.get().due_on == date(2026, 11, 2)


def test_where_it_has_been_nothing_changes_any_more(rita: Any, release: Any, production: Any):
    version = standard(gates=[{"name": "Load test"}])
    promotion = plan(release, production, rita)
    decided(Gate.objects.get(), rita)
    change(promotion, status="succeeded")
    next_version(version, ask="Twice the load?")
    gate = Gate.objects.get()
    assert (gate.rule, gate.is_asked, gate.due_on) == (rule_of(version), True, date(2026, 11, 25))


def test_putting_again_changes_nothing_and_costs_the_same_for_many(production: Any, django_assert_num_queries: Any):
    standard(gates=[{"name": "Load test"}, {"name": "Training", "area": "training"}])
    numbers = [ReleaseFactory().pk for _ in range(30)]
    for number in numbers:
        PromotionFactory(release_id=number, candidate__release_id=number, environment=production, starts_at=WEDNESDAY)
    clock = User.objects.clock()
    in_a_deed(production, lambda: gates.put(numbers, by=clock, at=NOW))
    assert Gate.objects.count() == 60
    before = list(Gate.objects.values_list("pk", "revision"))
    for few in (numbers[:1], numbers):
        with deed(by=clock):
            with django_assert_num_queries(13):
                gates.put(few, by=clock, at=NOW)
            record(production, "looked_at", by=clock)
    assert list(Gate.objects.values_list("pk", "revision")) == before
