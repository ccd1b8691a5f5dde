"""A webhook: an address of somebody else's program that is told what happens, and the messages it is told by."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.rows import Row
from history.models import Fact
from reminders.querysets import WebhookMessageQuerySet, WebhookQuerySet
from reminders.vocabulary import IN_HAND, WAITING, DeliveryState


class Webhook(Row):
    """`target` is called for each fact of one of `kinds` (`promotion.approved`, `release.*`) that `owner` may see, from `on_since` on.

    `secret` signs the calls, and until `earlier_until` (UTC) `earlier_secret` too; both as `common.sealing` leaves them. `switched_off_at`
    and `_why` are there when it was switched off without anybody's doing. Machinery, which leaves no trace in history: `failing_since`
    (UTC) while nothing arrives, `given_up` messages in a row, and until `paused_until` (UTC) it is left alone.
    """

    name = models.CharField(max_length=200)
    target = models.CharField("address", max_length=500)
    kinds = ArrayField(models.CharField(max_length=100), default=list)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="webhooks")
    is_on = models.BooleanField("on", default=True)
    on_since = models.DateTimeField()
    switched_off_at = models.DateTimeField(null=True)
    switched_off_why = models.CharField(max_length=300, blank=True)
    secret = models.TextField()
    earlier_secret = models.TextField(blank=True)
    earlier_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    given_up = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)

    objects: ClassVar[Any] = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kinds__len__gt=0),
                name="webhook_has_kinds",
                violation_error_message="A webhook is told something: name at least one kind.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/webhooks/{self.pk}/"


class WebhookMessage(models.Model):
    """One fact told to one webhook, or a test without a fact. Machinery: written by `actions.calling` alone, never with `save()`.

    `kind` is its type, `happened_at` (UTC) when it was so, `number` its `webhook-id`, the same each time it is sent. What became of the
    last call: the HTTP `status`, the beginning of the `answer`, and how many `seconds` it took. The other columns are those of a
    delivery.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages")
    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=101)
    happened_at = models.DateTimeField()
    number = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.PLANNED)
    reason = models.CharField(max_length=300, blank=True)
    next_at = models.DateTimeField()
    claim_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    possible_duplicates = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.CharField(max_length=1000, blank=True)
    seconds = models.FloatField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[Any] = WebhookMessageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "fact"], name="webhook_message_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="webhook_message_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=IN_HAND) | Q(claim_token__isnull=False, lease_until__isnull=False),
                name="webhook_message_in_hand_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["webhook", "next_at", "id"], name="webhook_message_waiting", condition=Q(state__in=WAITING)),
            models.Index(fields=["lease_until"], name="webhook_message_in_hand", condition=Q(state__in=IN_HAND)),
            models.Index(fields=["webhook", "-id"], name="webhook_message_log"),
            models.Index(fields=["created_at"], name="webhook_message_by_age"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"
