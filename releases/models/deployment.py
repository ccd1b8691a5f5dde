"""A deployment: what is and was where."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.db.models.functions import Cast

from common.rows import Row
from environments.models import Environment, Service
from releases.models.promotion import Promotion
from releases.models.release import Item, Release
from releases.querysets import DeploymentQuerySet


class Deployment(Row):
    """A version of a service's line in an environment (or one part of it, else `part` is empty) in `[begins_at, ends_at)`.

    Recomputed as a whole for its (service, environment, part, line), so that history may arrive in any order; `ends_at` is
    empty for what is live.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="deployments")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="deployments")
    part = models.CharField(max_length=100, blank=True)
    line = models.CharField(max_length=100, blank=True)
    version = models.CharField(max_length=100, blank=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="deployments")
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="deployments")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="deployments")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    during = models.GeneratedField(
        expression=Func(F("begins_at"), F("ends_at"), function="tstzrange"), output_field=DateTimeRangeField(), db_persist=True
    )
    # A GiST index takes ranges only (there is no btree_gist): the place enters as a range of one number, made from its four names.
    place = models.GeneratedField(
        expression=Func(
            Cast("service", models.TextField()),
            Cast("environment", models.TextField()),
            F("part"),
            F("line"),
            template="hashtextextended(%(expressions)s, 0)",
            arg_joiner=" || E'\\x1f' || ",
        ),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    objects: ClassVar[Any] = DeploymentQuerySet.as_manager()

    class Meta:
        ordering = ["begins_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at=None) | Q(ends_at__gt=F("begins_at")), name="deployment_ends_after_start"),
            ExclusionConstraint(
                name="deployment_one_version_at_a_time",
                expressions=[
                    (
                        Func(F("place"), F("place"), Value("[]"), function="int8range", output_field=BigIntegerRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            models.Index(fields=["environment", "service"], name="deployment_live", condition=Q(ends_at=None)),
            models.Index(fields=["service", "environment", "part", "line", "begins_at"], name="deployment_place"),
        ]

    def __str__(self) -> str:
        return f"deployment {self.pk}"
