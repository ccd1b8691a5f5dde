"""Who is affected by a release, and what they need before it comes."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.rows import Row
from releases.models.release import Release
from releases.querysets import OfReleaseQuerySet, PreparationQuerySet
from releases.vocabulary import PreparationNeed


class Audience(Row):
    """A group that a release affects: how many, where, in which language; customers or colleagues."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="audiences")
    name = models.CharField(max_length=300)
    size = models.PositiveIntegerField(null=True, blank=True)
    site = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=35, blank=True, help_text="Such as de or pt-BR (BCP 47).")
    is_customer = models.BooleanField(default=False)
    notes = models.TextField(blank=True, max_length=20_000, help_text="The release notes for them, in Markdown.")

    objects: ClassVar[Any] = OfReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["release", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "name", "site"],
                name="audience_once",
                violation_error_message="This audience is named already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def speaks_for(self) -> Release:
        return self.release


class Preparation(Row):
    """What an audience needs: nothing, a notice, a briefing or a training; by whom and when.

    A session lies in `[starts_at, ends_at)`, UTC; a notice has only its start. Done at `done_at`; it is then over and stays.
    """

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="preparations")
    need = models.CharField(max_length=10, choices=PreparationNeed)
    about = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="preparations"
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = PreparationQuerySet.as_manager()

    class Meta:
        ordering = ["audience", "starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(need__in=PreparationNeed.values), name="preparation_need_known"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="preparation_ends_after_start",
                violation_error_message="It ends after it starts.",
            ),
        ]
        indexes = [models.Index(fields=["starts_at", "id"], name="preparation_start")]

    def __str__(self) -> str:
        return self.about or self.get_need_display()

    @property
    def speaks_for(self) -> Release:
        return self.audience.release
