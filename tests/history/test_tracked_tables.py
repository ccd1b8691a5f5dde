"""Every domain table is under history; what is machinery is named here, with its reason."""

import pytest
from django.apps import apps
from django.db import connection

MACHINERY = {
    "history_event": "history itself",
    "history_fact": "history itself",
    "history_change": "history itself",
    "history_mark": "kept by the numbering trigger",
    "history_head": "kept by the numbering trigger",
    "django_migrations": "the schema's own log",
    "django_session": "sessions",
    "django_admin_log": "what the administration shows of itself; its writes are deeds",
    "django_content_type": "made by migrations",
    "auth_permission": "made by migrations",
    "auth_group": "the roles, made by migrations",
    "auth_group_permissions": "not used: rules are predicates",
    "account_emailconfirmation": "keys that expire",
    "usersessions_usersession": "sessions",
    "accounts_idempotencykey": "answers kept for a day, for programs that ask again",
    "schedule_move": "counted by triggers, for SEQUENCE in feeds",
    "releases_readiness": "worked out anew from the verdict, for sorting lists",
    "reminders_reminder": "planned anew at any time from what is tracked",
    "reminders_delivery": "the queue of what is sent, written at every step of a sending",
    "reminders_webhookmessage": "the queue of what webhooks are told, written at every step of a call",
    "reminders_epoch": "counted up at every look",
    "exchange_import": "an import's own row, written on a second connection, kept for dry runs and failures too",
}


def triggers() -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgenabled = 'O'"
        )
        found: dict[str, set[str]] = {}
        for table, name in cursor.fetchall():
            found.setdefault(table, set()).add(name)
        return found


@pytest.mark.django_db
def test_every_table_is_tracked_or_is_named_as_machinery():
    tables = set(connection.introspection.table_names())
    tracked = {
        table
        for table, names in triggers().items()
        if {"history_insert", "history_update", "history_delete", "history_truncate"} <= names
    }
    assert tracked.isdisjoint(MACHINERY)
    assert tracked | MACHINERY.keys() == tables


@pytest.mark.django_db
def test_every_table_with_a_revision_has_the_trigger_that_keeps_it():
    with_revision = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if any(f.name == "revision" for f in model._meta.fields)
    }
    assert with_revision - MACHINERY.keys() == {table for table, names in triggers().items() if "history_revision" in names}
