"""The tables of releases under history, and a promotion can't carry another release's candidate."""

from django.db import migrations

from history.tracking import track


class Migration(migrations.Migration):
    dependencies = [("releases", "0001_initial"), ("history", "0002_triggers")]
    operations = [
        track("releases_release"),
        track("releases_release_restricted_to", revision=False),
        track("releases_externallink"),
        track("releases_item"),
        track("releases_candidate"),
        track("releases_artefact"),
        track("releases_contribution"),
        track("releases_prerequisite"),
        track("releases_promotion"),
        track("releases_deployment"),
        migrations.RunSQL(
            "ALTER TABLE releases_promotion ADD CONSTRAINT promotion_candidate_of_its_release"
            " FOREIGN KEY (candidate_id, release_id) REFERENCES releases_candidate (id, release_id) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE releases_promotion DROP CONSTRAINT promotion_candidate_of_its_release",
        ),
    ]
