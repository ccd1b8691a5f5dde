"""When somebody wants to be left alone."""

from calendar import day_name
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.rows import Row
from reminders.querysets import PreferenceQuerySet
from reminders.vocabulary import Pace


class Preference(Row):
    """What is not urgent is not sent to `user` from `quiet_from` until `quiet_until` on their own clock, past midnight too.

    Nor on Saturdays and Sundays, with `quiet_weekends`. Both times are there, or neither. Without a row everything is sent at once.

    By a `pace` that is not at once, e-mails and chats of what is not urgent come together at `digest_hour` o'clock: each day, or each
    `digest_weekday` (1 is Monday).
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reminder_preference")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_weekends = models.BooleanField(default=False)
    pace = models.CharField(max_length=10, choices=Pace, default=Pace.AT_ONCE)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    digest_weekday = models.PositiveSmallIntegerField(default=1)

    objects: ClassVar[Any] = PreferenceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(pace__in=Pace.values), name="preference_pace_known"),
            models.CheckConstraint(
                condition=Q(digest_hour__lt=24, digest_weekday__gte=1, digest_weekday__lte=7), name="preference_digest_some_time"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="preference_quiet_hours_are_some",
                violation_error_message="Quiet hours begin at one time and end at another; give both, or neither.",
            ),
        ]

    @property
    def weekday(self) -> str:
        """The day of the week on which digests come, in words."""
        return day_name[self.digest_weekday - 1]

    def __str__(self) -> str:
        return f"preference {self.pk}"
