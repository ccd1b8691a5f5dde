"""JSON as the export writes it: a list of objects that all have the same fields, as a CSV file."""

import csv
import json
from pathlib import Path
from typing import Any

from exchange.formats.bounds import MOST_COLUMNS, MOST_ROWS, Unfit, serve
from exchange.formats.shields import shielded

NOT_OURS = "It is JSON, but no list of objects as the export writes it, such as [{“code”: “PAY”, “name”: “Payments”}]."


def unpack(path: str, folder: str) -> dict[str, Any]:
    """Write the objects as `0.csv` into `folder`; answers `{"sheets": [""]}`."""
    try:
        rows = json.loads(Path(path).read_bytes())
    except (ValueError, UnicodeDecodeError) as error:
        raise Unfit(f"It begins like JSON and is none: {str(error)[:100]}.") from None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Unfit(NOT_OURS)
    if len(rows) > MOST_ROWS:
        raise Unfit(f"One call takes at most {MOST_ROWS:,} rows; bring the rest in another one.", MOST_ROWS + 2)
    header = list(rows[0])
    if len(header) > MOST_COLUMNS:
        raise Unfit(f"It has more than {MOST_COLUMNS} columns, and no rows we read have as many.")
    with (Path(folder) / "0.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(header)
        for number, row in enumerate(rows, start=2):
            if list(row) != header:
                raise Unfit("Each object has the fields of the first one, in its order; this one has others.", number)
            writer.writerow([shielded(_text(value, name, number)) for name, value in row.items()])
    return {"sheets": [""]}


def _text(value: Any, name: str, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, list)):
        raise Unfit("It is neither text nor a number nor a list of these.", number, name)
    text = "|".join(_text(each, name, number) for each in value) if isinstance(value, list) else str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit("It holds half a character (a lone surrogate); take it out.", number, name) from None
    return text


if __name__ == "__main__":
    serve(unpack)
