"""Gates, approvals and preparations under history; decisions, evidence, waivers and approvals are written once."""

from django.db import migrations

from history.tracking import keep, track

TRACKED = ("gate", "audience", "preparation", "author", "promotionitem", "obligation")
KEPT = ("gatedecision", "evidence", "waiver", "waiverend", "approval", "approvalend")


class Migration(migrations.Migration):
    dependencies = [("releases", "0006_standards"), ("history", "0002_triggers")]
    operations = [
        *(track(f"releases_{table}") for table in (*TRACKED, *KEPT)),
        *(keep(f"releases_{table}") for table in KEPT),
    ]
