"""Bringing a backup back into an empty system."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from common.locks import Lock
from common.refusals import BadInput, Conflict
from history.actions import ANCHORS as ANCHORS_FILE
from history.actions import broken_links
from releasecal.backups import tables
from releasecal.backups.archive import ANCHORS, Manifest, Reader, chunks, opened
from releasecal.backups.progress import Course, Tell
from releases.evidence import storing
from releases.queries.evidence import known_digests
from reminders.actions import epochs

#: One restore at a time.


@dataclass(frozen=True)
class Restored:
    """What came of it: `broken` is the first thing that `verify_history` finds wrong, `set_aside` where other anchors lie now."""

    manifest: Manifest
    was_older: bool
    broken: str | None
    set_aside: Path | None


def restore(path: Path, *, at: datetime, tell: Tell, grant: Callable[[], None]) -> Restored:
    """Bring a backup back: the tables made by its migrations, filled with its rows; its files; then what was migrated since.

    Runs as the tables' owner, in an empty database: one without tables, or one that was migrated and never used. `grant` gives the
    application its rights once the tables stand. The rows come in one transaction: before its end there is an empty system, which
    another restore takes up where this one was stopped, after it everything is there. Raises BadInput for a file that is none of
    ours, damaged or newer than this program, Conflict for a system that is not empty or cannot take it, and Unfinished when
    something went wrong after the rows had come.
    """
    with opened(path) as backup, _alone():
        _expect_known(backup.manifest, path)
        _expect_empty(backup.manifest)
        course = Course("checking", tell)
        backup.check(course.moved)
        course.end()
        with tables.asked("The tables could not be made"):
            _migrate_to(backup.manifest, tell)
        with _files_of(backup, tell), tables.asked("The tables could not be filled"):
            _fill(backup, tell)
        try:
            set_aside = _put_anchors(backup, at)
            was_older = _migrate_on(tell)
            epochs.begin_anew()  # what was due may have been said after the backup was made: the first look holds it
            grant()
            broken = _verify(tell)
        except (Exception, KeyboardInterrupt) as problem:
            raise Unfinished(str(problem) or "it was stopped") from problem
    return Restored(backup.manifest, was_older, broken, set_aside)


class Unfinished(Exception):
    """Rows and files are there, but what comes after them is not: newer migrations, rights, verifying."""


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        # For this connection, which is the command's own: making indexes of millions of rows takes longer than any page may.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [Lock.RESTORE.value])
        if not cursor.fetchone()[0]:
            raise Conflict("Another restore into this database is under way; wait for its end.")
        try:
            yield
        finally:
            with suppress(DatabaseError):  # a server that went away has let go of it
                cursor.execute("SELECT pg_advisory_unlock(%s)", [Lock.RESTORE.value])


def _expect_known(manifest: Manifest, path: Path) -> None:
    unknown = sorted(manifest.migrations - set(MigrationExecutor(connection).loader.graph.nodes))
    if unknown:
        raise BadInput(
            f"{path} was made by version {manifest.version}, whose tables this one does not know ({'.'.join(unknown[0])}):"
            " install that version or a newer one, and restore with it."
        )


def _expect_empty(manifest: Manifest) -> None:
    """Nothing there, or what migrations of the backup have made and nobody has used."""
    with connection.cursor() as cursor:
        present = set(tables.tables(cursor))
        if not present:
            return
        foreign = sorted(present - set(manifest.tables))
        used = not foreign and any(_has_rows(cursor, each, present) for each in _USED)
    database = connection.settings_dict["NAME"]
    mend = "restore into a new one (with the embedded servers: in a new clone), before anything is started with it."
    if foreign:
        raise Conflict(f"The database {database} holds other tables ({foreign[0]}): {mend}")
    if used:
        raise Conflict(f"The database {database} is not empty, and a restore writes over nothing: {mend}")
    if set(MigrationExecutor(connection).loader.applied_migrations) - manifest.migrations:
        raise Conflict(f"The database {database} has tables of a newer version than the backup: {mend}")


#: Where rows are as soon as anybody has used a system; what migrations bring is in none of them.
_USED: Final = (("history_event", "true"), ("accounts_user", "kind <> 'builtin'"))


def _has_rows(cursor: Any, where: tuple[str, str], present: set[str]) -> bool:
    table, condition = where
    if table not in present:
        return False
    cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE {condition})")  # noqa: S608 - both are written above
    return bool(cursor.fetchone()[0])


def _migrate_to(manifest: Manifest, tell: Tell) -> None:
    """Apply just the migrations that the backup's tables are made by."""
    executor = MigrationExecutor(connection)
    wanted = manifest.migrations
    children = {key: {child.key for child in executor.loader.graph.node_map[key].children} for key in wanted}
    targets = [key for key in sorted(wanted) if not children[key] & wanted]
    plan = executor.migration_plan(targets)
    course = Course("migrations", tell, len(plan))

    def heard(action: str, *_: object) -> None:
        if action == "apply_success":
            course.finished_one()

    executor.progress_callback = heard
    executor.migrate(targets, plan)
    course.end()


