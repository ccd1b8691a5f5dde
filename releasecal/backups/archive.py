"""The file of a backup: a zip with one member a table, one a file, and a manifest that names all of them with sizes and digests.

Nothing is unpacked by the name that it has in there: a name is looked up in the manifest, and only those of our own making are let in.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from common.refusals import BadInput

#: Raised when an older program could not read the file any more.
FORMAT: Final = 1
PROGRAM: Final = "Releasecal"
MANIFEST: Final = "manifest.json"
ANCHORS: Final = "history-anchors.log"
CHUNK: Final = 1 << 20
#: Most of a backup is JSON about changes: level 3 is twice as fast as the default of 6, and the file a tenth larger.
LEVEL: Final = 3
GREATEST_MANIFEST: Final = 100_000_000

_TABLE: Final = re.compile(r"tables/[a-z_][a-z0-9_]{0,62}")
_EVIDENCE: Final = re.compile(r"evidence/[0-9a-f]{64}")
_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,255}")
#: What `zipfile` raises for a damaged one: the last two for an unknown compression, and for one that asks for a password.
_DAMAGES: Final = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)

Watch = Callable[[int], None]


@dataclass(frozen=True)
class Member:
    """What is under one name: its bytes, and their SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Table:
    """The columns that are stored, in the order in which they were copied, and how many rows."""

    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    `made_at` is RFC 3339 in UTC; `migrations` are all that were applied, (app, name); `head` the last event's number and hash;
    `sequences` are (last value, whether it was drawn); `missing` the digests of evidence whose files were lost before the backup.
    """

    version: str
    made_at: str
    migrations: frozenset[tuple[str, str]]
    head: tuple[int, str]
    tables: Mapping[str, Table]
    sequences: Mapping[str, tuple[int, bool]]
    members: Mapping[str, Member]
    missing: Sequence[str]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def evidence(self) -> list[str]:
        """The digests of the files that are in it."""
        return [name.removeprefix("evidence/") for name in self.members if _EVIDENCE.fullmatch(name)]


class Sink:
    """Where the bytes of one member go, counted and digested on their way."""

    def __init__(self, target: IO[bytes], watch: Watch) -> None:
        self._target, self._watch = target, watch
        self._digest, self._size = hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self._size += len(data)
        self._target.write(data)
        self._watch(len(data))
        return len(data)

    @property
    def member(self) -> Member:
        return Member(self._size, self._digest.hexdigest())


class Writer:
    """Writes a backup to an open file, member by member, and its manifest last: without `finish` it is none."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=LEVEL)
        self.members: dict[str, Member] = {}

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        # When it was stopped, on a full disk perhaps: the zip lets go of the file, whatever more it would have to write.
        with suppress(OSError, ValueError):
            self._zip.close()

    @contextmanager
    def member(self, name: str, watch: Watch) -> Iterator[Sink]:
        """Takes what is written to it as the member of this name."""
        with self._zip.open(name, "w", force_zip64=True) as target:
            sink = Sink(target, watch)
            yield sink
        self.members[name] = sink.member

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, and what makes the file whole."""
        said = {**asdict(manifest), "migrations": sorted(manifest.migrations)}
        with self._zip.open(MANIFEST, "w") as target:
            target.write(json.dumps({"program": PROGRAM, "format": FORMAT, **said}).encode())
        self._zip.close()


class Reader:
    """A backup that was opened and whose manifest was read; the members only as far as `check` did."""

    def __init__(self, path: Path, opened: ZipFile) -> None:
        self._path, self._zip = path, opened
        self.manifest = self._read_manifest()
        self._expect_members()

    def check(self, watch: Watch) -> None:
        """Read everything and compare it with its digest. Raises BadInput."""
        for name in self.manifest.members:
            with self.member(name, watch) as source:
                for _ in chunks(source):
                    pass

    @contextmanager
    def member(self, name: str, watch: Watch) -> Iterator["Source"]:
        """The bytes under a name of the manifest. Raises BadInput at their end, when they are not those that were written."""
        broken = self._broken(f"{name} is not what was written")
        try:
            source = self._zip.open(name)
        except _DAMAGES as problem:
            raise broken from problem
        with source:
            reading = Source(source, broken, watch)
            yield reading
        if reading.member != self.manifest.members[name]:
            raise broken

    def _read_manifest(self) -> Manifest:
        try:
            info = self._zip.getinfo(MANIFEST)
            if info.file_size > GREATEST_MANIFEST:
                raise self._foreign()
            said = json.loads(self._zip.read(MANIFEST))
        except (KeyError, ValueError) as problem:
            raise self._foreign() from problem
        except _DAMAGES as problem:
            raise self._broken("its manifest cannot be read") from problem
        if not isinstance(said, dict) or said.get("program") != PROGRAM:
            raise self._foreign()
        if said.get("format") != FORMAT:
            raise BadInput(
                f"{self._path} is a backup of another kind than this version reads; it was made by version {said.get('version')}:"
                " restore it with that one, or a newer one."
            )
        try:
            return _manifest(said)
        except (KeyError, TypeError, ValueError, AttributeError) as problem:
            raise self._broken("its manifest is damaged") from problem

    def _expect_members(self) -> None:
        present = {info.filename: info for info in self._zip.infolist()}
        members = self.manifest.members
        if len(present) != len(self._zip.infolist()) or set(present) != {MANIFEST, *members}:
            raise self._broken("it holds other things than its manifest names")
        for name, member in members.items():
            info = present[name]
            if info.file_size != member.size or info.compress_type not in (ZIP_DEFLATED, ZIP_STORED):
                raise self._broken(f"{name} has another size than was written")

    def _broken(self, what: str) -> BadInput:
        return BadInput(f"{self._path} is no whole backup: {what}. Copy it anew from where it was made, or take another one.")

    def _foreign(self) -> BadInput:
        return BadInput(f"{self._path} is no backup of Releasecal; choose a file that `manage.py backup` wrote.")


class Source:
    """A member that is read, counted and digested on its way; raises `broken` when it cannot be.

    psycopg2 reads it, who wants `readline` and never calls it, and makes an error of its own of whatever `read` raises: `failure`
    is what that was.
    """

    failure: BaseException | None = None

    def __init__(self, source: IO[bytes], broken: BadInput, watch: Watch) -> None:
        self._source, self._broken, self._watch = source, broken, watch
        self._digest, self._size = hashlib.sha256(), 0

    def read(self, size: int = CHUNK) -> bytes:
        try:
            return self._read(size)
        except BaseException as failure:
            self.failure = failure
            raise

    def readline(self, size: int = -1) -> bytes:
        raise OSError("a backup is read in pieces, not in lines")

    @property
    def member(self) -> Member:
        return Member(self._size, self._digest.hexdigest())

    def _read(self, size: int) -> bytes:
        try:
            data = self._source.read(size)
        except _DAMAGES as problem:
            raise self._broken from problem
        self._digest.update(data)
        self._size += len(data)
        self._watch(len(data))
        return data


def chunks(source: Source) -> Iterator[bytes]:
    """What is left of a member, piece by piece."""
    while data := source.read():
        yield data


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """The backup at `path`, its manifest read and fit. Raises BadInput when it is none, cut off, damaged or of a newer kind."""
    try:
        archive = ZipFile(path)
    except BadZipFile as problem:
        raise BadInput(
            f"{path} is no backup, or it was cut off: copy it anew from where it was made, or take another one."
        ) from problem
    except OSError as problem:
        raise BadInput(f"{path} cannot be read: {problem.strerror or problem}.") from problem
    with archive:
        yield Reader(path, archive)


def _manifest(said: Mapping[str, Any]) -> Manifest:
    """Raises KeyError, TypeError, ValueError or AttributeError for what is no manifest."""
    members = {name: Member(_number(each["size"]), _text(each["sha256"])) for name, each in said["members"].items()}
    tables = {
        _fit(_NAME, name): Table(tuple(_fit(_NAME, column) for column in each["columns"]), _number(each["rows"]))
        for name, each in said["tables"].items()
    }
    for name, member in members.items():
        if _EVIDENCE.fullmatch(name):
            _fit(re.compile(name), f"evidence/{member.sha256}")
        elif name != ANCHORS:
            _fit(_TABLE, name)
    if {name.removeprefix("tables/") for name in members if _TABLE.fullmatch(name)} != set(tables):
        raise ValueError("the tables are others than those that are there")
    number, digest = said["head"]
    return Manifest(
        version=_text(said["version"]),
        made_at=_text(said["made_at"]),
        migrations=frozenset((_fit(_NAME, app), _fit(_NAME, name)) for app, name in said["migrations"]),
        head=(_number(number), _text(digest)),
        tables=tables,
        sequences={_fit(_NAME, name): (_number(value), bool(drawn)) for name, (value, drawn) in said["sequences"].items()},
        members=members,
        missing=[_text(digest) for digest in said["missing"]],
    )


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("no number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _fit(pattern: re.Pattern[str], value: Any) -> str:
    if not pattern.fullmatch(_text(value)):
        raise ValueError("no name of ours")
    return str(value)
