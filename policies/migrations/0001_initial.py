import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import common.slugs


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0004_answers"),
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("slug", models.CharField(max_length=100, unique=True, validators=[common.slugs.validate])),
                ("name", models.CharField(max_length=300)),
                ("description", models.TextField(blank=True, max_length=20000)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "policies",
                "ordering": ["slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slug__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("slug", "new"), _negated=True)
                        ),
                        name="policy_slug_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "urgencies",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("planned", "Planned"), ("break_fix", "break-fix"), ("maintenance", "Maintenance")],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "sizes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("standard", "Standard"), ("minor", "Minor"), ("major", "Major")], max_length=20
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "risks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")], max_length=20
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "natures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("software", "Software"), ("hardware", "Hardware"), ("both", "software and hardware")],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "tiers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("note", models.TextField(blank=True, help_text="What is new in it, and why.", max_length=5000)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "drafted_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "policy",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="policies.policy"),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["policy", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("policy", "number"), name="policy_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("published_at", None)),
                        fields=("policy",),
                        name="policy_one_draft",
                        violation_error_message="There is a draft of this policy already; publish or discard it first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("published_by", None)),
                            models.Q(("published_at__isnull", False), ("published_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="policy_published_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_by", None),
                            models.Q(("published_by", models.F("drafted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="policy_published_by_a_second",
                        violation_error_message="Whoever drafted a version does not publish it: a second policy owner does.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("urgencies__contained_by", ["planned", "break_fix", "maintenance"])),
                        name="policy_urgencies_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sizes__contained_by", ["standard", "minor", "major"])), name="policy_sizes_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("risks__contained_by", ["low", "medium", "high"])), name="policy_risks_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("natures__contained_by", ["software", "hardware", "both"])), name="policy_natures_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("tiers__contained_by", [1, 2, 3, 4])), name="policy_tiers_known"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApprovalRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("code", models.CharField(max_length=100, validators=[common.slugs.validate])),
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
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("PMO", "PMO"),
                            ("Project manager", "Project manager"),
                            ("Release manager", "Release manager"),
                            ("Environment manager", "Environment manager"),
                            ("Policy owner", "Policy owner"),
                            ("Auditor", "Auditor"),
                            ("Administrator", "Administrator"),
                        ],
                        max_length=40,
                    ),
                ),
                ("people", models.PositiveSmallIntegerField(default=1)),
                ("holds_days", models.PositiveSmallIntegerField(default=14)),
                ("emergency_people", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("follow_days", models.PositiveSmallIntegerField(default=2)),
                (
                    "team",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="approval_rules", to="policies.policyversion"
                    ),
                ),
            ],
            options={
                "ordering": ["version", "stage", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "code"), name="approval_rule_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("code", "new"), _negated=True)
                        ),
                        name="approval_rule_code_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["development", "test", "acceptance", "staging", "production", "training", "recovery"])
                        ),
                        name="approval_rule_stage_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role", ""), ("team__isnull", False)),
                            models.Q(("team", None), models.Q(("role", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="approval_rule_one_speaker",
                        violation_error_message="An approval is a team's or a role's: name one of them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "",
                                    "PMO",
                                    "Project manager",
                                    "Release manager",
                                    "Environment manager",
                                    "Policy owner",
                                    "Auditor",
                                    "Administrator",
                                ],
                            )
                        ),
                        name="approval_rule_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("people__range", (1, 20))),
                        name="approval_rule_people",
                        violation_error_message="An approval takes 1 to 20 people.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("holds_days__gte", 1)),
                        name="approval_rule_holds",
                        violation_error_message="A yes holds at least a day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("emergency_people", None),
                            models.Q(("emergency_people__gte", 1), ("emergency_people__lte", models.F("people"))),
                            _connector="OR",
                        ),
                        name="approval_rule_emergency",
                        violation_error_message="An emergency takes at least one person, and no more than the rule itself.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Procedure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("slug", models.CharField(max_length=100, unique=True, validators=[common.slugs.validate])),
                ("name", models.CharField(max_length=300)),
            ],
            options={
                "ordering": ["slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slug__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("slug", "new"), _negated=True)
                        ),
                        name="procedure_slug_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GateRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("code", models.CharField(max_length=100, validators=[common.slugs.validate])),
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
                (
                    "area",
                    models.CharField(
                        choices=[
                            ("testing", "Testing"),
                            ("acceptance", "Acceptance"),
                            ("scheduling", "Scheduling"),
                            ("code_security", "code security"),
                            ("training", "Training"),
                            ("communication", "Communication"),
                            ("customer_preparation", "customer preparation"),
                        ],
                        max_length=30,
                    ),
                ),
                ("ask", models.TextField(max_length=2000)),
                (
                    "owner_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("PMO", "PMO"),
                            ("Project manager", "Project manager"),
                            ("Release manager", "Release manager"),
                            ("Environment manager", "Environment manager"),
                            ("Policy owner", "Policy owner"),
                            ("Auditor", "Auditor"),
                            ("Administrator", "Administrator"),
                        ],
                        max_length=40,
                    ),
                ),
                ("due_days", models.PositiveSmallIntegerField(default=0)),
                (
                    "checklist",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300), blank=True, default=list, size=None
                    ),
                ),
                (
                    "evidence",
                    models.CharField(
                        choices=[
                            ("nothing", "Nothing"),
                            ("note", "Note"),
                            ("link", "Link"),
                            ("file", "File"),
                            ("junit", "test report (JUnit XML)"),
                            ("sarif", "scan report (SARIF)"),
                            ("sbom", "component list (CycloneDX or SPDX)"),
                            ("preparations", "what the audiences need"),
                        ],
                        default="nothing",
                        max_length=20,
                    ),
                ),
                ("threshold", models.JSONField(blank=True, default=dict)),
                (
                    "waived_by_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("PMO", "PMO"),
                            ("Project manager", "Project manager"),
                            ("Release manager", "Release manager"),
                            ("Environment manager", "Environment manager"),
                            ("Policy owner", "Policy owner"),
                            ("Auditor", "Auditor"),
                            ("Administrator", "Administrator"),
                        ],
                        max_length=40,
                    ),
                ),
                ("follow_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "owner_team",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
                (
                    "waived_by_team",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="gate_rules", to="policies.policyversion"
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gate_rules",
                        to="policies.procedure",
                    ),
                ),
            ],
            options={
                "ordering": ["version", "stage", "area", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "code"), name="gate_rule_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("code", "new"), _negated=True)
                        ),
                        name="gate_rule_code_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["development", "test", "acceptance", "staging", "production", "training", "recovery"])
                        ),
                        name="gate_rule_stage_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "area__in",
                                [
                                    "testing",
                                    "acceptance",
                                    "scheduling",
                                    "code_security",
                                    "training",
                                    "communication",
                                    "customer_preparation",
                                ],
                            )
                        ),
                        name="gate_rule_area_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("evidence__in", ["nothing", "note", "link", "file", "junit", "sarif", "sbom", "preparations"])
                        ),
                        name="gate_rule_evidence_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("owner_role", ""), ("owner_team__isnull", False)),
                            models.Q(("owner_team", None), models.Q(("owner_role", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="gate_rule_one_owner",
                        violation_error_message="A gate is a team's or a role's: name one of them.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "owner_role__in",
                                [
                                    "",
                                    "PMO",
                                    "Project manager",
                                    "Release manager",
                                    "Environment manager",
                                    "Policy owner",
                                    "Auditor",
                                    "Administrator",
                                ],
                            )
                        ),
                        name="gate_rule_owner_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "waived_by_role__in",
                                [
                                    "",
                                    "PMO",
                                    "Project manager",
                                    "Release manager",
                                    "Environment manager",
                                    "Policy owner",
                                    "Auditor",
                                    "Administrator",
                                ],
                            )
                        ),
                        name="gate_rule_waiver_role_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProcedureVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("number", models.PositiveIntegerField()),
                ("body", models.TextField(max_length=100000)),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="policies.procedure"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "ordering": ["procedure", "-number"],
                "constraints": [models.UniqueConstraint(fields=("procedure", "number"), name="procedure_version_once")],
            },
        ),
        migrations.CreateModel(
            name="ScheduleRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("code", models.CharField(max_length=100, validators=[common.slugs.validate])),
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
                ("lead_days", models.PositiveSmallIntegerField(default=0)),
                ("respects_freezes", models.BooleanField(default=True)),
                ("windows_only", models.BooleanField(default=False)),
                ("soak_hours", models.PositiveIntegerField(default=0)),
                (
                    "soak_unit",
                    models.CharField(
                        choices=[("elapsed", "elapsed hours"), ("working", "working hours")], default="elapsed", max_length=10
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="schedule_rules", to="policies.policyversion"
                    ),
                ),
            ],
            options={
                "ordering": ["version", "stage", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "code"), name="schedule_rule_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("code", "new"), _negated=True)
                        ),
                        name="schedule_rule_code_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["development", "test", "acceptance", "staging", "production", "training", "recovery"])
                        ),
                        name="schedule_rule_stage_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("soak_unit__in", ["elapsed", "working"])), name="schedule_rule_soak_unit_known"
                    ),
                ],
            },
        ),
    ]
