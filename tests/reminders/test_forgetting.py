"""What was said long ago is forgotten, and not said again for that."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from reminders.actions import forgetting
from reminders.models import Delivery, Reminder
from tests.factories import NOON, PromotionFactory, ReleaseFactory, UserFactory
from tests.reminders.saying import said_at, says

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DUE = NOON - DAY
LATER = NOON + settings.REMINDERS_KEPT


def ask() -> Any:
    release = ReleaseFactory(release_manager=UserFactory())
    return PromotionFactory(release=release, status="requested", requested_at=NOON - 9 * DAY)


def forget(at: datetime) -> tuple[int, int, int]:
    return forgetting.forget_old(at=at), Reminder.objects.count(), Delivery.objects.count()


def test_what_is_old_goes_with_its_deliveries_and_what_is_younger_stays():
    says("promotion_ahead", -1)
    ask()
    assert len(said_at(DUE)) == 1
    assert forget(LATER - 2 * DAY) == (0, 1, 1)
    assert forget(LATER + 30 * DAY) == (1, 0, 0)


def test_what_is_held_or_planned_stays_however_old_it_is():
    says("promotion_ahead", -1)
    ask()
    said_at(DUE)
    for state in ("held", "planned"):
        Reminder.objects.update(state=state)
        assert forget(LATER + 900 * DAY) == (0, 1, 1)


def test_a_digest_goes_after_all_that_it_gathered():
    says("promotion_ahead", -1)
    ask()
    (delivery,) = said_at(DUE)
    carrier = Delivery.objects.create(recipient=delivery.recipient, channel="email", digest_at=DUE, next_at=DUE, state="sent")
    Delivery.objects.filter(pk=delivery.pk).update(carrier=carrier, state="gathered")
    younger = Reminder.objects.update(moment_at=LATER)
    assert forget(LATER + 30 * DAY) == (0, 1, 2)
    Reminder.objects.update(moment_at=NOON)
    assert (younger, forget(LATER + 30 * DAY)) == (1, (2, 0, 0))


def test_what_was_forgotten_is_not_said_again():
    says("promotion_ahead", -1)
    ask()
    said_at(DUE)
    assert forget(LATER + 30 * DAY) == (1, 0, 0)
    assert said_at(LATER + 30 * DAY) == []
