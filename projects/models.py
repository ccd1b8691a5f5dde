"""Programs, projects, their milestones and outputs."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse

from accounts.models import Restrictable
from common.rows import Row
from common.slugs import shape_constraint, slug_field
from environments.models import Service
from projects.querysets import MilestoneQuerySet, OutputQuerySet, ProgramQuerySet, ProjectQuerySet
from projects.vocabulary import MilestoneKind, OutputKind, OutputStatus, ProjectStatus

ENDS_AFTER_START = Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))


def person(related_name: str, **options: Any) -> Any:
    """A column that names a person."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name=related_name, **options
    )


class Program(Row, Restrictable):
    """Related projects, held together across time by a program manager. Dates are inclusive days."""

    code = slug_field(unique=True)
    name = models.CharField(max_length=300)
    manager = person("managed_programs")
    description = models.TextField(blank=True, max_length=20_000)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            shape_constraint("code", "program_code_shape"),
            models.CheckConstraint(
                condition=ENDS_AFTER_START, name="program_ends_after_start", violation_error_message="It ends before it starts."
            ),
        ]
        indexes = [models.Index(fields=["id"], name="program_restricted", condition=Q(restricted_until__isnull=False))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("program", args=[self.code])


class Project(Row, Restrictable):
    """The vehicle: scope, budget and a timeframe; it delivers outputs, and it ends. Dates are inclusive days."""

    code = slug_field(unique=True)
    name = models.CharField(max_length=300)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, null=True, blank=True, related_name="projects")
    manager = person("managed_projects")
    sponsor = person("sponsored_projects")
    status = models.CharField(max_length=20, choices=ProjectStatus, default=ProjectStatus.PROPOSED)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True, help_text="Planned end, the last day.")
    closed_on = models.DateField(null=True, blank=True, help_text="The day it really ended.")
    budget = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217, such as EUR.")
    scope = models.TextField(blank=True, max_length=20_000)
    # On the calendar it lies from its start to the day it closed, else was planned to end; with only one of the two, nowhere.
    during = models.GeneratedField(
        expression=models.Case(
            models.When(
                Q(starts_on__isnull=False) & (Q(closed_on__isnull=False) | Q(ends_on__isnull=False)),
                then=Func(
                    F("starts_on"),
                    Greatest(F("starts_on"), Coalesce(F("closed_on"), F("ends_on"))),
                    Value("[]"),
                    function="daterange",
                    output_field=DateRangeField(),
                ),
            ),
            default=None,
        ),
        output_field=DateRangeField(),
        db_persist=True,
    )

    objects: ClassVar[Any] = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            shape_constraint("code", "project_code_shape"),
            models.CheckConstraint(condition=Q(status__in=ProjectStatus.values), name="project_status_known"),
            models.CheckConstraint(
                condition=ENDS_AFTER_START, name="project_ends_after_start", violation_error_message="It ends before it starts."
            ),
            models.CheckConstraint(
                condition=Q(budget=None) | Q(budget__gte=0),
                name="project_budget_not_negative",
                violation_error_message="A budget is not negative.",
            ),
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex="^[A-Z]{3}$"),
                name="project_currency_shape",
                violation_error_message="A currency is three capital letters, such as EUR.",
            ),
        ]
        indexes = [
            GistIndex(fields=["during"], name="project_during"),
            models.Index(fields=["starts_on", "id"], name="project_start"),
            models.Index(fields=["id"], name="project_restricted", condition=Q(restricted_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.code])


class Milestone(Row):
    """A named date of a program, a project, or (with neither) the organisation. `ends_on` is its last day; empty means one day.

    One that came from a calendar file keeps its `uid` (RFC 5545, with RECURRENCE-ID) and `calendar` as identity.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, null=True, blank=True, related_name="milestones")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="milestones")
    code = slug_field()
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=MilestoneKind, default=MilestoneKind.MILESTONE)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    description = models.TextField(blank=True, max_length=20_000)
    uid = models.CharField(max_length=255, blank=True)
    calendar = models.CharField(max_length=300, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    during = models.GeneratedField(
        expression=Func(F("starts_on"), Coalesce(F("ends_on"), F("starts_on")), Value("[]"), function="daterange"),
        output_field=DateRangeField(),
        db_persist=True,
    )

    objects: ClassVar[Any] = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            shape_constraint("code", "milestone_code_shape"),
            models.UniqueConstraint(
                fields=["program", "project", "code"],
                name="milestone_code_once",
                nulls_distinct=False,
                violation_error_message="There is a milestone with this code already.",
            ),
            models.UniqueConstraint(
                fields=["calendar", "uid", "program", "project"],
                name="milestone_uid_once",
                nulls_distinct=False,
                condition=~Q(uid=""),
            ),
            models.CheckConstraint(
                condition=Q(program=None) | Q(project=None),
                name="milestone_of_one",
                violation_error_message="A milestone belongs to a program or to a project, not to both.",
            ),
            models.CheckConstraint(condition=Q(kind__in=MilestoneKind.values), name="milestone_kind_known"),
            models.CheckConstraint(
                condition=ENDS_AFTER_START, name="milestone_ends_after_start", violation_error_message="It ends before it starts."
            ),
        ]
        indexes = [
            GistIndex(fields=["during"], name="milestone_during"),
            models.Index(fields=["starts_on", "id"], name="milestone_start"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("milestone", args=[self.pk])


class Output(Row):
    """What a project delivers. It lies on the calendar on the day it was delivered, else is forecast, else is due."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="outputs")
    code = slug_field()
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=OutputKind, default=OutputKind.SOFTWARE)
    status = models.CharField(max_length=20, choices=OutputStatus, default=OutputStatus.PLANNED)
    due_on = models.DateField(null=True, blank=True)
    forecast_on = models.DateField(null=True, blank=True)
    delivered_on = models.DateField(null=True, blank=True)
    services = models.ManyToManyField(Service, blank=True, related_name="outputs")
    lies_on = models.GeneratedField(
        expression=Coalesce(F("delivered_on"), F("forecast_on"), F("due_on")),
        output_field=models.DateField(null=True),
        db_persist=True,
    )

    objects: ClassVar[Any] = OutputQuerySet.as_manager()

    class Meta:
        ordering = ["project", "code"]
        constraints = [
            shape_constraint("code", "output_code_shape"),
            models.UniqueConstraint(
                fields=["project", "code"],
                name="output_code_once",
                violation_error_message="The project has an output with this code already.",
            ),
            models.CheckConstraint(condition=Q(kind__in=OutputKind.values), name="output_kind_known"),
            models.CheckConstraint(condition=Q(status__in=OutputStatus.values), name="output_status_known"),
        ]
        indexes = [models.Index(fields=["lies_on", "id"], name="output_lies_on")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("output", args=[self.pk])
