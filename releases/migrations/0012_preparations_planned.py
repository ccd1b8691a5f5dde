"""Preparations lie on the calendar; drafts of release notes are known as such."""

import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.functions.comparison
from django.db import migrations, models

_LATER = models.Func(models.F("starts_at"), template="timezone('UTC', timezone('UTC', %(expressions)s) + interval '15 minutes')")


class Migration(migrations.Migration):
    dependencies = [("releases", "0011_assessment")]

    operations = [
        migrations.AddField("audience", "is_drafted", models.BooleanField(default=False)),
        migrations.AddField(
            "preparation",
            "during",
            models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(
                        starts_at__isnull=False,
                        then=models.Func(
                            models.F("starts_at"),
                            django.db.models.functions.comparison.Coalesce(
                                models.F("ends_at"), _LATER, output_field=models.DateTimeField()
                            ),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                    ),
                    default=None,
                ),
                output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
            ),
        ),
        migrations.AddIndex("preparation", django.contrib.postgres.indexes.GistIndex(fields=["during"], name="preparation_during")),
    ]
