"""A way that somebody switched off."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.rows import Row
from reminders.querysets import QuietChannelQuerySet
from reminders.vocabulary import CARRIED, Channel


class QuietChannel(Row):
    """`user` wants no reminders by `channel`, urgent ones included. Without a row it is on."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="quiet_channels")
    channel = models.CharField(max_length=20, choices=Channel)

    objects: ClassVar[Any] = QuietChannelQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="quiet_channel_once"),
            models.CheckConstraint(condition=Q(channel__in=CARRIED), name="quiet_channel_known"),
        ]

    def __str__(self) -> str:
        return f"quiet channel {self.pk}"