def _fill(backup: Reader, tell: Tell) -> None:
    manifest = backup.manifest
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        tables.prepare(cursor)
        columns = tables.tables(cursor)
        _expect_same_shape(columns, manifest)
        tables.lock(cursor, list(columns), "ACCESS EXCLUSIVE")
        _expect_empty(manifest)  # once more, now that nobody can write
        course = Course("tables", tell, len(columns))
        with tables.unguarded(cursor, list(columns)):
            tables.empty(cursor, list(columns))
            for name, table in manifest.tables.items():
                with backup.member(f"tables/{name}", course.moved) as source:
                    rows = tables.copy_in(cursor, name, table.columns, source)
                if rows != table.rows:
                    raise BadInput(f"The table {name} of the backup has {rows} rows, and not {table.rows} as it says.")
                course.finished_one()
            for name, (value, drawn) in manifest.sequences.items():
                tables.put_sequence(cursor, name, value, drawn=drawn)
            course.end()
            course = Course("indexes and constraints", tell)
        course.end()


def _expect_same_shape(columns: dict[str, tuple[str, ...]], manifest: Manifest) -> None:
    """The same migrations make the same tables, unless somebody changed a database, or a migration, by hand."""
    for name in sorted({*columns, *manifest.tables}):
        here, there = columns.get(name, ()), manifest.tables[name].columns if name in manifest.tables else ()
        if set(here) != set(there):
            other = sorted(set(here) ^ set(there))[0]
            raise BadInput(
                f"The table {name} of the backup is not the one that its migrations make (the column {other} is on one side only):"
                " its database was changed by hand; restore it with the program that made it."
            )


@contextmanager
def _files_of(backup: Reader, tell: Tell) -> Iterator[None]:
    """Files before their rows, since a row without its file is of no use; taken away again when the rows do not come."""
    course, put = Course("files", tell, len(backup.manifest.evidence)), []
    try:
        for digest in backup.manifest.evidence:
            with backup.member(f"evidence/{digest}", course.moved) as source, storing.received(chunks(source)) as came:
                if not storing.path_of(digest).exists():
                    put.append(digest)
                storing.keep(came)
            course.finished_one()
        course.end()
        yield
    except BaseException as problem:
        _take_away(put)
        if isinstance(problem, OSError):
            raise Conflict(f"The files cannot be written to {settings.VAR_DIR}: {problem.strerror or problem}.") from problem
        raise


def _take_away(digests: Collection[str]) -> None:
    """Delete files that no row refers to. A stop that came just after the rows were kept must not cost their files."""
    with suppress(DatabaseError):
        for digest in set(digests) - known_digests(digests):
            storing.path_of(digest).unlink(missing_ok=True)


def _put_anchors(backup: Reader, at: datetime) -> Path | None:
    """Write the anchors of the backup. Those of a history that went on after it are set aside: where, or None."""
    path = settings.VAR_DIR / ANCHORS_FILE
    known = b""
    if ANCHORS in backup.manifest.members:
        with backup.member(ANCHORS, lambda _: None) as source:
            known = b"".join(chunks(source))
    set_aside = None
    if path.exists() and not known.startswith(path.read_bytes()):
        set_aside = path.with_name(f"history-anchors-until-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.log")
        path.rename(set_aside)
    if known:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o640)
        path.write_bytes(known)
    return set_aside


def _migrate_on(tell: Tell) -> bool:
    """Migrate what came to where this program is; whether there was anything to do."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        course = Course("newer migrations", tell, len(plan))
        call_command("migrate", interactive=False, verbosity=0)
        course.end()
    return bool(plan)


def _verify(tell: Tell) -> str | None:
    """What is wrong with the history, if anything is."""
    course = Course("verifying the history", tell)
    with connection.cursor() as cursor:
        tables.analyze(cursor)  # else PostgreSQL would work, here and later, as if every table were small
    broken = next(broken_links(), None)
    course.end()
    return broken
