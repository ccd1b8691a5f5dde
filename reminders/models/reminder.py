"""A reminder: something to be said of one thing, at one moment."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from reminders.models.rule import Rule
from reminders.querysets import ReminderQuerySet
from reminders.vocabulary import ReminderState

_WAITING = (ReminderState.PLANNED, ReminderState.HELD)


class Reminder(models.Model):
    """What a rule makes be said of (`subject_kind`, `subject_id`) at `due_at` (UTC). Machinery: planned anew at any time.

    `moment_at` is what it speaks of (UTC), a day's in `zone`. `scope_id` is the release, or where the occasion is about a project the project, that it is
    planned together with. `digest` is what it was planned from: with another one it says something else. Once addressed it stays, so
    that nothing is said again of that moment.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="reminders")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    scope_id = models.BigIntegerField()
    due_at = models.DateTimeField()
    moment_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    digest = models.CharField(max_length=16)
    state = models.CharField(max_length=10, choices=ReminderState, default=ReminderState.PLANNED)

    objects: ClassVar[Any] = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "subject_kind", "subject_id", "due_at"], name="reminder_once"),
            models.CheckConstraint(condition=Q(state__in=ReminderState.values), name="reminder_state_known"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="reminder_waiting", condition=Q(state__in=_WAITING)),
            models.Index(fields=["scope_id"], name="reminder_of_scope"),
            models.Index(fields=["subject_kind", "subject_id"], name="reminder_of_subject"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"
