"""What the clock does to promotions whose approved window has ended, and what it leaves alone."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from environments.models import Booking
from history.models import Event, Fact
from policies.models import ApprovalRule
from releases.actions import promotions
from releases.models import Promotion, Release
from releases.tasks import miss_promotions
from releases.vocabulary import PromotionStatus
from tests.callers import change, in_a_deed
from tests.factories import NOON, EnvironmentFactory, PolicyVersionFactory, ReleaseFactory, UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def policy() -> None:
    """Maintenance waits for a yes, so that what is asked for stays so."""
    version: Any = PolicyVersionFactory(urgencies=["maintenance"])
    rule = {"code": "pmo", "name": "PMO", "stage": "production", "role": "PMO"}
    in_a_deed(version, lambda: ApprovalRule.objects.create(version=version, **rule))
    change(version, published_at=NOON, published_by=UserFactory())


def planned(status: str, **window: Any) -> Promotion:
    release: Any = ReleaseFactory(status="draft", urgency="maintenance" if status == "requested" else "planned")
    made = promotions.plan(
        release, EnvironmentFactory(), starts_at=NOON, ends_at=NOON + HOUR, by=User.objects.operator(), at=NOON, **window
    )
    changed: Promotion = change(made, status=status)
    return changed


@pytest.mark.parametrize("status", list(PromotionStatus))
def test_only_what_waits_for_its_start_is_missed(status: str):
    promotion = planned(status)
    clock = User.objects.clock()
    waits = status in ("requested", "approved")
    assert promotions.miss(by=clock, at=NOON + HOUR - timedelta(seconds=1)) == 0
    assert promotions.miss(by=clock, at=NOON + HOUR) == int(waits)
    promotion.refresh_from_db()
    assert promotion.status == {"approved": "missed", "requested": "draft"}.get(status, status)
    assert promotions.miss(by=clock, at=NOON + 2 * HOUR) == 0


def test_a_missed_one_gives_its_place_back_and_says_so():
    promotion = planned("approved")
    promotions.miss(by=User.objects.clock(), at=NOON + HOUR)
    assert not Booking.objects.held_by("promotion", promotion.pk).filter(ends_at__gt=NOON + HOUR).exists()
    assert Release.objects.get().status == "draft"
    assert Fact.objects.get(verb="missed").template == "{subject} was missed: its approved window ended, and it had not started"


def test_one_that_nobody_approved_in_time_is_a_draft_with_the_reason():
    promotion = planned("requested")
    promotions.miss(by=User.objects.clock(), at=NOON + HOUR)
    promotion.refresh_from_db()
    assert promotion.status == "draft"
    assert Booking.objects.held_by("promotion", promotion.pk).exists(), "a draft holds its place"
    assert Event.objects.get(pk=Fact.objects.get(verb="returned").event_id).reason == "Its window ended before it was approved"


def test_the_approved_window_counts_and_not_the_planned_interval():
    planned("approved", approved_from=NOON, approved_until=NOON + 4 * HOUR)
    assert promotions.miss(by=User.objects.clock(), at=NOON + 3 * HOUR) == 0
    assert promotions.miss(by=User.objects.clock(), at=NOON + 4 * HOUR) == 1


def test_each_is_an_event_of_its_own_and_the_task_does_it():
    for _ in range(2):
        planned("approved")
    miss_promotions()
    assert len(set(Fact.objects.filter(verb="missed").values_list("event", flat=True))) == 2


def test_a_missed_one_is_given_another_interval_and_is_a_draft_again():
    promotion = planned("approved")
    promotions.miss(by=User.objects.clock(), at=NOON + HOUR)
    start = NOON + 24 * HOUR
    moved = promotions.reschedule(promotion, starts_at=start, ends_at=start + HOUR, by=User.objects.operator(), at=NOON + HOUR)
    assert moved.status == "draft"
