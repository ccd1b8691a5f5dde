"""Copying tables out of a database and back into one, by COPY, with what PostgreSQL's catalogue says of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg2
from django.db import DatabaseError
from psycopg2 import sql

from common.refusals import Conflict
from releasecal.backups.archive import CHUNK, Sink, Source

#: How values are written must not depend on how a server or a role is set up.
_PLAIN: Final = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';"
    " SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1"
)
#: A backup takes as long as it takes; only for a lock nobody waits for ever.
_PATIENT: Final = (
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '30s'"
)

_TABLES: Final = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES: Final = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' ORDER BY relname"
_FOREIGN_KEYS: Final = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype = 'f' ORDER BY 1, 2
"""
# Those of primary keys, unique and exclusion constraints stay: they belong to their constraint. Partial ones stay, too: few rows are in
# them, and PostgreSQL reads the condition that it prints as another one than it was given, though it means the same.
_INDEXES: Final = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND i.indpred IS NULL
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    ORDER BY 1
"""
_GUARDS: Final = """
    SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), convalidated::text
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid::text
    FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname::text, pg_get_triggerdef(t.oid), tgenabled::text
    FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal
    ORDER BY 1, 2, 3
"""


@contextmanager
def asked(what: str) -> Iterator[None]:
    """Have what the database refuses be a Conflict with a sentence: `what` could not be done, and why.

    Nothing here has a time limit: a statement that was cancelled was stopped by somebody, here or at the server (KeyboardInterrupt).
    """
    try:
        yield
    except (DatabaseError, psycopg2.Error) as problem:
        if isinstance(problem.__cause__ or problem, psycopg2.errors.QueryCanceled):
            raise KeyboardInterrupt from problem
        why = " ".join(str(problem).split("\n")[:2]).strip().rstrip(".")
        raise Conflict(f"{what}: the database says {why}.") from problem


def prepare(cursor: Any) -> None:
    """Have the open transaction write and read values in one way, and not be ended for taking long."""
    cursor.execute(f"{_PLAIN}; {_PATIENT}")


def tables(cursor: Any) -> dict[str, tuple[str, ...]]:
    """The columns of every table that are stored; those that the database generates are not copied."""
    cursor.execute(_TABLES)
    return {name: tuple(columns) for name, columns in cursor.fetchall()}


def sequences(cursor: Any) -> dict[str, tuple[int, bool]]:
    """Where every sequence stands, and whether that number was drawn already. No snapshot holds them: read them last."""
    cursor.execute(_SEQUENCES)
    found = {}
    for (name,) in cursor.fetchall():
        cursor.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(_named(name)))
        found[name] = cursor.fetchone()
    return found


def lock(cursor: Any, names: Sequence[str], mode: str) -> None:
    """Lock tables, all in one order, so that two that do it never wait for each other."""
    listed = sql.SQL(", ").join(map(_named, sorted(names)))
    cursor.execute(sql.SQL("LOCK TABLE {} IN {} MODE").format(listed, sql.SQL(mode)))


def copy_out(cursor: Any, table: str, columns: Sequence[str], target: Sink) -> int:
    """Write a table's rows; how many."""
    cursor.copy_expert(_copy(table, columns, "TO STDOUT").as_string(cursor.connection), target, size=CHUNK)
    return int(cursor.rowcount)


def copy_in(cursor: Any, table: str, columns: Sequence[str], source: Source) -> int:
    """Add the rows that are read; how many. Raises what the database says of them, or what stopped the reading."""
    try:
        cursor.copy_expert(_copy(table, columns, "FROM STDIN").as_string(cursor.connection), source, size=CHUNK)
    except psycopg2.errors.QueryCanceled as problem:
        raise source.failure or problem from None
    return int(cursor.rowcount)


def put_sequence(cursor: Any, name: str, value: int, *, drawn: bool) -> None:
    cursor.execute("SELECT setval(%s::regclass, %s, %s)", [_named(name).as_string(cursor.connection), value, drawn])


@contextmanager
def unguarded(cursor: Any, names: Sequence[str]) -> Iterator[None]:
    """Tables without triggers, foreign keys and most indexes, to be filled; afterwards these are made anew, over what is there.

    Within one transaction, as the tables' owner, who may do this without being a superuser. Raises RuntimeError when they don't
    come back as they were, and what the database raises when the rows break them.
    """
    cursor.execute(_GUARDS)
    before = cursor.fetchall()
    for name in names:
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(_named(name)))
    cursor.execute(_FOREIGN_KEYS)
    foreign_keys = cursor.fetchall()
    for table, name, _ in foreign_keys:
        cursor.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.SQL(table), sql.Identifier(name)))
    cursor.execute(_INDEXES)
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
    yield
    # A table with checks that wait for the end of the transaction cannot be altered.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in foreign_keys:
        said = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        cursor.execute(said.format(sql.SQL(table), sql.Identifier(name), sql.SQL(definition)))
    for name in names:
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(_named(name)))
    cursor.execute(_GUARDS)
    if cursor.fetchall() != before:
        raise RuntimeError("constraints, indexes or triggers did not come back as they were")


def empty(cursor: Any, names: Sequence[str]) -> None:
    """Take all rows away."""
    cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(_named, names))))


def analyze(cursor: Any) -> None:
    """Have the planner know how many rows there are."""
    listed = sql.SQL(", ").join(map(_named, tables(cursor)))
    cursor.execute(sql.SQL("ANALYZE {}").format(listed))


def _named(name: str) -> sql.Identifier:
    return sql.Identifier("public", name)


def _copy(table: str, columns: Sequence[str], where: str) -> sql.Composed:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) {} (ENCODING 'UTF8')").format(_named(table), listed, sql.SQL(where))
