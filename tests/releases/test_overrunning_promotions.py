"""What runs longer than planned keeps its place, as far as others have not taken the lanes."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.vocabulary import Role
from common.refusals import Conflict
from environments.actions import bookings
from environments.models import Booking
from history.models import Fact
from releases.actions import promotions
from releases.actions.promotions.overrunning import STEP
from releases.models import Promotion
from releases.tasks import run_on
from tests.factories import NOON, ArtefactFactory, EnvironmentFactory, ItemFactory, ReleaseFactory, UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
OVER = NOON + HOUR


@pytest.fixture
def rosa() -> Any:
    return UserFactory(roles=[Role.RELEASE_MANAGER, Role.ENVIRONMENT_MANAGER])


@pytest.fixture
def running(rosa: Any) -> Promotion:
    """For an hour from noon on, in an environment of one lane."""
    release: Any = ReleaseFactory(status="draft", rollback_plan="Put it back.")
    ArtefactFactory(item=ItemFactory(release=release), address="https://files.example.org/copy")
    now: dict[str, Any] = {"by": rosa, "at": NOON - HOUR}
    made = promotions.plan(release, EnvironmentFactory(lanes=1), starts_at=NOON, ends_at=OVER, **now)
    promotions.request(made, **now)
    return promotions.run(made, by=rosa, at=NOON)


def sweep(at: Any) -> int:
    return promotions.run_on(by=User.objects.clock(), at=at)


def until(promotion: Promotion) -> Any:
    return Booking.objects.held_by("promotion", promotion.pk).get().ends_at


@pytest.mark.parametrize("is_paused", [False, True])
def test_its_place_lasts_half_an_hour_longer_at_a_time(running: Promotion, rosa: Any, is_paused: bool):
    if is_paused:
        promotions.pause(running, reason="Wait", by=rosa, at=NOON)
    assert sweep(OVER - timedelta(seconds=1)) == 0
    assert sweep(OVER) == 1
    assert until(running) == OVER + STEP
    assert sweep(OVER + STEP / 2) == 0
    assert sweep(OVER + STEP) == 1
    assert until(running) == OVER + 2 * STEP
    template = "{subject} runs longer than planned; it keeps its place in {environment} until {until}"
    assert set(Fact.objects.filter(verb="ran_on").values_list("template", flat=True)) == {template}
    found = Promotion.objects.get(pk=running.pk)
    assert (found.ends_at, found.starts_at) == (OVER, NOON), "what was planned stays told"
    with pytest.raises(Conflict):
        bookings.book(running.environment, by=rosa, starts_at=OVER + STEP, ends_at=OVER + 2 * STEP)


def test_whoever_has_the_lanes_by_then_keeps_them_and_it_is_told_once(running: Promotion, rosa: Any):
    theirs = bookings.book(running.environment, by=rosa, starts_at=OVER, ends_at=OVER + HOUR)
    assert [sweep(OVER), sweep(OVER + timedelta(minutes=1))] == [0, 0]
    assert until(running) == OVER
    assert Booking.objects.get(pk=theirs.pk).starts_at == OVER
    fact = Fact.objects.get(verb="runs_without_place")
    assert fact.template == "{subject} runs longer than planned, and others have the lanes of {environment} by now"


def test_other_verbs_leave_it_the_place_that_was_made_longer(running: Promotion, rosa: Any):
    sweep(OVER)
    elsewhere = EnvironmentFactory()
    promotions.plan(running.release, elsewhere, starts_at=NOON + 9 * HOUR, ends_at=NOON + 10 * HOUR, by=rosa, at=OVER)
    promotions.pause(running, reason="Wait", by=rosa, at=OVER)
    assert until(running) == OVER + STEP


def test_its_outcome_gives_back_what_lies_ahead(running: Promotion, rosa: Any):
    sweep(OVER)
    promotions.finish(running, outcome="succeeded", by=rosa, at=OVER + STEP / 2)
    assert until(running) == OVER + STEP / 2
    run_on()
    assert until(running) == OVER + STEP / 2
