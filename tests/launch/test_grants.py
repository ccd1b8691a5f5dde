"""What the application's database role may do once `manage.py grant` has run: everything but change what was."""

import psycopg2
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from releasecal.embedded.postgres import APPLICATION
from releasecal.management.commands.grant import grant

HISTORY = ("history_event", "history_change", "history_fact")


@pytest.fixture
def application(db):
    """The connection, inside the test's transaction, as the application's role sees it."""
    grant(APPLICATION)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APPLICATION}")
        yield cursor
        cursor.execute("RESET ROLE")


def may(cursor, right, table):
    cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
    return cursor.fetchone()[0]


def test_it_reads_and_writes_the_rows_of_every_model_but_only_adds_to_history(application):
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed}
    assert len(tables) > 20
    for table in tables:
        assert may(application, "SELECT", table), table
        assert may(application, "INSERT", table), table
        assert may(application, "UPDATE", table) == (table not in HISTORY), table
        assert may(application, "DELETE", table) == (table not in HISTORY), table
        assert not may(application, "TRUNCATE", table), table
        assert not may(application, "TRIGGER", table), table


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE {table} SET id = id" for table in HISTORY),
        *(f"DELETE FROM {table}" for table in HISTORY),
        *(f"TRUNCATE {table} CASCADE" for table in HISTORY),
        *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in HISTORY),
        "SET session_replication_role = replica",
        "CREATE TABLE mine ()",
        "DELETE FROM django_migrations",
    ],
)
def test_it_is_refused(application, statement):
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        application.execute(statement)
    assert isinstance(refused.value.__cause__, psycopg2.errors.InsufficientPrivilege)


def test_it_owns_nothing(application):
    application.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [APPLICATION])
    assert application.fetchone() == (0,)
