"""A database that came out of a backup is known, and what was due by then is held until somebody has decided."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from common.refusals import NotAllowed
from history.models import Fact
from reminders.actions import addressing, epochs, planning
from reminders.models import Delivery, Epoch, Reminder
from tests.factories import NOON, PromotionFactory, ReleaseFactory, UserFactory
from tests.reminders.saying import says

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
DUE = NOON - DAY - timedelta(hours=3)

pytestmark = pytest.mark.django_db(transaction=True)


def asked() -> Any:
    release = ReleaseFactory(release_manager=UserFactory())
    return PromotionFactory(release=release, status="requested", requested_at=NOON - 9 * DAY)


def states(model: Any) -> list[str]:
    return sorted(model.objects.values_list("state", flat=True))


@pytest.fixture
def restored() -> Any:
    """Two reminders in a database that was put back by some looks: one due and addressed then, one due since."""
    says("promotion_ahead", -1)
    asked()
    planning.plan(at=DUE)
    addressing.address(at=DUE)
    for minute in range(3):
        assert epochs.look(at=DUE + minute * MINUTE)
    asked()
    planning.plan(at=DUE)
    Epoch.objects.update(looks=1)
    return DUE + 5 * MINUTE


def test_a_new_installation_and_its_next_looks_hold_nothing():
    assert [epochs.look(at=NOON + minute * MINUTE) for minute in range(3)] == [True, True, True]


def test_a_database_that_went_back_holds_what_is_due_and_only_once(restored):
    assert not epochs.look(at=restored)
    assert (states(Reminder), states(Delivery)) == (["addressed", "held"], ["held"])
    assert epochs.look(at=restored + MINUTE)
    assert addressing.address(at=restored + MINUTE) == 0


def test_another_database_beside_the_file_is_held_too(restored):
    Epoch.objects.update(looks=9)
    epochs.begin_anew()
    assert not epochs.look(at=restored)
    assert states(Delivery) == ["held"]


def test_a_machine_without_the_file_is_a_new_one_beside_others_or_the_database_came_from_elsewhere(restored, settings):
    Epoch.objects.update(looks=9)
    (Path(settings.VAR_DIR) / "epoch.json").unlink()
    assert epochs.look(at=restored)
    (Path(settings.VAR_DIR) / "epoch.json").unlink()
    assert not epochs.look(at=restored + 2 * epochs.LOOKED_LATELY)


def test_what_is_planned_later_of_the_time_before_is_held_as_well_and_what_is_due_later_is_not(restored):
    epochs.look(at=restored)
    says("promotion_ahead", -1, 0)
    planning.plan(at=restored + MINUTE)
    later = Reminder.objects.filter(rule__code="rule-1").order_by("due_at", "pk")
    assert list(later.values_list("state", flat=True)) == ["held", "held", "planned", "planned"]


def test_an_administrator_has_what_is_held_said_after_all(restored):
    epochs.look(at=restored)
    administrator: Any = UserFactory(roles=["Administrator"])
    assert epochs.release(by=administrator) == 2
    assert (states(Reminder), states(Delivery)) == (["addressed", "planned"], ["planned"])
    fact = Fact.objects.get(verb="released_reminders")
    assert (fact.subject_id, fact.data) == (administrator.pk, {"number": 2})


def test_an_administrator_has_what_is_held_dropped_and_it_does_not_come_back(restored):
    epochs.look(at=restored)
    epochs.drop(by=User.objects.operator())
    planning.plan(at=restored + MINUTE)
    assert (states(Reminder), states(Delivery)) == (["addressed", "addressed"], ["skipped"])


def test_nobody_else_decides(restored):
    epochs.look(at=restored)
    with pytest.raises(NotAllowed), transaction.atomic():
        epochs.release(by=UserFactory(roles=["Release manager"]))
    assert states(Delivery) == ["held"]
