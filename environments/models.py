"""Environments, services, the routes releases take through environments, and who has booked these."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    BigIntegerRangeField,
    DateTimeRangeField,
    IntegerRangeField,
    RangeOperators,
)
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.urls import reverse

from accounts.models import Team, User
from accounts.vocabulary import validate_region, validate_time_zone
from common.rows import Row
from common.slugs import shape_constraint, slug_field
from environments.querysets import BookingQuerySet, EnvironmentQuerySet, RouteQuerySet, ServiceQuerySet
from environments.vocabulary import LEAST_IMPORTANT_TIER, MOST_IMPORTANT_TIER, Hold, ServiceKind, SoakUnit, Stage


class Environment(Row):
    """A place where releases run. `lanes`: how many things it takes at once; empty means no limit.

    `parts` are regions, sites, rings or blue and green: names in the order people walk them; none by default.
    """

    slug = slug_field(unique=True)
    name = models.CharField(max_length=300)
    stage = models.CharField(max_length=20, choices=Stage)
    lanes = models.PositiveSmallIntegerField(null=True, blank=True)
    parts = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    owner = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="environments")
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    region = models.CharField(max_length=6, blank=True, validators=[validate_region])

    objects: ClassVar[Any] = EnvironmentQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            shape_constraint("slug", "environment_slug_shape"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="environment_stage_known"),
            models.CheckConstraint(
                condition=Q(lanes=None) | Q(lanes__gte=1),
                name="environment_has_a_lane",
                violation_error_message="An environment has at least one lane; leave it empty for no limit.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("environment", args=[self.slug])


class Service(Row):
    """What runs in environments and what releases change: a system, service, component, product or piece of hardware."""

    slug = slug_field(unique=True)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=ServiceKind, default=ServiceKind.SERVICE)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    owner = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="services")
    tier = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 is the most critical.")
    depends_on = models.ManyToManyField("self", through="Dependency", symmetrical=False, related_name="needed_by")

    objects: ClassVar[Any] = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            shape_constraint("slug", "service_slug_shape"),
            models.CheckConstraint(condition=Q(kind__in=ServiceKind.values), name="service_kind_known"),
            models.CheckConstraint(
                condition=Q(tier=None) | Q(tier__range=(MOST_IMPORTANT_TIER, LEAST_IMPORTANT_TIER)),
                name="service_tier_1_to_4",
                violation_error_message="A tier is 1 (the most critical) to 4.",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="service_not_its_own_parent",
                violation_error_message="A service cannot be its own parent.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("service", args=[self.slug])


class Dependency(Row):
    """`service` needs `needs` to work."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="dependencies")
    needs = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="dependents")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["service", "needs"], name="dependency_once"),
            models.CheckConstraint(condition=~Q(service=F("needs")), name="dependency_on_another"),
        ]

    def __str__(self) -> str:
        return f"dependency {self.pk}"

    @property
    def speaks_for(self) -> Service:
        """Who needs it is what people know by name."""
        return self.service


class Route(Row):
    """An ordered path of environments. What it says stands in its versions: a release keeps the one it set out on."""

    slug = slug_field(unique=True)
    name = models.CharField(max_length=300)
    description = models.TextField(blank=True)

    objects: ClassVar[Any] = RouteQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [shape_constraint("slug", "route_slug_shape")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("route", args=[self.slug])


class RouteVersion(Row):
    """One state of a route; the newest has the greatest number."""

    route = models.ForeignKey(Route, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["route", "-number"]
        constraints = [models.UniqueConstraint(fields=["route", "number"], name="route_version_once")]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def speaks_for(self) -> Route:
        return self.route


class Stop(Row):
    """An environment on a route. Several environments may share a position: they are taken in any order.

    `soak_hours`: how long a version stays here before it may go on, elapsed or in working hours.
    """

    version = models.ForeignKey(RouteVersion, on_delete=models.CASCADE, related_name="stops")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="stops")
    position = models.PositiveSmallIntegerField()
    soak_hours = models.PositiveIntegerField(default=0)
    soak_unit = models.CharField(max_length=10, choices=SoakUnit, default=SoakUnit.ELAPSED)
    is_optional = models.BooleanField(default=False)
    holds = models.CharField(max_length=20, choices=Hold, default=Hold.DEPLOYING)

    class Meta:
        ordering = ["version", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "environment"], name="stop_once_on_a_route"),
            models.CheckConstraint(condition=Q(soak_unit__in=SoakUnit.values), name="stop_soak_unit_known"),
            models.CheckConstraint(condition=Q(holds__in=Hold.values), name="stop_hold_known"),
        ]

    def __str__(self) -> str:
        return f"stop {self.position}"

    @property
    def speaks_for(self) -> Route:
        """What people know by name is the route it is on."""
        return self.version.route


class Booking(Row):
    """Somebody has lanes of an environment in `[starts_at, ends_at)`, UTC; `ends_at` is empty while nobody knows the end.

    `lanes`: how many; empty means all of them, so that nothing else may be there. What holds a place without a person's booking,
    such as a promotion, is named by `holder_kind` and `holder_id`, and its verbs move and end it; `common.labels` says its name.
    """

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="bookings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    during = models.GeneratedField(
        expression=Func(F("starts_at"), F("ends_at"), function="tstzrange"), output_field=DateTimeRangeField(), db_persist=True
    )
    purpose = models.CharField(max_length=300, blank=True)
    lanes = models.PositiveSmallIntegerField(null=True, blank=True)
    holder_kind = models.CharField(max_length=40, blank=True)
    holder_id = models.BigIntegerField(null=True, blank=True)
    booked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bookings")

    objects: ClassVar[Any] = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="booking_ends_after_start",
                violation_error_message="A booking ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(lanes=None) | Q(lanes__gte=1),
                name="booking_of_a_lane",
                violation_error_message="A booking has at least one lane; leave it empty for all of them.",
            ),
            models.CheckConstraint(
                condition=Q(holder_kind="", holder_id=None) | (~Q(holder_kind="") & Q(holder_id__isnull=False)),
                name="booking_holder_is_whole",
            ),
            models.UniqueConstraint(
                fields=["holder_kind", "holder_id"], condition=Q(holder_id__isnull=False), name="booking_one_place_a_holder"
            ),
        ]
        indexes = [
            GistIndex(fields=["during"], name="booking_during"),
            models.Index(fields=["starts_at", "id"], name="booking_start"),
            models.Index(fields=["environment", "starts_at", "id"], name="booking_in_environment"),
        ]

    def __str__(self) -> str:
        return self.purpose or f"booking {self.pk}"

    @property
    def is_held(self) -> bool:
        """Whether something else than a person's booking has the place."""
        return bool(self.holder_kind)

    def get_absolute_url(self) -> str:
        return reverse("booking", args=[self.pk])


class Place(Row):
    """One lane of an environment, taken for the time of a booking; or all its lanes, from 0 without an end, so that nothing else is.

    The lanes people count begin at 1. Places never overlap: the database refuses it, whoever writes them.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="places")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="places")
    lanes = IntegerRangeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    during = models.GeneratedField(
        expression=Func(F("starts_at"), F("ends_at"), function="tstzrange"), output_field=DateTimeRangeField(), db_persist=True
    )

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(lanes__isempty=False), name="place_is_somewhere"),
            # There is no btree_gist: the environment enters as a range of one number.
            ExclusionConstraint(
                name="place_taken_once",
                expressions=[
                    (
                        Func(
                            F("environment"),
                            F("environment"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("lanes", RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        return f"place {self.pk}"

    @property
    def speaks_for(self) -> Booking:
        """A lane is only part of it."""
        return self.booking
