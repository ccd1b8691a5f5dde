"""How reminders stand as a whole: what waits, what could not be sent, what is held."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, Sum

from reminders.models import Delivery, Epoch, Reminder, WebhookMessage
from reminders.vocabulary import IN_HAND, WAITING, DeliveryState, ReminderState


@dataclass(frozen=True)
class Backlog:
    """Counts at an instant, of what is held what webhooks would be told too. `oldest_due_at` (UTC) is since when the first of what waits has been waiting; `held_until` see `Epoch`."""

    planned: int
    waiting: int
    in_hand: int
    failed: int
    dead: int
    held: int
    sent: int
    possible_duplicates: int
    oldest_due_at: datetime | None
    held_until: datetime | None
    looked_at: datetime | None


def backlog(at: datetime) -> Backlog:
    """How reminders stand at an instant (UTC). Five queries."""
    found = Delivery.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=WAITING, next_at__lte=at)),
        in_hand=Count("pk", filter=Q(state__in=IN_HAND)),
        failed=Count("pk", filter=Q(state=DeliveryState.FAILED)),
        dead=Count("pk", filter=Q(state=DeliveryState.DEAD)),
        held=Count("pk", filter=Q(state=DeliveryState.HELD)),
        sent=Count("pk", filter=Q(state=DeliveryState.SENT)),
        doubled=Sum("possible_duplicates"),
        oldest=Min("next_at", filter=Q(state__in=WAITING, next_at__lte=at)),
    )
    reminders = Reminder.objects.aggregate(
        planned=Count("pk", filter=Q(state=ReminderState.PLANNED)), held=Count("pk", filter=Q(state=ReminderState.HELD))
    )
    epoch = Epoch.objects.first()
    return Backlog(
        planned=reminders["planned"],
        waiting=found["waiting"],
        in_hand=found["in_hand"],
        failed=found["failed"],
        dead=found["dead"],
        held=found["held"] + reminders["held"] + WebhookMessage.objects.held().count(),
        sent=found["sent"],
        possible_duplicates=found["doubled"] or 0,
        oldest_due_at=found["oldest"],
        held_until=epoch.held_until if epoch else None,
        looked_at=epoch.looked_at if epoch else None,
    )
