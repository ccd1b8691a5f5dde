"""XLSX: each sheet with something in it becomes a CSV file. Looked at before it is opened, since a zip archive can unpack to anything."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, TextIO

from exchange.formats.bounds import DAMAGED, GREATEST_OUTPUT, MOST_COLUMNS, MOST_ROWS, Unfit, serve

GREATEST_UNPACKED: Final = 200_000_000
MOST_ENTRIES: Final = 1_000
GREATEST_RATIO: Final = 100
# An archive so small unpacks to nothing that harms, and short repetitive sheets pack well.
SMALL: Final = 1_000_000


def unpack(path: str, folder: str) -> dict[str, Any]:
    """Write each sheet as `0.csv`, `1.csv`, … into `folder`; answers `{"sheets": [names]}` in that order."""
    look_at(path)
    # Slow to import, and needed by this program alone.
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        # What is in it and not its path, whose ending the library would ask about.
        book = load_workbook(io.BytesIO(Path(path).read_bytes()), read_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        names: list[str] = []
        for sheet in sheets:
            sheet.reset_dimensions()
            target = Path(folder) / f"{len(names)}.csv"
            with target.open("w", encoding="utf-8", newline="") as file:
                has_rows = _write(file, sheet.iter_rows(), sheet.title, alone=len(sheets) == 1)
            if has_rows:
                names.append(sheet.title)
    except (Unfit, MemoryError):
        raise
    except Exception:
        raise Unfit(DAMAGED) from None
    if not names:
        raise Unfit("It is empty; the first row of a sheet names the columns.")
    return {"sheets": names}


def look_at(path: str) -> None:
    """Refuse an archive that would unpack to too much, by its table of contents; what lies about its size is cut off in reading."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Unfit(DAMAGED) from None
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Unfit("It is a zip archive and no spreadsheet; unpack it, and import what it holds.")
    if len(entries) > MOST_ENTRIES:
        raise Unfit(f"It is an archive of {len(entries):,} entries, and a spreadsheet has at most {MOST_ENTRIES:,}; save it anew.")
    size, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if size > GREATEST_UNPACKED:
        raise Unfit(f"It unpacks to {size / 1_000_000:,.0f} MB; at most {GREATEST_UNPACKED // 1_000_000} MB are read. Split it.")
    if size > SMALL and size > packed * GREATEST_RATIO:
        raise Unfit(
            f"It unpacks to {size // max(packed, 1):,} times its size, and no honest spreadsheet to more than {GREATEST_RATIO} times; save it anew."
        )


def _write(file: TextIO, rows: Iterable[Sequence[Any]], title: str, *, alone: bool) -> bool:
    """A sheet as CSV, blank rows as blank lines, so that rows keep their numbers; gives whether there was anything."""
    where = "" if alone else f" of the sheet {title}"
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    width = blank = filled = 0
    for number, row in enumerate(rows, start=1):
        texts = [_text(cell, where) for cell in row]
        while texts and not texts[-1]:
            texts.pop()
        if len(texts) > MOST_COLUMNS:
            raise Unfit(f"Row {number}{where} has more than {MOST_COLUMNS} columns, and no rows we read have as many.", number)
        if not texts:
            blank += 1
            continue
        filled += 1
        if filled > MOST_ROWS + 1:
            raise Unfit(f"One call takes at most {MOST_ROWS:,} rows; bring the rest in another one.", number)
        file.write("\r\n" * blank)
        blank = 0
        width = width or len(texts)
        writer.writerow(texts + [""] * (width - len(texts)))
        if file.tell() > GREATEST_OUTPUT:
            raise Unfit(f"Its rows are more than {GREATEST_OUTPUT // 1_000_000} MB of text; split it.", number)
    return filled > 0


def _text(cell: Any, where: str) -> str:
    """A cell as CSV has it. Formulas are refused: what they amount to depends on who opens the file."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise Unfit(
            f"The cell {cell.coordinate}{where} holds a formula; put its value there (copy, paste special, values).", cell.row
        )
    if cell.data_type == "e":
        raise Unfit(f"The cell {cell.coordinate}{where} holds the error {value}; put a value there.", cell.row)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        is_day = value.time() == time.min and "h" not in str(cell.number_format).lower()
        return value.date().isoformat() if is_day else value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


if __name__ == "__main__":
    serve(unpack)
