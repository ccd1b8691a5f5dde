import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import common.slugs


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_history"),
        ("accounts", "__first__"),
        ("environments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Program",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("restricted_until", models.DateTimeField(blank=True, null=True)),
                ("code", models.CharField(max_length=100, unique=True, validators=[common.slugs.validate])),
                ("name", models.CharField(max_length=300)),
                ("description", models.TextField(blank=True, max_length=20000)),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="managed_programs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("restricted_to", models.ManyToManyField(blank=True, related_name="+", to="accounts.team")),
            ],
            options={
                "ordering": ["code"],
                "indexes": [
                    models.Index(condition=models.Q(("restricted_until__isnull", False)), fields=["id"], name="program_restricted")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("code", "new"), _negated=True)
                        ),
                        name="program_code_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None), ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="program_ends_after_start",
                        violation_error_message="It ends before it starts.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("restricted_until", models.DateTimeField(blank=True, null=True)),
                ("code", models.CharField(max_length=100, unique=True, validators=[common.slugs.validate])),
                ("name", models.CharField(max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[("proposed", "Proposed"), ("active", "Active"), ("closed", "Closed"), ("cancelled", "Cancelled")],
                        default="proposed",
                        max_length=20,
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, help_text="Planned end, the last day.", null=True)),
                ("closed_on", models.DateField(blank=True, help_text="The day it really ended.", null=True)),
                ("budget", models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True)),
                ("currency", models.CharField(blank=True, help_text="ISO 4217, such as EUR.", max_length=3)),
                ("scope", models.TextField(blank=True, max_length=20000)),
                (
                    "during",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                models.Q(
                                    ("starts_on__isnull", False),
                                    models.Q(("closed_on__isnull", False), ("ends_on__isnull", False), _connector="OR"),
                                ),
                                then=models.Func(
                                    models.F("starts_on"),
                                    django.db.models.functions.comparison.Greatest(
                                        models.F("starts_on"),
                                        django.db.models.functions.comparison.Coalesce(models.F("closed_on"), models.F("ends_on")),
                                    ),
                                    models.Value("[]"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                            ),
                            default=None,
                        ),
                        output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="managed_projects",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to="projects.program",
                    ),
                ),
                ("restricted_to", models.ManyToManyField(blank=True, related_name="+", to="accounts.team")),
                (
                    "sponsor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sponsored_projects",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(fields=["during"], name="project_during"),
                    models.Index(fields=["starts_on", "id"], name="project_start"),
                    models.Index(condition=models.Q(("restricted_until__isnull", False)), fields=["id"], name="project_restricted"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("code", "new"), _negated=True)
                        ),
                        name="project_code_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "active", "closed", "cancelled"])),
                        name="project_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None), ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="project_ends_after_start",
                        violation_error_message="It ends before it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("budget", None), ("budget__gte", 0), _connector="OR"),
                        name="project_budget_not_negative",
                        violation_error_message="A budget is not negative.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency", ""), ("currency__regex", "^[A-Z]{3}$"), _connector="OR"),
                        name="project_currency_shape",
                        violation_error_message="A currency is three capital letters, such as EUR.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Output",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("code", models.CharField(max_length=100, validators=[common.slugs.validate])),
                ("name", models.CharField(max_length=300)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("software", "Software"),
                            ("hardware", "Hardware"),
                            ("documentation", "Documentation"),
                            ("training", "Training"),
                            ("service", "Service"),
                        ],
                        default="software",
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("in_progress", "in progress"),
                            ("delivered", "Delivered"),
                            ("accepted", "Accepted"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=20,
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                ("forecast_on", models.DateField(blank=True, null=True)),
                ("delivered_on", models.DateField(blank=True, null=True)),
                (
                    "lies_on",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.F("delivered_on"), models.F("forecast_on"), models.F("due_on")
                        ),
                        output_field=models.DateField(null=True),
                    ),
                ),
                ("services", models.ManyToManyField(blank=True, related_name="outputs", to="environments.service")),
                (
                    "project",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="outputs", to="projects.project"),
                ),
            ],
            options={
                "ordering": ["project", "code"],
                "indexes": [models.Index(fields=["lies_on", "id"], name="output_lies_on")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("code", "new"), _negated=True)
                        ),
                        name="output_code_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                    models.UniqueConstraint(
                        fields=("project", "code"),
                        name="output_code_once",
                        violation_error_message="The project has an output with this code already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["software", "hardware", "documentation", "training", "service"])),
                        name="output_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["planned", "in_progress", "delivered", "accepted", "cancelled"])),
                        name="output_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("code", models.CharField(max_length=100, validators=[common.slugs.validate])),
                ("name", models.CharField(max_length=300)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("kickoff", "Kickoff"),
                            ("deadline", "Deadline"),
                            ("freeze", "Freeze"),
                            ("release", "Release"),
                            ("milestone", "Milestone"),
                            ("rc", "release candidate"),
                            ("event", "Event"),
                            ("election", "Election"),
                            ("other", "Other"),
                        ],
                        default="milestone",
                        max_length=20,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("description", models.TextField(blank=True, max_length=20000)),
                ("uid", models.CharField(blank=True, max_length=255)),
                ("calendar", models.CharField(blank=True, max_length=300)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "during",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("starts_on"),
                            django.db.models.functions.comparison.Coalesce(models.F("ends_on"), models.F("starts_on")),
                            models.Value("[]"),
                            function="daterange",
                        ),
                        output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="projects.program",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "ordering": ["starts_on", "id"],
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(fields=["during"], name="milestone_during"),
                    models.Index(fields=["starts_on", "id"], name="milestone_start"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("code", "new"), _negated=True)
                        ),
                        name="milestone_code_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                    models.UniqueConstraint(
                        fields=("program", "project", "code"),
                        name="milestone_code_once",
                        nulls_distinct=False,
                        violation_error_message="There is a milestone with this code already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("uid", ""), _negated=True),
                        fields=("calendar", "uid", "program", "project"),
                        name="milestone_uid_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("program", None), ("project", None), _connector="OR"),
                        name="milestone_of_one",
                        violation_error_message="A milestone belongs to a program or to a project, not to both.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["kickoff", "deadline", "freeze", "release", "milestone", "rc", "event", "election", "other"],
                            )
                        ),
                        name="milestone_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None), ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="milestone_ends_after_start",
                        violation_error_message="It ends before it starts.",
                    ),
                ],
            },
        ),
    ]
