"""Comments under history, which knows that there is one and never what it says."""

from django.db import migrations

from history.tracking import track


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_comments"), ("history", "0003_revising_by_parts")]
    operations = [track("accounts_comment", hide=["text"])]
