"""Who is away, and who decides meanwhile."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.querysets import AbsenceQuerySet
from common.rows import Row


class Absence(Row):
    """`user` is away in [starts_at, ends_at); `delegate`, when named, stands in."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    delegate = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="stands_in_for")

    objects: ClassVar[AbsenceQuerySet["Absence"]] = AbsenceQuerySet.as_manager()  # type: ignore[assignment]  # a manager with the queryset's methods

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="absence_ends_after_start",
                violation_error_message="An absence ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(delegate=None) | ~Q(delegate=F("user")),
                name="absence_delegate_is_another",
                violation_error_message="Nobody stands in for themselves.",
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"
