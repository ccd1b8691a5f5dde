"""The tables of environments under history."""

from django.db import migrations

from history.tracking import track


class Migration(migrations.Migration):
    dependencies = [("environments", "0001_initial"), ("history", "0002_triggers")]
    operations = [
        track("environments_environment"),
        track("environments_service"),
        track("environments_dependency"),
        track("environments_route"),
        track("environments_routeversion"),
        track("environments_stop"),
    ]
