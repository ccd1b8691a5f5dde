"""Who is affected by a release, and what they need before it comes."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Case, F, Func, Q, When
from django.db.models.functions import Coalesce

from common.rows import Row
from releases.models.release import Release
from releases.querysets import OfReleaseQuerySet, PreparationQuerySet
from releases.vocabulary import PreparationNeed


class Audience(Row):
    """A group that a release affects: how many, where, in which language; customers or colleagues.

    `is_drafted`: its notes are a draft that nobody has put a hand to, so that another draft may take its place unasked.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="audiences")
    name = models.CharField(max_length=300)
    size = models.PositiveIntegerField(null=True, blank=True)
    site = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=35, blank=True, help_text="Such as de or pt-BR (BCP 47).")
    is_customer = models.BooleanField(default=False)
    notes = models.TextField(blank=True, max_length=20_000, help_text="The release notes for them, in Markdown.")
    is_drafted = models.BooleanField(default=False)

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
        return f"{self.name} {self.site}".strip()

    @property
    def speaks_for(self) -> Release:
        return self.release

    def get_absolute_url(self) -> str:
        return f"{self.release.get_absolute_url()}audiences/{self.pk}/"


#: A quarter of an hour after a start: what a notice takes on a calendar. By way of UTC, since only that is the same in every zone.
_LATER = Func(F("starts_at"), template="timezone('UTC', timezone('UTC', %(expressions)s) + interval '15 minutes')")


class Preparation(Row):
    """What an audience needs: nothing, a notice, a briefing or a training; by whom and when.

    A session lies in `[starts_at, ends_at)`, UTC; a notice has only its start, and `during` gives it a quarter of an hour on the
    calendar (empty while nothing is planned). Done at `done_at`; it is then over and stays.
    """

    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="preparations")
    need = models.CharField(max_length=10, choices=PreparationNeed)
    about = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="preparations"
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    during = models.GeneratedField(
        expression=Case(
            When(
                starts_at__isnull=False,
                then=Func(
                    F("starts_at"),
                    Coalesce(F("ends_at"), _LATER, output_field=models.DateTimeField()),
                    function="tstzrange",
                    output_field=DateTimeRangeField(),
                ),
            ),
            default=None,
        ),
        output_field=DateTimeRangeField(),
        db_persist=True,
    )
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
        indexes = [
            GistIndex(fields=["during"], name="preparation_during"),
            models.Index(fields=["starts_at", "id"], name="preparation_start"),
        ]

    def __str__(self) -> str:
        return self.about or self.get_need_display()

    def get_absolute_url(self) -> str:
        return f"{self.audience.get_absolute_url()}#preparation-{self.pk}"

    @property
    def speaks_for(self) -> Release:
        return self.audience.release
