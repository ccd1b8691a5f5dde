"""A file of any format that is read, as sheets of rows; told apart by how it begins, not by its name."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from common.intervals import read_day
from common.refusals import BadInput
from exchange.formats.bounds import Unfit, ask
from exchange.kinds.entries import ENTRIES
from exchange.kinds.kind import Calendars, Kind
from exchange.kinds.sheet import BYTE_ORDER_MARK, RowError, Sheet, Source, read

AHEAD: Final = timedelta(days=2 * 365 + 1)
SAY_WHAT = "It is a calendar; say what its entries become (--as milestone)."
_OF = ("program:", "project:")


def read_file(source: Source, kinds: Sequence[Kind], most_rows: int, calendars: Calendars, at: datetime) -> list[Sheet]:
    """The sheets of a file: one, but for workbooks one for each of theirs. Of recurring entries those up to two years after `at`."""
    with source.open() as file:
        start = file.read(64)
    text = start.removeprefix(BYTE_ORDER_MARK).lstrip()
    if start.startswith(b"PK\x03\x04"):
        form = "workbook"
    elif text.startswith(b"["):
        form = "objects"
    elif text[:6].upper() == b"BEGIN:":
        form = "calendars"
    else:
        return [read(source, kinds, most_rows)]
    if form == "calendars" and not calendars.become:
        return [Sheet(source.name, errors=[RowError(source.name, 1, "", SAY_WHAT)])]
    try:
        with _laid_out(source) as folder:
            if form == "calendars":
                return [_calendar(source, folder, most_rows, (at + AHEAD).date())]
            return _tables(form, source, folder, kinds, most_rows)
    except Unfit as error:
        return [Sheet(source.name, errors=[RowError(source.name, error.row, error.column, error.problem)])]


@contextmanager
def _laid_out(source: Source) -> Iterator[Path]:
    """A folder with the file in it, for a reader of its format to write into; gone afterwards."""
    with TemporaryDirectory(prefix="releasecal-") as name:
        folder = Path(name)
        with source.open() as file, (folder / "file").open("wb") as copy:
            shutil.copyfileobj(file, copy)
        yield folder


def _tables(form: str, source: Source, folder: Path, kinds: Sequence[Kind], most_rows: int) -> list[Sheet]:
    titles: list[str] = ask(form, str(folder / "file"), str(folder))["sheets"]
    sheets: list[Sheet] = []
    for place, title in enumerate(titles):
        path = folder / f"{place}.csv"
        name = source.name if len(titles) == 1 else f"{source.name}, sheet {title}"
        rest = most_rows - sum(len(sheet.rows) for sheet in sheets)
        sheets.append(read(Source.at(path).called(name), kinds, rest))
    return sheets


def _calendar(source: Source, folder: Path, most_rows: int, until: date) -> Sheet:
    ask("calendars", str(folder / "file"), str(folder), until.isoformat())
    found = json.loads((folder / "found.json").read_bytes())
    sheet = Sheet(source.name, kind=ENTRIES)
    sheet.errors += [RowError(source.name, *problem) for problem in found["problems"]]
    if len(found["entries"]) > most_rows:
        raise Unfit(f"One call takes at most {most_rows:,} rows; bring the rest in another one.")
    for entry in found["entries"]:
        number = entry.pop("number")
        try:
            sheet.rows.append(_row(entry))
            sheet.numbers.append(number)
        except BadInput as error:
            sheet.errors.append(RowError(source.name, number, "DTSTART", error.sentence))
    return sheet


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    if entry["of"] and not entry["of"].startswith(_OF):
        raise BadInput("It says it is a milestone of something that is neither a program nor a project.")
    ends_on = read_day(entry["ends_on"]) if entry["ends_on"] else None
    return {**entry, "starts_on": read_day(entry["starts_on"]), "ends_on": ends_on}
