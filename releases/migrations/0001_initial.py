import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0003_history"),
        ("accounts", "__first__"),
        ("environments", "0002_history"),
        ("projects", "0002_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("number", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["release", "number"],
            },
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("restricted_until", models.DateTimeField(blank=True, null=True)),
                ("name", models.CharField(max_length=300)),
                ("version", models.CharField(max_length=100)),
                (
                    "urgency",
                    models.CharField(
                        choices=[("planned", "Planned"), ("break_fix", "break-fix"), ("maintenance", "Maintenance")],
                        default="planned",
                        max_length=20,
                    ),
                ),
                (
                    "size",
                    models.CharField(
                        choices=[("standard", "Standard"), ("minor", "Minor"), ("major", "Major")], default="minor", max_length=20
                    ),
                ),
                (
                    "risk",
                    models.CharField(blank=True, choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")], max_length=20),
                ),
                (
                    "extent",
                    models.CharField(
                        choices=[("full", "Full"), ("delta", "Delta"), ("package", "Package")], default="full", max_length=20
                    ),
                ),
                (
                    "nature",
                    models.CharField(
                        choices=[("software", "Software"), ("hardware", "Hardware"), ("both", "software and hardware")],
                        default="software",
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("planned", "Planned"),
                            ("under_way", "under way"),
                            ("in_production", "in production"),
                            ("early_life", "early life"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=20,
                    ),
                ),
                (
                    "commitment",
                    models.CharField(
                        choices=[("idea", "Idea"), ("planned", "Planned"), ("committed", "Committed"), ("promised", "Promised")],
                        default="planned",
                        max_length=20,
                    ),
                ),
                (
                    "line",
                    models.CharField(
                        blank=True, help_text="The version line it belongs to, where several are kept up.", max_length=100
                    ),
                ),
                ("rollback_plan", models.TextField(blank=True, max_length=20000)),
                ("description", models.TextField(blank=True, max_length=20000)),
                (
                    "package",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="releases.release",
                    ),
                ),
                (
                    "release_manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="managed_releases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("restricted_to", models.ManyToManyField(blank=True, related_name="+", to="accounts.team")),
                (
                    "route",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to="environments.route",
                    ),
                ),
                (
                    "route_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to="environments.routeversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(condition=models.Q(("restricted_until__isnull", False)), fields=["id"], name="release_restricted")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "version"),
                        name="release_once",
                        violation_error_message="There is a release of this name and version already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("version__contains", "@"), _negated=True),
                            models.Q(("version", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="release_name_and_version",
                        violation_error_message="A release has a name and a version, and no @ in its version.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("urgency__in", ["planned", "break_fix", "maintenance"])), name="release_urgency_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__in", ["standard", "minor", "major"])), name="release_size_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("risk__in", ["", "low", "medium", "high"])), name="release_risk_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("extent__in", ["full", "delta", "package"])), name="release_extent_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("nature__in", ["software", "hardware", "both"])), name="release_nature_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["draft", "planned", "under_way", "in_production", "early_life", "closed", "cancelled", "retired"],
                            )
                        ),
                        name="release_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("commitment__in", ["idea", "planned", "committed", "promised"])),
                        name="release_commitment_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("package", None), models.Q(("package", models.F("id")), _negated=True), _connector="OR"
                        ),
                        name="release_not_its_own_member",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "parts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), blank=True, default=list, size=None
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "during",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("starts_at"), models.F("ends_at"), function="tstzrange"),
                        output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                    ),
                ),
                ("approved_from", models.DateTimeField(blank=True, null=True)),
                ("approved_until", models.DateTimeField(blank=True, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("requested", "Requested"),
                            ("approved", "Approved"),
                            ("running", "Running"),
                            ("paused", "Paused"),
                            ("succeeded", "Succeeded"),
                            ("succeeded_with_issues", "succeeded with issues"),
                            ("failed", "Failed"),
                            ("rolled_back", "rolled back"),
                            ("cancelled", "Cancelled"),
                            ("missed", "Missed"),
                        ],
                        default="draft",
                        max_length=30,
                    ),
                ),
                ("was_recorded", models.BooleanField(default=False)),
                ("is_trusted", models.BooleanField(default=False)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promotions", to="releases.candidate"
                    ),
                ),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promotions", to="environments.environment"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promotions", to="releases.release"
                    ),
                ),
            ],
            options={
                "ordering": ["starts_at", "id"],
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(fields=["during"], name="promotion_during"),
                    models.Index(fields=["starts_at", "id"], name="promotion_start"),
                    models.Index(fields=["environment", "starts_at", "id"], name="promotion_in_environment"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="promotion_ends_after_start",
                        violation_error_message="A promotion ends after it starts.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_from", None), ("approved_until", None)),
                            ("approved_until__gt", models.F("approved_from")),
                            _connector="OR",
                        ),
                        name="promotion_approved_window",
                        violation_error_message="The approved window has both ends, the later one last.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "requested",
                                    "approved",
                                    "running",
                                    "paused",
                                    "succeeded",
                                    "succeeded_with_issues",
                                    "failed",
                                    "rolled_back",
                                    "cancelled",
                                    "missed",
                                ],
                            )
                        ),
                        name="promotion_status_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("attempt__gte", 1)), name="promotion_attempt_from_1"),
                    models.UniqueConstraint(
                        fields=("release", "environment", "parts", "attempt"),
                        name="promotion_attempt_once",
                        violation_error_message="There is such an attempt already.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["approved", "draft", "paused", "requested", "running"])),
                        fields=("release", "environment", "parts"),
                        name="promotion_one_unfinished",
                        violation_error_message="Another attempt at the same target is unfinished.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Prerequisite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "needs",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="prerequisite_of", to="releases.release"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="prerequisites", to="releases.release"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("release", "needs"), name="prerequisite_once"),
                    models.CheckConstraint(
                        condition=models.Q(("release", models.F("needs")), _negated=True),
                        name="prerequisite_is_another",
                        violation_error_message="A release cannot wait for itself.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "change",
                    models.CharField(
                        choices=[("new", "New"), ("changed", "Changed"), ("removed", "Removed")], default="changed", max_length=10
                    ),
                ),
                ("version", models.CharField(blank=True, max_length=100)),
                (
                    "service",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="items", to="environments.service"),
                ),
                (
                    "release",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="items", to="releases.release"),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "service"),
                        name="item_once",
                        violation_error_message="The release changes this service already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("change__in", ["new", "changed", "removed"])), name="item_change_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExternalLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("system", models.CharField(max_length=100)),
                ("identifier", models.CharField(max_length=200)),
                ("url", models.CharField(blank=True, max_length=500)),
                (
                    "release",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="links", to="releases.release"),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("release", "system", "identifier"), name="external_link_once")],
            },
        ),
        migrations.CreateModel(
            name="Deployment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("part", models.CharField(blank=True, max_length=100)),
                ("line", models.CharField(blank=True, max_length=100)),
                ("version", models.CharField(blank=True, max_length=100)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                (
                    "during",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("begins_at"), models.F("ends_at"), function="tstzrange"),
                        output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                    ),
                ),
                (
                    "place",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            django.db.models.functions.comparison.Cast("service", models.TextField()),
                            django.db.models.functions.comparison.Cast("environment", models.TextField()),
                            models.F("part"),
                            models.F("line"),
                            arg_joiner=" || E'\\x1f' || ",
                            template="hashtextextended(%(expressions)s, 0)",
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deployments", to="environments.environment"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deployments", to="environments.service"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deployments", to="releases.item"),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deployments", to="releases.promotion"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deployments", to="releases.release"
                    ),
                ),
            ],
            options={
                "ordering": ["begins_at", "id"],
                "indexes": [
                    models.Index(condition=models.Q(("ends_at", None)), fields=["environment", "service"], name="deployment_live"),
                    models.Index(fields=["service", "environment", "part", "line", "begins_at"], name="deployment_place"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("begins_at")), _connector="OR"),
                        name="deployment_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        expressions=[
                            (
                                models.Func(
                                    models.F("place"),
                                    models.F("place"),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            ("during", "&&"),
                        ],
                        name="deployment_one_version_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contribution",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("offered", "Offered"), ("accepted", "Accepted"), ("declined", "Declined")],
                        default="offered",
                        max_length=10,
                    ),
                ),
                ("strength", models.CharField(choices=[("hard", "Hard"), ("soft", "Soft")], default="hard", max_length=10)),
                (
                    "output",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contributions", to="projects.output"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contributions", to="releases.release"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "output"),
                        name="contribution_once",
                        violation_error_message="This output feeds the release already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["offered", "accepted", "declined"])), name="contribution_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("strength__in", ["hard", "soft"])), name="contribution_strength_known"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="candidate",
            name="release",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="candidates", to="releases.release"),
        ),
        migrations.CreateModel(
            name="Artefact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("address", models.CharField(blank=True, max_length=500)),
                (
                    "identity",
                    models.CharField(
                        choices=[("digest", "Digest"), ("recorded", "Recorded"), ("per_environment", "per environment")],
                        default="recorded",
                        max_length=20,
                    ),
                ),
                ("digest", models.CharField(blank=True, max_length=200)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="artefacts", to="releases.candidate"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="artefacts", to="releases.item"),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("candidate", "item"), name="artefact_once"),
                    models.CheckConstraint(
                        condition=models.Q(("identity__in", ["digest", "recorded", "per_environment"])),
                        name="artefact_identity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("digest", ""),
                            ("digest__regex", "^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}|git:[0-9a-f]{7,64})$"),
                            _connector="OR",
                        ),
                        name="artefact_digest_shape",
                        violation_error_message="A digest begins with sha256:, sha512: or git: and goes on in lower-case hexadecimal digits.",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.UniqueConstraint(fields=("release", "number"), name="candidate_once"),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.UniqueConstraint(fields=("id", "release"), name="candidate_of_release"),
        ),
    ]
