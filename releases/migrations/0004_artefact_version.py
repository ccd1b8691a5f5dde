"""What an item was in an earlier candidate stays told when the item goes on to another version."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("releases", "0003_release_templates")]
    operations = [
        migrations.AddField(
            model_name="artefact",
            name="version",
            field=models.CharField(blank=True, max_length=100, null=True),
        ),
    ]
