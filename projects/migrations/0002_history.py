"""The tables of projects under history."""

from django.db import migrations

from history.tracking import track


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("history", "0002_triggers")]
    operations = [
        track("projects_program"),
        track("projects_program_restricted_to", revision=False),
        track("projects_project"),
        track("projects_project_restricted_to", revision=False),
        track("projects_milestone"),
        track("projects_output"),
        track("projects_output_services", revision=False),
    ]
