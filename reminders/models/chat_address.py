"""Where somebody is reached by chat."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from common.rows import Row
from reminders.querysets import ChatAddressQuerySet


class ChatAddress(Row):
    """The one address of a chat that `user` gave; whoever knows it can write there, so that it lies `sealed` (see `common.sealing`).

    `service` is the schema of the chat service, `host` the server where it is not the service's own: as much as is shown.
    A test was asked for at `trial_asked_at` and begun at `trial_at` (UTC); `trial_problem` is what went wrong, empty when it went well.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="chat_addresses")
    service = models.CharField(max_length=20)
    host = models.CharField(max_length=260, blank=True)
    sealed = models.TextField()
    trial_asked_at = models.DateTimeField(null=True, editable=False)
    trial_at = models.DateTimeField(null=True, editable=False)
    trial_problem = models.CharField(max_length=300, blank=True, editable=False)

    objects: ClassVar[Any] = ChatAddressQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "chat addresses"
        constraints = [models.UniqueConstraint(fields=["user"], name="chat_address_once")]
        indexes = [
            models.Index(
                fields=["trial_asked_at"],
                name="chat_address_trial_asked",
                condition=models.Q(trial_asked_at__isnull=False, trial_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"chat address {self.pk}"
