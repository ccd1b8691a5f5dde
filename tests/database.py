"""How the suite empties the database between transactional tests.

History refuses TRUNCATE, so the flush runs as `session_replication_role = replica`, which only the suite's superuser may set. What
migrations brought (roles, built-in accounts, the head of the chain) stays, as in a new installation.
"""

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
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute("".join(f"DELETE FROM {table};" for table in tables))
            cursor.execute(BEGIN_SEQUENCES_AGAIN, [tables])
            cursor.execute("DELETE FROM accounts_user WHERE kind <> 'builtin'")
            cursor.execute("UPDATE history_head SET number = 0, hash = sha256('releasecal')")
        finally:
            cursor.execute("SET session_replication_role = origin")


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
