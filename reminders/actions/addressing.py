"""Addressing: to whom a reminder goes is decided when it is due, by who is there then."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from common.locks import Lock, take_if_free
from reminders.actions import gathering
from reminders.actions.planning import stands
from reminders.models import ChatAddress, Delivery, Preference, QuietChannel, Reminder
from reminders.occasions import DATED
from reminders.queries.known import known
from reminders.queries.quietness import quiet_until
from reminders.queries.recipients import Recipient, recipients
from reminders.vocabulary import (
    ACKNOWLEDGED,
    LATE,
    LOOKED_BACK,
    SWITCHED_OFF,
    TOO_LATE,
    Audience,
    Channel,
    DeliveryState,
    Occasion,
    ReminderState,
    Severity,
)

_AT_ONCE: Final = 500
TOLD_TOGETHER: Final = "told together with a later one about the same"


def address(*, at: datetime) -> int:
    """Make deliveries of all reminders that are due at an instant (UTC); gives how many.

    What is no longer true by then is cancelled. One does this at a time; a second finds it in good hands and leaves. Several overdue
    ones about the same become one message to each person, the last.
    """
    total = 0
    while True:
        with transaction.atomic():
            if not _alone():
                return total
            due = _due(at)
            if not due:
                return total
            true = stands(due, at)
            _mark((one.pk for one in due if one.pk not in true), ReminderState.CANCELLED)
            some = [one for one in due if one.pk in true]
            deliveries = _deliveries(some, recipients(some, at) if some else {}, at)
            Delivery.objects.bulk_create(deliveries, batch_size=2_000, ignore_conflicts=True)
            _mark((one.pk for one in some), ReminderState.ADDRESSED)
            total += len(deliveries)


def _alone() -> bool:
    return take_if_free(Lock.ADDRESSING_REMINDERS)


def _due(at: datetime) -> list[Reminder]:
    """Some reminders that are due, and whatever else is due about the same, locked."""
    first = list(Reminder.objects.due(at).order_by("due_at", "pk").values_list("subject_kind", "subject_id")[:_AT_ONCE])
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, number in first:
        by_kind[kind].add(number)
    about = Q(pk__in=[])
    for kind, numbers in by_kind.items():
        about |= Q(subject_kind=kind, subject_id__in=numbers)
    if not first:
        return []
    locked = Reminder.objects.select_for_update(no_key=True, of=("self",)).due(at).filter(about)
    return list(locked.select_related("rule").order_by("due_at", "pk"))


def _deliveries(reminders: Sequence[Reminder], to: dict[int, list[Recipient]], at: datetime) -> list[Delivery]:
    made: list[Delivery] = []
    last: dict[tuple[int, str, str, int], Delivery] = {}
    everybody = {each.user.pk for some in to.values() for each in some}
    quiet = QuietChannel.objects.pairs(everybody)
    by_chat = _by_chat(reminders, everybody, quiet)
    acknowledged = known(reminders, everybody)
    # In the order of their due moments: of those about the same thing a later one takes the place of an earlier, overdue one.
    for reminder in reminders:
        is_dated = Occasion(reminder.rule.occasion) in DATED
        for recipient in to[reminder.pk]:
            for channel in reminder.rule.channels:
                if channel == Channel.CHAT and recipient.user.pk not in by_chat:
                    continue
                delivery = Delivery(
                    reminder=reminder,
                    recipient=recipient.user,
                    channel=channel,
                    audience=Audience(recipient.audience),
                    instead_of_id=recipient.instead_of,
                    next_at=max(reminder.due_at, at),
                )
                if channel == Channel.INBOX:
                    # There it is as soon as it is written; nothing carries it.
                    delivery.state, delivery.sent_at = DeliveryState.SENT, at
                if reminder.due_at < at - LOOKED_BACK:
                    delivery.state, delivery.reason, delivery.sent_at = DeliveryState.SKIPPED, TOO_LATE, None
                elif (reminder.pk, recipient.user.pk) in acknowledged:
                    delivery.state, delivery.reason, delivery.sent_at = DeliveryState.SKIPPED, ACKNOWLEDGED, None
                elif (recipient.user.pk, channel) in quiet:
                    # Kept all the same, so that they find what they would have heard.
                    delivery.state, delivery.reason = DeliveryState.SKIPPED, SWITCHED_OFF
                elif is_dated:
                    key = (recipient.user.pk, channel, reminder.subject_kind, reminder.subject_id)
                    earlier = last.get(key)
                    if earlier is not None and earlier.reminder.due_at < at - LATE:
                        earlier.state, earlier.reason, earlier.sent_at = DeliveryState.SKIPPED, TOLD_TOGETHER, None
                    last[key] = delivery
                made.append(delivery)
    _leave_alone(made, at)
    return made


def _leave_alone(made: Iterable[Delivery], at: datetime) -> None:
    """Have what is not urgent wait for the digest of its recipient, or until their quiet hours are over."""
    calm = [one for one in made if one.state == DeliveryState.PLANNED and one.reminder.rule.severity != Severity.URGENT]
    # Whoever changes them waits, and finds what was gathered by them.
    wanted = Preference.objects.select_for_update(no_key=True).of(one.recipient_id for one in calm)
    of_some = [one for one in calm if one.recipient_id in wanted]
    gathering.gather([one for one in of_some if gathering.is_gathered(wanted[one.recipient_id], one.channel)], wanted, at=at)
    for one in of_some:
        one.next_at = quiet_until(wanted[one.recipient_id], one.next_at, one.recipient.zone) or one.next_at


def _by_chat(reminders: Iterable[Reminder], people: set[int], quiet: set[tuple[int, str]]) -> set[int]:
    """Who of some people (ids) gave an address of a chat and did not switch it off: for others a chat is no way at all."""
    if not any(Channel.CHAT in reminder.rule.channels for reminder in reminders):
        return set()
    return {number for number in ChatAddress.objects.people(people) if (number, Channel.CHAT) not in quiet}


def _mark(numbers: Iterable[int], state: ReminderState) -> None:
    Reminder.objects.filter(pk__in=list(numbers)).update(state=state)
