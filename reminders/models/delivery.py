"""A delivery: one reminder to one person by one channel."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from reminders.models.reminder import Reminder
from reminders.querysets import UNREAD, DeliveryQuerySet
from reminders.vocabulary import IN_HAND, WAITING, Audience, Channel, DeliveryState


class Delivery(models.Model):
    """What is sent, and what became of it. Machinery: written by `actions.delivering` alone, never with `save()`.

    `audience` is why they hear of it, `instead_of` whom they stand in for while that person is away. A worker that has it in hand
    holds `claim_token` until `lease_until`. `attempts` were made; it is tried again at `next_at`. `number` stands in the Message-ID, so
    that what came twice can be told. `possible_duplicates`: how often a worker was lost while it handed this over.
    What goes to an inbox is there as soon as it is addressed; `read_at` is since when its recipient has read it.

    A digest is a delivery without a reminder, for `digest_at` (UTC). What it gathers names it as its `carrier`: as long as it is
    `gathered`, what becomes of it is what becomes of its carrier.
    `acknowledged_at` is when they said that they know; `snoozes` how often they put it off, so that it came once more.
    """

    # Only digests have none, and whoever meets one asks for `digest_at` first.
    reminder: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        Reminder, on_delete=models.CASCADE, related_name="deliveries", null=True
    )
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=20, choices=Channel)
    audience = models.CharField(max_length=20, choices=Audience, blank=True)
    instead_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.PLANNED)
    reason = models.CharField(max_length=300, blank=True)
    next_at = models.DateTimeField()
    claim_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    possible_duplicates = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    digest_at = models.DateTimeField(null=True)
    carrier: "models.ForeignKey[Any, Any]" = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="gathered")
    acknowledged_at = models.DateTimeField(null=True)
    snoozes = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[Any] = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["recipient", "channel", "digest_at"], name="delivery_digest_once"),
            models.CheckConstraint(
                condition=Q(reminder__isnull=False, digest_at=None) | Q(reminder=None, digest_at__isnull=False, carrier=None),
                name="delivery_of_a_reminder_or_a_digest",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.GATHERED) | Q(carrier__isnull=False), name="delivery_gathered_has_a_carrier"
            ),
            models.UniqueConstraint(fields=["reminder", "recipient", "channel"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="delivery_channel_known"),
            models.CheckConstraint(
                condition=~Q(state__in=IN_HAND) | Q(claim_token__isnull=False, lease_until__isnull=False),
                name="delivery_in_hand_has_a_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "next_at", "id"], name="delivery_waiting", condition=Q(state__in=WAITING)),
            models.Index(fields=["lease_until"], name="delivery_in_hand", condition=Q(state__in=IN_HAND)),
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
            models.Index(fields=["recipient", "-id"], name="delivery_of_recipient"),
            models.Index(fields=["recipient"], name="delivery_unread", condition=UNREAD),
            models.Index(fields=["recipient"], name="delivery_acknowledged", condition=Q(acknowledged_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def message_number(self) -> uuid.UUID:
        """What a message of it is known by, the same each time it is tried; what was put off comes as another message."""
        return uuid.uuid5(self.number, f"snooze {self.snoozes}") if self.snoozes else self.number
