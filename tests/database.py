"""How the suite empties the database between transactional tests.

History refuses TRUNCATE, so the flush runs as `session_replication_role = replica`, which only the suite's superuser may set. What
migrations brought (roles, built-in accounts, the head of the chain) stays, as in a new installation.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

KEPT = {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions", "accounts_user", "history_head"}


def flush(operations: BaseDatabaseOperations, statements: Sequence[str]) -> None:
    """Stand in for Django's own flush, whose TRUNCATE history would refuse."""
    tables = sorted(set(connection.introspection.table_names()) - KEPT)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
            cursor.execute("DELETE FROM accounts_user WHERE kind <> 'builtin'")
            cursor.execute("UPDATE history_head SET number = 0, hash = sha256('releasecal')")
        finally:
            cursor.execute("SET session_replication_role = origin")


@pytest.fixture(scope="session", autouse=True)
def flush_past_history() -> Any:
    original = BaseDatabaseOperations.execute_sql_flush
    BaseDatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    yield
    BaseDatabaseOperations.execute_sql_flush = original  # type: ignore[method-assign]
