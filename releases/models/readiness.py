"""How ready each release is, for sorting and filtering lists."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from releases.models.promotion import Promotion
from releases.models.release import Release
from releases.querysets import ReadinessQuerySet
from releases.vocabulary import ReadinessState


class Readiness(models.Model):
    """What the verdict on a release's next promotion came to when it was last worked out. Machinery.

    Rewritten when something it depends on changes, and when `next_change_at` has passed. Nothing is decided from it, and what a row of
    a list shows comes from the verdict itself. `missing`: requirements not met; `late`: of these past their due day. `swept_at`: when the
    clock, and no event, last made it (or others in one go with it) another one; ETags of lists tell that by the latest.
    """

    release = models.OneToOneField(Release, on_delete=models.CASCADE, primary_key=True, related_name="readiness")
    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=20, choices=ReadinessState)
    missing = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    next_change_at = models.DateTimeField(null=True)
    swept_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ReadinessQuerySet.as_manager()

    class Meta:
        ordering = ["release"]
        verbose_name_plural = "readiness"
        indexes = [
            models.Index(fields=["state", "release"], name="readiness_state"),
            models.Index(fields=["next_change_at"], name="readiness_next_change"),
            models.Index(fields=["swept_at"], name="readiness_sweep", condition=Q(swept_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"readiness of {self.release_id}"
