from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0007_subscriptions_of_teams_and_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="acknowledged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="snoozes",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("acknowledged_at__isnull", False)), fields=["recipient"], name="delivery_acknowledged"
            ),
        ),
    ]
