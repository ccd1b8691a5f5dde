"""The bounds around a reader of a format: what it may write, beside those of every reader (`common.bounded`)."""

from typing import Any, Final

from common import bounded
from common.bounded import DAMAGED, TOO_LONG, TOO_MUCH, Unfit, serve

__all__ = ["DAMAGED", "GREATEST_OUTPUT", "MOST_COLUMNS", "MOST_ROWS", "TOO_LONG", "TOO_MUCH", "Unfit", "ask", "serve"]

GREATEST_OUTPUT: Final = 50_000_000
MOST_COLUMNS: Final = 200
MOST_ROWS: Final = 50_000


def ask(reader: str, *arguments: str) -> dict[str, Any]:
    """What the reader of a format answers. Raises Unfit with its problem, or when it went beyond its bounds."""
    return bounded.ask(f"exchange.formats.{reader}", *arguments)
