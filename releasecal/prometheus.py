"""Figures of reminders for `/metrics`, asked of the database as they are scraped, so that every process tells the same."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Min, Sum
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from reminders.models import Delivery, Epoch, WebhookMessage
from reminders.vocabulary import Channel, DeliveryState

#: Beside the channels, which reach people.
WEBHOOK: Final = "webhook"


def exposition() -> bytes:
    """The figures in Prometheus' text format; a few queries for each way."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Reminders(timezone.now()))
    return generate_latest(registry)


class _Reminders(Collector):
    def __init__(self, at: datetime) -> None:
        self._at = at

    def collect(self) -> Iterable[Metric]:
        counts = GaugeMetricFamily(
            "releasecal_deliveries", "Messages by way and state, of those that are kept.", labels=["channel", "state"]
        )
        oldest = GaugeMetricFamily(
            "releasecal_deliveries_oldest_seconds", "For how long the first of what waits has been due, by way.", labels=["channel"]
        )
        doubled = GaugeMetricFamily(
            "releasecal_deliveries_possible_duplicates", "Messages that may have arrived twice, by way.", labels=["channel"]
        )
        queues: list[tuple[str, Any]] = [
            *((each.value, Delivery.objects.filter(channel=each)) for each in Channel),
            (WEBHOOK, WebhookMessage.objects.all()),
        ]
        for channel, rows in queues:
            by_state = dict(rows.order_by().values_list("state").annotate(Count("pk")))
            for state in DeliveryState:
                counts.add_metric([channel, state.value], by_state.get(state.value, 0))
            first = rows.waiting(self._at).aggregate(first=Min("next_at"))["first"]
            oldest.add_metric([channel], (self._at - first).total_seconds() if first else 0)
            doubled.add_metric([channel], rows.aggregate(doubled=Sum("possible_duplicates"))["doubled"] or 0)
        looked_at = Epoch.objects.values_list("looked_at", flat=True).first()
        looked = GaugeMetricFamily(
            "releasecal_reminders_looked_seconds", "How long ago somebody looked for what is due; -1: never."
        )
        looked.add_metric([], (self._at - looked_at).total_seconds() if looked_at else -1)
        return [counts, oldest, doubled, looked]
