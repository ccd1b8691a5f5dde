"""Evidence says what each item was when it was shown, so that it holds exactly as long as they are the same."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("releases", "0007_standards_history")]
    operations = [
        migrations.AddField(model_name="evidence", name="stands_for", field=models.JSONField(blank=True, default=dict)),
    ]
