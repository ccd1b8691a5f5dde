"""Rows as a file: CSV, XLSX or JSON, so that every cell comes back as it was and no spreadsheet takes one for a formula."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, Final

from exchange.formats.bounds import Unfit
from exchange.formats.shields import shielded, shielded_if_it_was

LONGEST_CELL: Final = 32_767
SEPARATOR: Final = "|"
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "ics": "text/calendar; charset=utf-8",
}
# A cell: text, or a list of texts.
Cell = str | Sequence[str]


def as_csv(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """With a byte order mark, without which spreadsheets guess the encoding."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([shielded(_joined(cell)) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def as_xlsx(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet of text cells. Raises Unfit when a cell is longer than the format takes."""
    # Slow to import, and seldom needed.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place in range(len(header)):
        sheet.column_dimensions[_letters(place)].width = 24

    def cell(text: str) -> Any:
        made = WriteOnlyCell(sheet)
        # Not by its value: text that begins with = would become a formula, and 1.10 a number.
        made.value = text
        made.data_type, made.number_format = "s", "@"
        return made

    heads = [cell(name) for name in header]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for number, row in enumerate(rows, start=2):
        texts = [shielded_if_it_was(_joined(each)) for each in row]
        if any(len(text) > LONGEST_CELL for text in texts):
            raise Unfit(
                f"Row {number} has a cell of more than {LONGEST_CELL:,} characters, which XLSX does not take; choose CSV.", number
            )
        sheet.append([cell(text) for text in texts])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_json(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A list of objects; lists are lists."""
    found = [dict(zip(header, (each if isinstance(each, str) else list(each) for each in row), strict=True)) for row in rows]
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


WRITERS: Final = {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}


def _joined(cell: Cell) -> str:
    return cell if isinstance(cell, str) else SEPARATOR.join(cell)


def _letters(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"A{chr(ord('A') + place - 26)}"
