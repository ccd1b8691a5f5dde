"""When somebody wants to be left alone."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.rows import Row
from reminders.querysets import PreferenceQuerySet


class Preference(Row):
    """What is not urgent is not sent to `user` from `quiet_from` until `quiet_until` on their own clock, past midnight too.

    Nor on Saturdays and Sundays, with `quiet_weekends`. Both times are there, or neither. Without a row everything is sent at once.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminder_preference")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_weekends = models.BooleanField(default=False)

    objects: ClassVar[Any] = PreferenceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="preference_quiet_hours_are_some",
                violation_error_message="Quiet hours begin at one time and end at another; give both, or neither.",
            ),
        ]

    def __str__(self) -> str:
        return f"preference {self.pk}"
