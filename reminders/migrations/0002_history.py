"""Rules and subscriptions under history; reminders, deliveries and the epoch are machinery."""

from django.db import migrations

from history.tracking import track


class Migration(migrations.Migration):
    dependencies = [("reminders", "0001_initial"), ("history", "0002_triggers")]
    operations = [track(f"reminders_{table}") for table in ("rule", "subscription")]
