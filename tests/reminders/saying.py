"""Rules, and what they come to, each made in a line."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from history.deeds import deed, record
from reminders.actions import addressing, planning
from reminders.models import Delivery, Reminder, Rule
from reminders.vocabulary import DeliveryState, ReminderState
from tests.factories import NOON

LONG_AGO = NOON - timedelta(days=100)


def says(occasion: str, *offsets: int, to: Sequence[str] = ("release_manager",), **values: Any) -> Rule:
    """A rule that speaks on an occasion at offsets in working days, by default to the release manager, and did so for long."""
    clock = User.objects.clock()
    number = Rule.objects.count()
    given = {"code": f"rule-{number}", "name": f"Rule {number}", "channels": ["email"], "on_since": LONG_AGO, **values}
    with deed(by=clock):
        rule: Rule = Rule.objects.create(occasion=occasion, offsets=list(offsets), audiences=list(to), **given)
        record(rule, "made", by=clock)
    return rule


def planned() -> set[tuple[int, str, int, datetime, datetime]]:
    """Everything that is planned: by which rule, about what, when, and of which moment."""
    rows = Reminder.objects.filter(state=ReminderState.PLANNED)
    return set(rows.values_list("rule_id", "subject_kind", "subject_id", "due_at", "moment_at"))


def due_days() -> list[str]:
    """When what is planned is due, in its order: `2026-03-09 09:00`, UTC."""
    rows = Reminder.objects.planned().order_by("due_at")
    return [f"{due:%Y-%m-%d %H:%M}" for due in rows.values_list("due_at", flat=True)]


def said_at(at: datetime) -> list[Delivery]:
    """The deliveries that come of planning everything and addressing what is due at an instant."""
    planning.plan(at=at)
    addressing.address(at=at)
    return list(Delivery.objects.select_related("recipient", "reminder__rule").order_by("pk"))


def heard(at: datetime) -> list[str]:
    """The names of those who are told something at an instant."""
    return sorted(one.recipient.name for one in said_at(at) if one.state == DeliveryState.PLANNED)
