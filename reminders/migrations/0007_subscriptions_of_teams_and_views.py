import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_comments_history"),
        ("reminders", "0006_inbox_and_quiet_hours"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="subscription",
            name="subscription_kind_known",
        ),
        migrations.AddField(
            model_name="subscription",
            name="team",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="accounts.team"
            ),
        ),
        migrations.AlterField(
            model_name="subscription",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="subscriptions", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(fields=("team", "subject_kind", "subject_id"), name="subscription_of_team_once"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("team__isnull", True), ("user__isnull", False)),
                    models.Q(("attention", "watch"), ("team__isnull", False), ("user__isnull", True)),
                    _connector="OR",
                ),
                name="subscription_of_one",
                violation_error_message="Somebody watches or mutes a thing, or a team watches it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("subject_kind__in", ("release", "project", "output", "service", "environment", "program", "savedview"))
                ),
                name="subscription_kind_known",
            ),
        ),
    ]
