from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("releases", "0008_evidence_stands_for")]
    operations = [
        migrations.AddField(model_name="gatedecision", name="stands_for", field=models.JSONField(blank=True, default=dict)),
    ]
