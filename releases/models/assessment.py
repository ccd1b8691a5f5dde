"""What was answered about the risk of a release."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.rows import Row
from policies.vocabulary import Risk
from releases.models.release import Release
from releases.querysets import OfReleaseQuerySet


class Assessment(Row):
    """Somebody answered the questions of the policies about a release; `risk` is what came out. Never changed: the newest counts.

    `answers` are objects `{"question", "text", "answer", "risk"}`: its key, what was asked, what was answered, what that stands for.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="assessments")
    risk = models.CharField(max_length=20, choices=Risk)
    answers = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[Any] = OfReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(risk__in=Risk.values), name="assessment_risk_known")]
        indexes = [models.Index(fields=["release", "-id"], name="assessment_newest")]

    def __str__(self) -> str:
        return f"assessment {self.pk}"
