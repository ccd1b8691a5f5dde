"""Forgetting: what was said long ago is not kept for ever."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, OuterRef

from reminders.models import Delivery, Reminder
from reminders.vocabulary import ReminderState

_AT_ONCE: Final = 2_000
#: What may still come to something, however old it is, is left to whoever decides about it.
_OPEN: Final = (ReminderState.PLANNED, ReminderState.HELD)


def forget_old(*, at: datetime) -> int:
    """Take away reminders with their deliveries, read or not, and digests, that are older than `REMINDERS_KEPT` at an instant (UTC).

    Gives how many of them. Both the moment a reminder spoke of and when it was due have to lie so far back: nothing that could be planned
    anew is forgotten, and so nothing is said again. A batch at a time, so that nobody waits.
    """
    before = at - settings.REMINDERS_KEPT
    old = Reminder.objects.exclude(state__in=_OPEN).filter(due_at__lt=before, moment_at__lt=before).order_by("due_at")
    gathered = Delivery.objects.filter(carrier=OuterRef("pk"))
    digests = Delivery.objects.filter(~Exists(gathered), reminder=None, digest_at__lt=before).order_by("digest_at")
    return _take_away(old) + _take_away(digests)


def _take_away(rows: Any) -> int:
    gone = 0
    while numbers := list(rows.values_list("pk", flat=True)[:_AT_ONCE]):
        rows.model.objects.filter(pk__in=numbers).delete()
        gone += len(numbers)
    return gone
