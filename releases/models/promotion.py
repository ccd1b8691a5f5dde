"""A promotion: one candidate into one environment, in one planned interval."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse

from common.rows import Row
from environments.models import Environment
from releases.models.release import Candidate, Release
from releases.querysets import PromotionQuerySet
from releases.vocabulary import FINISHED, MOVABLE, PROMOTION_MOVES, UNFINISHED, PromotionStatus


class Promotion(Row):
    """One candidate into one environment, or some of its parts, in `[starts_at, ends_at)`: UTC, roll-back time included.

    `approved_from` and `approved_until` are the approved window; empty means the planned interval. `parts` are names of the
    environment's parts, sorted; empty means all of it. `attempt` counts the tries at the same target, at most one unfinished.
    `was_recorded`: it came finished from elsewhere and was not decided here; `is_trusted`: an administrator vouches for it, so
    that it counts as soak and approval for later stops.

    `started_at`, `ended_at` and `rolled_back_at` are when it really did (UTC); a start moves the planned interval. `is_emergency`: it runs
    on the approval of an emergency, and owes the rest afterwards. `verdict` is the answer that stood when it ran.
    """

    MOVES = PROMOTION_MOVES

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="promotions")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="promotions")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="promotions")
    parts = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    during = models.GeneratedField(
        expression=Func(F("starts_at"), F("ends_at"), function="tstzrange"), output_field=DateTimeRangeField(), db_persist=True
    )
    approved_from = models.DateTimeField(null=True, blank=True)
    approved_until = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=30, choices=PromotionStatus, default=PromotionStatus.DRAFT)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    rolled_back_at = models.DateTimeField(null=True, blank=True)
    is_emergency = models.BooleanField(default=False)
    verdict = models.JSONField(null=True, blank=True)
    was_recorded = models.BooleanField(default=False)
    is_trusted = models.BooleanField(default=False)

    objects: ClassVar[Any] = PromotionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="promotion_ends_after_start",
                violation_error_message="A promotion ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(approved_from=None, approved_until=None) | Q(approved_until__gt=F("approved_from")),
                name="promotion_approved_window",
                violation_error_message="The approved window has both ends, the later one last.",
            ),
            models.CheckConstraint(condition=Q(status__in=PromotionStatus.values), name="promotion_status_known"),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="promotion_attempt_from_1"),
            models.UniqueConstraint(
                fields=["release", "environment", "parts", "attempt"],
                name="promotion_attempt_once",
                violation_error_message="There is such an attempt already.",
            ),
            models.UniqueConstraint(
                fields=["release", "environment", "parts"],
                name="promotion_one_unfinished",
                condition=Q(status__in=sorted(UNFINISHED)),
                violation_error_message="Another attempt at the same target is unfinished.",
            ),
        ]
        indexes = [
            GistIndex(fields=["during"], name="promotion_during"),
            models.Index(fields=["starts_at", "id"], name="promotion_start"),
            models.Index(fields=["environment", "starts_at", "id"], name="promotion_in_environment"),
        ]

    def __str__(self) -> str:
        return f"promotion {self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def is_movable(self) -> bool:
        """Whether another interval may be given to it: before it runs, and when it was missed."""
        return self.status in MOVABLE

    def get_absolute_url(self) -> str:
        return reverse("promotion", args=[self.pk])
