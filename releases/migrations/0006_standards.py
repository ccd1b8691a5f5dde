import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_comments_history"),
        ("accounts", "__first__"),
        ("policies", "0002_history"),
        ("releases", "0005_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="promotion",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promotion",
            name="is_emergency",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="promotion",
            name="requested_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promotion",
            name="requested_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="promotion",
            name="rolled_back_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promotion",
            name="started_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="promotion",
            name="verdict",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("decision", models.CharField(choices=[("approve", "Approve"), ("reject", "Reject")], max_length=10)),
                ("digest", models.CharField(max_length=64)),
                ("shown", models.JSONField(default=dict)),
                ("gates_seen", models.JSONField(default=dict)),
                ("comment", models.TextField(blank=True, max_length=5000)),
                ("at", models.DateTimeField()),
                ("lapses_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "for_delegator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="releases.promotion"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="policies.approvalrule",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["lapses_at"], name="approval_lapse")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["approve", "reject"])), name="approval_decision_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApprovalEnd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("kind", models.CharField(choices=[("withdrawn", "Withdrawn"), ("voided", "Voided")], max_length=10)),
                ("reason", models.TextField(blank=True, max_length=5000)),
                ("at", models.DateTimeField()),
                (
                    "approval",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="end", to="releases.approval"),
                ),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["withdrawn", "voided"])), name="approval_end_kind_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Audience",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("name", models.CharField(max_length=300)),
                ("size", models.PositiveIntegerField(blank=True, null=True)),
                ("site", models.CharField(blank=True, max_length=300)),
                ("language", models.CharField(blank=True, help_text="Such as de or pt-BR (BCP 47).", max_length=35)),
                ("is_customer", models.BooleanField(default=False)),
                ("notes", models.TextField(blank=True, help_text="The release notes for them, in Markdown.", max_length=20000)),
                (
                    "release",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="audiences", to="releases.release"),
                ),
            ],
            options={
                "ordering": ["release", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "name", "site"),
                        name="audience_once",
                        violation_error_message="This audience is named already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Author",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "promotion",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="authors", to="releases.promotion"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("promotion", "user"), name="author_once")],
            },
        ),
        migrations.CreateModel(
            name="Gate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
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
                ("name", models.CharField(max_length=300)),
                ("ask", models.TextField(max_length=2000)),
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
                ("due_on", models.DateField(blank=True, null=True)),
                ("told_late", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("passed", "Passed"), ("failed", "Failed"), ("waived", "Waived")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("is_asked", models.BooleanField(default=True)),
                (
                    "ticked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=300), blank=True, default=list, size=None
                    ),
                ),
                (
                    "condition_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="condition_gates",
                        to="releases.approval",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        help_text="Of a condition.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner_team",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="gates", to="accounts.team"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="gates", to="releases.release"),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gates",
                        to="policies.gaterule",
                    ),
                ),
            ],
            options={
                "ordering": ["release", "due_on", "id"],
                "indexes": [models.Index(condition=models.Q(("is_asked", True)), fields=["due_on", "id"], name="gate_due")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("rule__isnull", False)), fields=("release", "rule"), name="gate_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("condition_of", None), ("rule__isnull", False)),
                            models.Q(("condition_of__isnull", False), ("rule", None)),
                            _connector="OR",
                        ),
                        name="gate_has_an_origin",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "passed", "failed", "waived"])), name="gate_state_known"
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
                        name="gate_area_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stage__in", ["development", "test", "acceptance", "staging", "production", "training", "recovery"])
                        ),
                        name="gate_stage_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "kind",
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
                        max_length=20,
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=10000)),
                ("url", models.CharField(blank=True, max_length=500)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("file_name", models.CharField(blank=True, max_length=255)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("counts", models.JSONField(blank=True, default=dict)),
                ("falls_short", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="releases.candidate"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="releases.item"
                    ),
                ),
                (
                    "gate",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="releases.gate"),
                ),
            ],
            options={
                "verbose_name_plural": "evidence",
                "ordering": ["id"],
                "indexes": [
                    models.Index(condition=models.Q(("digest", ""), _negated=True), fields=["digest"], name="evidence_file")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["nothing", "note", "link", "file", "junit", "sarif", "sbom", "preparations"])
                        ),
                        name="evidence_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GateDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "outcome",
                    models.CharField(choices=[("passed", "Passed"), ("failed", "Failed"), ("reopened", "Reopened")], max_length=10),
                ),
                ("comment", models.TextField(blank=True, max_length=5000)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="releases.candidate"
                    ),
                ),
                (
                    "gate",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="releases.gate"),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["passed", "failed", "reopened"])), name="gate_outcome_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Obligation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("due_at", models.DateTimeField()),
                ("met_at", models.DateTimeField(blank=True, null=True)),
                (
                    "gate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="obligations",
                        to="releases.gate",
                    ),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="obligations", to="releases.promotion"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="obligations",
                        to="policies.approvalrule",
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "id"],
                "indexes": [models.Index(condition=models.Q(("met_at", None)), fields=["due_at"], name="obligation_unmet")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("gate__isnull", False)), fields=("promotion", "gate"), name="obligation_gate_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("rule__isnull", False)), fields=("promotion", "rule"), name="obligation_rule_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("gate__isnull", False), ("rule", None)),
                            models.Q(("gate", None), ("rule__isnull", False)),
                            _connector="OR",
                        ),
                        name="obligation_of_one_thing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preparation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "need",
                    models.CharField(
                        choices=[("nothing", "Nothing"), ("notice", "Notice"), ("briefing", "Briefing"), ("training", "Training")],
                        max_length=10,
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=300)),
                ("starts_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "audience",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="preparations", to="releases.audience"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="preparations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["audience", "starts_at", "id"],
                "indexes": [models.Index(fields=["starts_at", "id"], name="preparation_start")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("need__in", ["nothing", "notice", "briefing", "training"])),
                        name="preparation_need_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                        name="preparation_ends_after_start",
                        violation_error_message="It ends after it starts.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromotionItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("succeeded", "Succeeded"), ("failed", "Failed"), ("rolled_back", "rolled back")], max_length=20
                    ),
                ),
                ("comment", models.TextField(blank=True, max_length=5000)),
                (
                    "item",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="outcomes", to="releases.item"),
                ),
                (
                    "promotion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="item_outcomes", to="releases.promotion"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("promotion", "item"), name="promotion_item_once"),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["succeeded", "failed", "rolled_back"])),
                        name="promotion_item_outcome_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Readiness",
            fields=[
                (
                    "release",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="readiness",
                        serialize=False,
                        to="releases.release",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "Ready"),
                            ("waiting", "Waiting"),
                            ("blocked", "Blocked"),
                            ("late", "Late"),
                            ("nothing_planned", "nothing planned"),
                        ],
                        max_length=20,
                    ),
                ),
                ("missing", models.PositiveIntegerField(default=0)),
                ("late", models.PositiveIntegerField(default=0)),
                ("next_change_at", models.DateTimeField(null=True)),
                (
                    "promotion",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="releases.promotion"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "readiness",
                "ordering": ["release"],
                "indexes": [
                    models.Index(fields=["state", "release"], name="readiness_state"),
                    models.Index(fields=["next_change_at"], name="readiness_next_change"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("reason", models.TextField(max_length=5000)),
                ("compensating_control", models.TextField(max_length=5000)),
                ("expires_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "gate",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="waivers", to="releases.gate"),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["expires_at"], name="waiver_expiry")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("at"))), name="waiver_expires_later"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), _negated=True), models.Q(("compensating_control", ""), _negated=True)
                        ),
                        name="waiver_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WaiverEnd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("reason", models.TextField(blank=True, max_length=5000)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "waiver",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="end", to="releases.waiver"),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
    ]
