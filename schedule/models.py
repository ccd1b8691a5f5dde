"""Calendars that people keep: saved views, and feeds of them. What they show belongs to the nouns below."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.rows import Row
from schedule.querysets import FeedQuerySet, SavedViewQuerySet
from schedule.vocabulary import LONGEST_PAST, USUAL_PAST, Redaction


class SavedView(Row):
    """Filters of the calendar under a name, private or shared; not its date. `filters` as schedule.queries.narrowings makes them."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=100)
    filters = models.JSONField(default=dict)
    is_shared = models.BooleanField(default=False, help_text="Everybody may open it; what each sees of it is their own.")
    is_default = models.BooleanField(default=False, help_text="The calendar opens with it.")

    objects: ClassVar[Any] = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], name="savedview_name_once", violation_error_message="You have a view of this name."
            ),
            models.UniqueConstraint(fields=["owner"], name="savedview_one_default", condition=Q(is_default=True)),
        ]

    def __str__(self) -> str:
        return self.name


class Feed(Row):
    """A secret address that shows its owner's calendar to whoever holds it: that of `view`, else what `filters` leave.

    The secret is shown once; only an HMAC of it is stored. `expires_on` is the last day, in the owner's zone.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="feeds")
    name = models.CharField(max_length=100)
    view = models.ForeignKey(SavedView, on_delete=models.PROTECT, null=True, blank=True, related_name="feeds")
    filters = models.JSONField(default=dict)
    redaction = models.CharField(max_length=10, choices=Redaction, default=Redaction.FULL)
    past_days = models.PositiveSmallIntegerField(default=USUAL_PAST, help_text="From how many days ago on.")
    expires_on = models.DateField(null=True, blank=True, help_text="The last day it works.")
    digest = models.CharField(max_length=64, unique=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="At most once a minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(redaction__in=Redaction.values), name="feed_redaction_known"),
            models.CheckConstraint(condition=Q(past_days__lte=LONGEST_PAST), name="feed_past_days"),
        ]

    def __str__(self) -> str:
        return self.name


class Move(models.Model):
    """How often the start, the end or the cancellation of an entry changed, and when last; none when never.

    Machinery: triggers on the tables of the nouns write it, for SEQUENCE in feeds (RFC 5545, 3.8.7.4).
    """

    kind = models.CharField(max_length=20)
    number = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="move_of_one_entry")]

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}"
