import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import accounts.vocabulary
import common.slugs


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dependency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Environment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("slug", models.CharField(max_length=100, unique=True, validators=[common.slugs.validate])),
                ("name", models.CharField(max_length=300)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("development", "Development"),
                            ("test", "Test"),
                            ("acceptance", "Acceptance"),
                            ("staging", "Staging"),
                            ("production", "Production"),
                            ("training", "Training"),
                            ("recovery", "Recovery"),
                        ],
                        max_length=20,
                    ),
                ),
                ("lanes", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "parts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), blank=True, default=list, size=None
                    ),
                ),
                ("time_zone", models.CharField(default="UTC", max_length=64, validators=[accounts.vocabulary.validate_time_zone])),
                ("region", models.CharField(blank=True, max_length=6, validators=[accounts.vocabulary.validate_region])),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="environments",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "ordering": ["slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slug__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("slug", "new"), _negated=True)
                        ),
                        name="environment_slug_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["development", "test", "acceptance", "staging", "production", "training", "recovery"])
                        ),
                        name="environment_stage_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lanes", None), ("lanes__gte", 1), _connector="OR"),
                        name="environment_has_a_lane",
                        violation_error_message="An environment has at least one lane; leave it empty for no limit.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Route",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("slug", models.CharField(max_length=100, unique=True, validators=[common.slugs.validate])),
                ("name", models.CharField(max_length=300)),
                ("description", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slug__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("slug", "new"), _negated=True)
                        ),
                        name="route_slug_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RouteVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "route",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="environments.route"
                    ),
                ),
            ],
            options={
                "ordering": ["route", "-number"],
                "constraints": [models.UniqueConstraint(fields=("route", "number"), name="route_version_once")],
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("slug", models.CharField(max_length=100, unique=True, validators=[common.slugs.validate])),
                ("name", models.CharField(max_length=300)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("system", "System"),
                            ("service", "Service"),
                            ("component", "Component"),
                            ("product", "Product"),
                            ("hardware", "Hardware"),
                        ],
                        default="service",
                        max_length=20,
                    ),
                ),
                ("tier", models.PositiveSmallIntegerField(blank=True, help_text="1 is the most critical.", null=True)),
                (
                    "depends_on",
                    models.ManyToManyField(related_name="needed_by", through="environments.Dependency", to="environments.service"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="accounts.team",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="environments.service",
                    ),
                ),
            ],
            options={
                "ordering": ["slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slug__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("slug", "new"), _negated=True)
                        ),
                        name="service_slug_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["system", "service", "component", "product", "hardware"])),
                        name="service_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tier", None), ("tier__range", (1, 4)), _connector="OR"),
                        name="service_tier_1_to_4",
                        violation_error_message="A tier is 1 (the most critical) to 4.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"),
                        name="service_not_its_own_parent",
                        violation_error_message="A service cannot be its own parent.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="dependency",
            name="needs",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="dependents", to="environments.service"
            ),
        ),
        migrations.AddField(
            model_name="dependency",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="dependencies", to="environments.service"
            ),
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("soak_hours", models.PositiveIntegerField(default=0)),
                (
                    "soak_unit",
                    models.CharField(
                        choices=[("elapsed", "elapsed hours"), ("working", "working hours")], default="elapsed", max_length=10
                    ),
                ),
                ("is_optional", models.BooleanField(default=False)),
                (
                    "holds",
                    models.CharField(
                        choices=[("deploying", "while deploying"), ("until_it_leaves", "until it leaves")],
                        default="deploying",
                        max_length=20,
                    ),
                ),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="environments.environment"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stops", to="environments.routeversion"
                    ),
                ),
            ],
            options={
                "ordering": ["version", "position", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "environment"), name="stop_once_on_a_route"),
                    models.CheckConstraint(
                        condition=models.Q(("soak_unit__in", ["elapsed", "working"])), name="stop_soak_unit_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("holds__in", ["deploying", "until_it_leaves"])), name="stop_hold_known"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.UniqueConstraint(fields=("service", "needs"), name="dependency_once"),
        ),
        migrations.AddConstraint(
            model_name="dependency",
            constraint=models.CheckConstraint(
                condition=models.Q(("service", models.F("needs")), _negated=True), name="dependency_on_another"
            ),
        ),
    ]
