"""Questions about the risk of releases, under history and never changed once published, as the rules beside them."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import common.slugs
from history.tracking import track


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0003_rules_wait_for_publication"),
    ]

    operations = [
        migrations.CreateModel(
            name="RiskQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("code", models.CharField(max_length=100, validators=[common.slugs.validate])),
                ("name", models.CharField(help_text="The question itself.", max_length=300)),
                ("answers", models.JSONField(default=list)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="risk_questions", to="policies.policyversion"
                    ),
                ),
            ],
            options={
                "ordering": ["version", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "code"), name="risk_question_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[A-Za-z0-9][A-Za-z0-9._-]*$"), models.Q(("code", "new"), _negated=True)
                        ),
                        name="risk_question_code_shape",
                        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
                    ),
                ],
            },
        ),
        track("policies_riskquestion"),
        migrations.RunSQL(
            sql="CREATE TRIGGER published BEFORE INSERT OR UPDATE OR DELETE ON policies_riskquestion"
            " FOR EACH ROW EXECUTE FUNCTION policies_refuse_published_rule()",
            reverse_sql="DROP TRIGGER published ON policies_riskquestion",
        ),
    ]
