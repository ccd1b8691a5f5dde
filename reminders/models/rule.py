"""A rule: on which occasion something is said, when, to whom, and by which way."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.rows import Row
from common.slugs import shape_constraint, slug_field
from reminders.querysets import RuleQuerySet
from reminders.vocabulary import Audience, Channel, Occasion, OffsetUnit, Severity


class Rule(Row):
    """What is said on an occasion, at `offsets` from its moment: below 0 before it, 0 at it, above 0 after it.

    In working days (then at nine o'clock where it happens) or in hours. `assumed_days`: how many working days a gate is taken to need
    while too little history knows better. `is_on`, and `on_since` (UTC): what was due earlier is not said, so that a rule that is
    switched on doesn't begin with the past. Shipped ones have a `code` that never changes.
    """

    code = slug_field(unique=True)
    name = models.CharField(max_length=200)
    occasion = models.CharField(max_length=40, choices=Occasion)
    unit = models.CharField(max_length=20, choices=OffsetUnit, default=OffsetUnit.WORKING_DAYS)
    offsets = ArrayField(models.SmallIntegerField(), default=list)
    audiences = ArrayField(models.CharField(max_length=20, choices=Audience), default=list)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.NORMAL)
    channels = ArrayField(models.CharField(max_length=20, choices=Channel), default=list)
    assumed_days = models.PositiveSmallIntegerField(default=5)
    is_on = models.BooleanField(default=True)
    on_since = models.DateTimeField(db_default=Now())

    objects: ClassVar[Any] = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["occasion", "code"]
        constraints = [
            shape_constraint("code", "reminder_rule_code_shape"),
            models.CheckConstraint(condition=Q(occasion__in=Occasion.values), name="reminder_rule_occasion_known"),
            models.CheckConstraint(condition=Q(unit__in=OffsetUnit.values), name="reminder_rule_unit_known"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="reminder_rule_severity_known"),
            models.CheckConstraint(
                condition=Q(offsets__len__gt=0),
                name="reminder_rule_has_offsets",
                violation_error_message="A rule says at least one thing: give it an offset.",
            ),
            models.CheckConstraint(
                condition=Q(audiences__contained_by=Audience.values) & Q(audiences__len__gt=0),
                name="reminder_rule_audiences_known",
                violation_error_message="A rule says things to somebody: choose at least one audience.",
            ),
            models.CheckConstraint(
                condition=Q(channels__contained_by=Channel.values) & Q(channels__len__gt=0),
                name="reminder_rule_channels_known",
                violation_error_message="A rule says things by some way: choose at least one channel.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/reminders/rules/{self.code}/"
