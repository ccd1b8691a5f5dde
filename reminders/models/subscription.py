"""A subscription: what somebody asked to hear of, or to be spared."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.rows import Row
from reminders.querysets import SubscriptionQuerySet
from reminders.vocabulary import WATCHABLE, Attention


class Subscription(Row):
    """`user` watches, or mutes, a thing named by kind and id; what belongs to it is meant too.

    Or a `team` watches it: then whoever belongs to the team does, until they mute it for themselves.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="subscriptions")
    team = models.ForeignKey("accounts.Team", on_delete=models.CASCADE, null=True, related_name="subscriptions")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    attention = models.CharField(max_length=10, choices=Attention, default=Attention.WATCH)

    objects: ClassVar[Any] = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "subject_kind", "subject_id"], name="subscription_once"),
            models.UniqueConstraint(fields=["team", "subject_kind", "subject_id"], name="subscription_of_team_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True)
                | Q(user__isnull=True, team__isnull=False, attention=Attention.WATCH),
                name="subscription_of_one",
                violation_error_message="Somebody watches or mutes a thing, or a team watches it.",
            ),
            models.CheckConstraint(condition=Q(subject_kind__in=WATCHABLE), name="subscription_kind_known"),
            models.CheckConstraint(condition=Q(attention__in=Attention.values), name="subscription_attention_known"),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="subscription_of_subject")]

    @property
    def kind_words(self) -> str:
        """What the thing is, as people say it."""
        return "saved view" if self.subject_kind == "savedview" else self.subject_kind

    def __str__(self) -> str:
        return f"subscription {self.pk}"
