"""Accounts under history. Names, addresses, passwords and secrets appear in changes as "changed" only."""

from django.db import migrations

from history.tracking import track


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles"),
        ("history", "0002_triggers"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]
    operations = [
        track("accounts_user", hide=["email", "name", "password"], ignore=["last_login"]),
        track("accounts_user_groups", revision=False),
        track("accounts_user_user_permissions", revision=False),
        track("accounts_team"),
        track("accounts_membership"),
        track("accounts_absence"),
        track("accounts_apitoken", hide=["name", "prefix", "digest"], ignore=["last_used_at"]),
        track("account_emailaddress", hide=["email"], revision=False),
        track("mfa_authenticator", hide=["data"], ignore=["last_used_at"], revision=False),
        track("socialaccount_socialapp", hide=["secret", "key", "settings"], revision=False),
        # What the provider says of a person is told anew at every sign-in: no deed of anybody's.
        track("socialaccount_socialaccount", hide=["uid"], ignore=["last_login", "extra_data"], revision=False),
        track("socialaccount_socialtoken", hide=["token", "token_secret"], revision=False),
    ]
