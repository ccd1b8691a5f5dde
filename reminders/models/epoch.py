"""The epoch: by which a database is known to have gone back in time."""

import uuid
from typing import Any, ClassVar

from django.db import models

from reminders.querysets import EpochQuerySet


class Epoch(models.Model):
    """One row, of which a copy lies in a file beside the database. Machinery.

    `looks` is counted up each time somebody looks for what is due. A file that knows more looks than the database, or another `name`,
    belongs to a later state of it: a backup was restored, and what was due by then (`held_until`, UTC) may have been said already.
    `read_until` is the number of the last event whose facts were read for reminders; `planned_at` (UTC) when everything was last planned.
    `called_until` is the number of the last event whose facts were put down for webhooks.
    """

    name = models.UUIDField(default=uuid.uuid4)
    looks = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    read_until = models.BigIntegerField(null=True)
    planned_at = models.DateTimeField(null=True)
    called_until = models.BigIntegerField(null=True)

    objects: ClassVar[Any] = EpochQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"epoch {self.name}"
