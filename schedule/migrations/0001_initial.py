import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Move",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("number", models.BigIntegerField()),
                ("sequence", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "number"), name="move_of_one_entry")],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("name", models.CharField(max_length=100)),
                ("filters", models.JSONField(default=dict)),
                (
                    "is_shared",
                    models.BooleanField(default=False, help_text="Everybody may open it; what each sees of it is their own."),
                ),
                ("is_default", models.BooleanField(default=False, help_text="The calendar opens with it.")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="saved_views", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "name"),
                        name="savedview_name_once",
                        violation_error_message="You have a view of this name.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)), fields=("owner",), name="savedview_one_default"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("revision", models.PositiveIntegerField(db_default=1, editable=False)),
                ("name", models.CharField(max_length=100)),
                ("filters", models.JSONField(default=dict)),
                (
                    "redaction",
                    models.CharField(
                        choices=[("full", "everything"), ("titles", "titles and times"), ("busy", "times only")],
                        default="full",
                        max_length=10,
                    ),
                ),
                ("past_days", models.PositiveSmallIntegerField(default=730, help_text="From how many days ago on.")),
                ("expires_on", models.DateField(blank=True, help_text="The last day it works.", null=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("last_used_at", models.DateTimeField(blank=True, help_text="At most once a minute.", null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="feeds", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "view",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feeds",
                        to="schedule.savedview",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("redaction__in", ["full", "titles", "busy"])), name="feed_redaction_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("past_days__lte", 3650)), name="feed_past_days"),
                ],
            },
        ),
    ]
