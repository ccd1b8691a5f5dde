"""Environments, services, and the routes releases take through environments."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Team
from accounts.vocabulary import validate_region, validate_time_zone
from common.rows import Row
from common.slugs import shape_constraint, slug_field
from environments.querysets import EnvironmentQuerySet, RouteQuerySet, ServiceQuerySet
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
