"""How the suite empties the database between transactional tests.

History refuses TRUNCATE, so the flush runs as `session_replication_role = replica`, which only the suite's superuser may set. What
migrations brought (roles, built-in accounts, the head of the chain) stays, as in a new installation.
"""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "accounts_user",
    "history_head",
}

AT_WORK = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'
"""
PATIENCE = 10

BEGIN_SEQUENCES_AGAIN = """
    SELECT setval(dependency.objid::regclass, 1, false)
    FROM pg_depend dependency
    JOIN pg_class sequence ON sequence.oid = dependency.objid AND sequence.relkind = 'S'
    JOIN pg_class owner ON owner.oid = dependency.refobjid
    WHERE dependency.classid = 'pg_class'::regclass AND dependency.refclassid = 'pg_class'::regclass
      AND dependency.deptype IN ('a', 'i') AND owner.relname = ANY(%s)
"""


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Read the settings, now that the servers they name are there; pytest-django sets Django up only when somebody has."""
    assert settings.INSTALLED_APPS


def flush(operations: Any, statements: Sequence[str]) -> None:
    """Stand in for Django's own flush, whose TRUNCATE history would refuse.

    Rows are deleted and sequences set back: truncating makes each table and each of its indexes anew, which for the few rows
    of a test takes far longer.
    """
    tables = sorted(set(connection.introspection.table_names()) - KEPT)
    with connection.cursor() as cursor:
        _wait_for_the_others(cursor)
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute("".join(f"DELETE FROM {table};" for table in tables))
            cursor.execute(BEGIN_SEQUENCES_AGAIN, [tables])
            cursor.execute("DELETE FROM accounts_user WHERE kind <> 'builtin'")
            cursor.execute("UPDATE history_head SET number = 0, hash = sha256('releasecal')")
        finally:
            cursor.execute("SET session_replication_role = origin")


def _wait_for_the_others(cursor: Any) -> None:
    """A browser that has left may still be being answered: what that writes comes before the flush, not in its midst."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        cursor.execute(AT_WORK)
        if cursor.fetchone()[0] == 0:
            return
        time.sleep(0.01)


@pytest.fixture(scope="session", autouse=True)
def flush_past_history() -> Any:
    operations: Any = type(connection.ops)
    original = operations.execute_sql_flush
    operations.execute_sql_flush = flush
    yield
    operations.execute_sql_flush = original


@pytest.fixture(autouse=True)
def standards_are_read_anew() -> None:
    """A flush begins the numbers of events again, by which a process knows the policies in force that it keeps."""
    from policies.queries.standards import _KEPT

    _KEPT.clear()
