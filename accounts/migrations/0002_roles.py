"""The roles, and the accounts Releasecal itself acts as. Before the triggers of 0003: there was no one to act yet."""

from django.db import migrations

ROLES = ["PMO", "Project manager", "Release manager", "Environment manager", "Policy owner", "Auditor", "Administrator"]
BUILT_IN = [
    (1, "operator@releasecal.invalid", "Operator at the shell"),
    (2, "clock@releasecal.invalid", "The clock"),
    (3, "doorkeeper@releasecal.invalid", "The sign-in"),
]
# No hasher knows this form, so that no password fits.
UNUSABLE = "!nobody-signs-in-as-this"


def make(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    user = apps.get_model("accounts", "User")
    for name in ROLES:
        group.objects.get_or_create(name=name)
    for pk, email, name in BUILT_IN:
        user.objects.update_or_create(
            pk=pk, defaults={"email": email, "name": name, "kind": "builtin", "is_active": False, "password": UNUSABLE}
        )


def unmake(apps, schema_editor):
    apps.get_model("accounts", "User").objects.filter(pk__in=[pk for pk, _, _ in BUILT_IN]).delete()
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.RunPython(make, unmake),
        # Fixed ids for the built-in accounts; everybody else comes after.
        migrations.RunSQL(
            "SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), 100, false)",
            "SELECT 1",
        ),
    ]
