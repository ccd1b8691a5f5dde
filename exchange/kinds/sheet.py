"""Reading a CSV file: what kind of rows it holds, the rows as values, and every cell that cannot be read."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from common.bringing import Given
from common.refusals import BadInput
from exchange.formats.bounds import MOST_COLUMNS
from exchange.formats.shields import unshielded
from exchange.kinds.kind import Cell, Kind

LONGEST_LINE = 1_000_000
# Of a file that is wrong all over, nobody wants to hear more; each takes memory.
MOST_ERRORS = 10_000
# Values of a column repeat; those read once are kept, up to so many a column.
REMEMBERED = 20_000
# What other programs write, by how it begins, and what to do about it.
_OTHERS: Sequence[tuple[bytes, str]] = (
    (b"PK\x05\x06", "It is an empty zip archive; save the rows as “CSV UTF-8”."),
    (
        b"\xd0\xcf\x11\xe0",
        "It is an old spreadsheet (XLS), or one with a password, whatever its name says; save it as XLSX without one.",
    ),
    (b"\x1f\x8b", "It is compressed; unpack it first."),
    (b"%PDF", "It is a PDF; import the rows as CSV or XLSX."),
    (b"\xff\xfe", "It is written in UTF-16; save it as “CSV UTF-8”."),
    (b"\xfe\xff", "It is written in UTF-16; save it as “CSV UTF-8”."),
    (b"<", "It is XML or HTML; export the rows as CSV or XLSX."),
    (b"{", "It is JSON, but no list of rows; a list begins with [."),
)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Source:
    """A file as somebody gives it: its name (only for show), its size in bytes, and how it is opened for reading."""

    name: str
    size: int
    open: Callable[[], BinaryIO]

    @classmethod
    def at(cls, path: Path) -> "Source":
        return cls(path.name, path.stat().st_size, lambda: path.open("rb"))

    def called(self, name: str) -> "Source":
        """The same under another name."""
        return replace(self, name=name)

    @classmethod
    def of(cls, name: str, content: bytes) -> "Source":
        return cls(name, len(content), lambda: io.BytesIO(content))


@dataclass(frozen=True)
class RowError:
    """What is wrong where: the header is row 1; column is empty when the row or the file as a whole is meant."""

    file: str
    row: int
    column: str
    problem: str


@dataclass
class Sheet:
    """The rows of one file. `numbers` are their row numbers in it; `spoilt` names what rows with errors stand for, `number_read`
    counts them too.

    `kind` is None, and `is_readable` False, when there is no telling what the file holds.
    """

    file: str
    kind: Kind | None = None
    rows: list[Given] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    number_read: int = 0
    errors: list[RowError] = field(default_factory=list)
    spoilt: set[tuple[str, str]] = field(default_factory=set)

    @property
    def is_readable(self) -> bool:
        return self.kind is not None


class _Unreadable(Exception):
    """The file as a whole cannot be read; `row` is where that showed."""

    def __init__(self, problem: str, row: int = 1, column: str = "") -> None:
        super().__init__(problem)
        self.problem, self.row, self.column = problem, row, column


def read(source: Source, kinds: Sequence[Kind], most_rows: int) -> Sheet:
    """Read a file, told apart by its header among `kinds`. Never more than one line of it is held beside the rows."""
    sheet = Sheet(source.name)
    try:
        with source.open() as file:
            _refuse_others(file)
            _read_records(sheet, _records(file), kinds, most_rows)
    except _Unreadable as error:
        sheet.kind = None
        sheet.errors.append(RowError(sheet.file, error.row, error.column, error.problem))
    return sheet


def _refuse_others(file: BinaryIO) -> None:
    start = file.read(64)
    file.seek(0)
    text = start.removeprefix(BYTE_ORDER_MARK).lstrip()
    for beginning, sentence in _OTHERS:
        if start.startswith(beginning) or text.startswith(beginning):
            raise _Unreadable(sentence)
    if not text:
        raise _Unreadable("It is empty; its first row names the columns.")


def _records(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """The records with their row numbers, which count records as spreadsheets do, whatever lines their cells have."""
    number = 1
    lines = _lines(file, lambda: number)
    header = next(lines)
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(_chained(header, lines), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            yield number, record
            number += 1
    except csv.Error as error:
        raise _Unreadable(_sentence(str(error)), number) from None


def _sentence(problem: str) -> str:
    if "field larger" in problem:
        return f"A cell has more than {csv.field_size_limit():,} characters; perhaps a quotation mark is not closed."
    if "unexpected end" in problem:
        return "A quotation mark that opens here is never closed; close it, or double it where it belongs to the text."
    if "new-line character" in problem:
        return "A lone carriage return stands here; end lines with LF or CRLF, and put cells of several lines in quotation marks."
    return "Something follows a closing quotation mark; double the quotation marks that belong to the text."


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _lines(file: BinaryIO, number: Callable[[], int]) -> Iterator[str]:
    """The lines as text, without the byte order mark; each is looked at before it is decoded."""
    raw = file.readline(LONGEST_LINE).removeprefix(BYTE_ORDER_MARK)
    while raw:
        if b"\0" in raw:
            raise _Unreadable("It holds a NUL byte, which no text has; perhaps it is no CSV, or was damaged on its way.", number())
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            raise _Unreadable(f"A line has more than {LONGEST_LINE:,} bytes; perhaps it is no CSV.", number())
        try:
            yield raw.decode()
        except UnicodeDecodeError as error:
            raise _Unreadable(
                f"It is not written in UTF-8 (byte {raw[error.start]:#04x} after “{raw[max(0, error.start - 20) : error.start].decode(errors='replace')}”);"
                " save it as “CSV UTF-8”.",
                number(),
            ) from None
        raw = file.readline(LONGEST_LINE)


def _read_records(sheet: Sheet, records: Iterator[tuple[int, list[str]]], kinds: Sequence[Kind], most_rows: int) -> None:
    _, header = next(records)
    if len(header) > MOST_COLUMNS:
        raise _Unreadable(f"The header has {len(header):,} columns; at most {MOST_COLUMNS} are read. Perhaps it is no CSV.")
    header = [unshielded(name).strip() for name in header]
    kind = _kind_of(sheet, header, kinds)
    if kind is None:
        return
    columns: list[tuple[str, Cell, dict[str, Any]]] = [(name, kind.columns[name], {}) for name in header]
    for number, record in records:
        if not any(record):
            continue
        if sheet.number_read >= most_rows:
            raise _Unreadable(f"One call takes at most {most_rows:,} rows; bring the rest in another one.", number)
        if len(sheet.errors) >= MOST_ERRORS:
            raise _Unreadable(f"So far {MOST_ERRORS:,} cells cannot be read; the rest was not looked at. Mend these first.", number)
        sheet.number_read += 1
        _read_row(sheet, kind, columns, number, record)
    sheet.kind = kind


def _read_row(
    sheet: Sheet, kind: Kind, columns: Sequence[tuple[str, Cell, dict[str, Any]]], number: int, record: list[str]
) -> None:
    if len(record) < len(columns) or any(record[len(columns) :]):
        problem = f"The row has {len(record)} cells, the header {len(columns)}; perhaps a quotation mark is missing around a cell."
        sheet.errors.append(RowError(sheet.file, number, "", problem))
        return
    row: dict[str, Any] = {}
    is_good = True
    for (name, cell, known), text in zip(columns, record, strict=False):
        try:
            row[name] = known[text] if text in known else _remembered(known, text, cell)
        except BadInput as error:
            sheet.errors.append(RowError(sheet.file, number, name, error.sentence))
            is_good = False
    if is_good:
        sheet.rows.append(row)
        sheet.numbers.append(number)
    else:
        sheet.spoilt.update(_names(kind, row))


def _remembered(known: dict[str, Any], text: str, cell: Cell) -> Any:
    value = cell(unshielded(text))
    if len(known) < REMEMBERED:
        known[text] = value
    return value


def _names(kind: Kind, row: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    try:
        return kind.names(row)
    except KeyError:
        return ()  # what identifies the row is what cannot be read


def _kind_of(sheet: Sheet, header: Sequence[str], kinds: Sequence[Kind]) -> Kind | None:
    """The kind whose columns these are; otherwise what is wrong with the header is noted, and None answered."""
    twice = sorted(name for name, times in Counter(header).items() if name and times > 1)
    if twice:
        raise _Unreadable(f"The column {twice[0]} stands in the header twice; keep one of them.", column=twice[0])
    told = [kind for kind in kinds if kind.holds(header)]
    if not told:
        raise _Unreadable(
            f"The header is none we know ({', '.join(header)[:100]}). Its columns begin with what identifies a row: {_known(kinds)}."
        )
    fitting = [kind for kind in told if set(header) <= kind.columns.keys()]
    if not fitting:
        nearest = min(told, key=lambda kind: len(set(header) - kind.columns.keys()))
        for place, name in enumerate(header, start=1):
            if name not in nearest.columns:
                shown = f"The column “{name[:60]}”" if name else f"Column {place}, which has no name,"
                problem = f"{shown} is unknown; {nearest.noun} have {', '.join(nearest.columns)}."
                sheet.errors.append(RowError(sheet.file, 1, name[:60], problem))
        return None
    for narrower in (_begins_with_identity, _could_be_made):
        fitting = [kind for kind in fitting if narrower(kind, header)] or fitting
    if len(fitting) > 1:
        nouns = [kind.noun for kind in fitting]
        only = "; ".join(
            f"{kind.noun} {', '.join(name for name in kind.columns if all(name not in other.columns for other in fitting if other is not kind))}"
            for kind in fitting
        )
        raise _Unreadable(f"These columns fit {' and '.join(nouns)}; add one that only one of them has ({only}).")
    return fitting[0]


def _known(kinds: Sequence[Kind]) -> str:
    return "; ".join(f"{kind.noun}: {' or '.join(' and '.join(columns) for columns in kind.identities)}" for kind in kinds)


def _begins_with_identity(kind: Kind, header: Sequence[str]) -> bool:
    return any(set(header[: len(identity)]) == set(identity) for identity in kind.identities)


def _could_be_made(kind: Kind, header: Sequence[str]) -> bool:
    return set(kind.required) <= set(header)
