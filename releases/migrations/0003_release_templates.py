"""A release may be offered as a template, under a name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("releases", "0002_history")]
    operations = [
        migrations.AddField(
            model_name="release",
            name="template_name",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(
                condition=models.Q(("template_name", ""), _negated=True), fields=["template_name"], name="release_templates"
            ),
        ),
    ]
