"""Making a backup."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from common.refusals import Conflict
from history.actions import ANCHORS as ANCHORS_FILE
from history.models import Head
from releasecal.backups import tables
from releasecal.backups.archive import ANCHORS, CHUNK, Manifest, Table, Writer
from releasecal.backups.progress import Course, Tell
from releases.evidence import storing
from releases.models import Evidence


@dataclass(frozen=True)
class _Tables:
    """What the database held at the moment of the snapshot."""

    migrations: frozenset[tuple[str, str]]
    head: tuple[int, str]
    tables: dict[str, Table]
    sequences: dict[str, tuple[int, bool]]
    evidence: list[str]


def backup(path: Path, *, at: datetime, tell: Tell) -> Manifest:
    """Write database and files, as of one moment, to a new file that only its owner may read; gives what is in it.

    People may go on writing: the tables are read in one snapshot, and files of evidence never change. What is lost or damaged among
    the files is named in the manifest (`missing`), and the rest is kept. However it ends, there is the whole file or none. Raises
    Conflict when it is there already or cannot be written, and when the tables cannot be read.
    """
    with _new_file(path) as file, Writer(file) as archive:
        with tables.asked("The tables could not be read"):
            found = _copy_tables(archive, tell)
        missing = _copy_evidence(archive, found.evidence, tell)
        _copy_anchors(archive, found.head[0])
        manifest = Manifest(
            version=settings.VERSION,
            made_at=at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            migrations=found.migrations,
            head=found.head,
            tables=found.tables,
            sequences=found.sequences,
            members=archive.members,
            missing=missing,
        )
        archive.finish(manifest)
    return manifest


def _copy_tables(archive: Writer, tell: Tell) -> _Tables:
    with connection.cursor() as cursor:
        names = list(tables.tables(cursor))
    if not names:
        raise Conflict(f"The database {connection.settings_dict['NAME']} has no tables; there is nothing to back up.")
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        # The snapshot is taken by the first question after the locks, so that no migration changes a table between the two.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables.prepare(cursor)
        tables.lock(cursor, names, "ACCESS SHARE")
        columns = tables.tables(cursor)
        if sorted(columns) != sorted(names):
            raise Conflict("The tables are being changed by a migration; make the backup when it has ended.")
        course, copied = Course("tables", tell, len(columns)), {}
        for name, stored in columns.items():
            with archive.member(f"tables/{name}", course.moved) as target:
                copied[name] = Table(stored, tables.copy_out(cursor, name, stored, target))
            course.finished_one()
        course.end()
        head = Head.objects.get()
        shown: Any = Evidence.objects.exclude(digest="").values_list("digest", flat=True)
        return _Tables(
            migrations=frozenset(MigrationRecorder(connection).applied_migrations()),
            head=(head.number, bytes(head.hash).hex()),
            tables=copied,
            sequences=tables.sequences(cursor),
            evidence=sorted(set(shown)),
        )


def _copy_evidence(archive: Writer, digests: list[str], tell: Tell) -> list[str]:
    """The digests of those that are not there, or are no longer what they were."""
    course, missing = Course("files", tell, len(digests)), []
    for digest in digests:
        source = storing.path_of(digest)
        if _is_whole(source, digest):
            with source.open("rb") as file, archive.member(f"evidence/{digest}", course.moved) as target:
                while data := file.read(CHUNK):
                    target.write(data)
        else:
            missing.append(digest)
        course.finished_one()
    course.end()
    return missing


def _is_whole(path: Path, digest: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def _copy_anchors(archive: Writer, last: int) -> None:
    """The anchors of what the snapshot holds; what was anchored since is none of it."""
    path = settings.VAR_DIR / ANCHORS_FILE
    lines = path.read_text().splitlines() if path.exists() else []
    known = [line for line in lines if int(line.split(" ")[0]) <= last]
    if known:
        with archive.member(ANCHORS, lambda _: None) as target:
            target.write("".join(f"{line}\n" for line in known).encode())


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name when all of it is written and safe from a loss of power, and else leaves nothing behind."""
    if path.exists():
        raise Conflict(f"{path} is there already; choose another name, a backup writes over nothing.")
    growing = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(growing, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _name(growing, path)
        finally:
            growing.unlink(missing_ok=True)
    except OSError as problem:
        raise Conflict(f"{path} cannot be written: {problem.strerror or problem}; choose another place.") from problem


def _name(file: Path, path: Path) -> None:
    """Have it lie under its name, and what the folder lists be safe from a loss of power as well."""
    try:
        os.link(file, path)  # a rename would write over what somebody put there in the meantime
    except FileExistsError:
        raise
    except OSError:  # many network shares know no second names
        file.rename(path)
    with suppress(OSError):  # nor do all of them write out a folder
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
