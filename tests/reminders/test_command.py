"""What an operator reads and decides at the shell."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from reminders.actions import addressing, epochs, planning
from reminders.models import Delivery, Epoch
from tests.factories import PromotionFactory, ReleaseFactory, UserFactory
from tests.reminders.saying import says

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def reminders(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("reminders", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def restored() -> None:
    """A reminder that was addressed in a database which came out of a backup since."""
    now: Any = timezone.now()
    says("promotion_ahead", -2, unit="hours", on_since=now - 9 * HOUR)
    release = ReleaseFactory(release_manager=UserFactory())
    times = {"starts_at": now + HOUR, "ends_at": now + 2 * HOUR, "requested_at": now - 9 * HOUR}
    PromotionFactory(release=release, status="requested", **times)
    planning.plan(at=now)
    addressing.address(at=now)
    epochs.look(at=now)
    epochs.begin_anew()
    epochs.look(at=now)


def test_a_quiet_installation_says_so():
    assert reminders() == [
        "Planned ahead: 0.",
        "Waiting to be sent: 0; in hand: 0; refused for now: 0.",
        "Sent: 0, of these perhaps twice: 0; given up: 0.",
    ]


@pytest.mark.usefixtures("restored")
def test_what_is_held_is_told_with_the_way_to_decide_and_may_be_released():
    assert reminders()[-1].startswith("Held, because this database came out of a backup: 1. It was due by ")
    assert reminders("--release-held")[0] == "Released: 1."
    assert Delivery.objects.get().state == "planned"
    assert Epoch.objects.get().held_until is None


@pytest.mark.usefixtures("restored")
def test_or_dropped():
    assert reminders("--drop-held")[0] == "Dropped: 1."
    assert Delivery.objects.get().state == "skipped"


@pytest.mark.usefixtures("restored")
def test_what_could_not_be_sent_is_tried_again():
    Delivery.objects.update(state="dead", attempts=6)
    assert reminders("--retry-dead")[:2] == ["Tried again: 1.", "Planned ahead: 0."]
    assert (Delivery.objects.get().state, Delivery.objects.get().attempts) == ("planned", 0)
