"""Keyset cursors: the place after the last row seen, so that a page costs the same wherever it is and rows added meanwhile don't shift it."""

import base64
import binascii
from typing import Any

import orjson

from common.refusals import BadInput

DEFAULT_LIMIT = 100
GREATEST_LIMIT = 1000


def encode(direction: str, key: tuple[Any, ...]) -> str:
    """A cursor for the rows after (`n`) or before (`p`) the row with the ordering values `key`."""
    return base64.urlsafe_b64encode(orjson.dumps([direction, *key], option=orjson.OPT_UTC_Z)).decode().rstrip("=")


def decode(cursor: str, length: int) -> tuple[str, tuple[Any, ...]]:
    """The direction and ordering values of a cursor we gave out; BadInput for anything else."""
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        parts = None
    is_ours = isinstance(parts, list) and len(parts) == length + 1 and parts[0] in ("n", "p")
    if not (is_ours and all(_is_value(part) for part in parts[1:])):
        raise BadInput(
            "The cursor is not one we gave out; begin again without it.", errors={"cursor": ["Not a cursor of this list."]}
        )
    return parts[0], tuple(parts[1:])


def read_limit(text: str | None) -> int:
    """`?limit=`: 1 to 1000, 100 when absent."""
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= GREATEST_LIMIT):
        sentence = f"limit is {text[:20]!r}; write a whole number from 1 to {GREATEST_LIMIT}."
        raise BadInput(sentence, errors={"limit": [sentence]})
    return int(text)


def _is_value(part: Any) -> bool:
    """A number or a text that a column may hold; no column holds a NUL character."""
    return "\0" not in part if isinstance(part, str) else isinstance(part, int) and not isinstance(part, bool)
