"""How the text of a cell becomes a value; each raises BadInput with a sentence that says how to mend it.

An empty cell clears a value; what cannot be empty says so here.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from accounts.vocabulary import time_zones
from common.intervals import read_day, read_instant
from common.refusals import BadInput
from common.slugs import problem_with

_OFFSET = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}|git:[0-9a-f]{7,64}")
_MONEY = re.compile(r"\d{1,14}(\.\d{1,2})?", re.ASCII)
_REORDERING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_SEPARATORS = {"Zl", "Zp"}
SEPARATOR = "|"


def _refuse_reordering(value: str) -> None:
    """Characters that turn the direction of what follows make one name look like another (Unicode TR 36, 3.1)."""
    for character in value:
        if unicodedata.bidirectional(character) in _REORDERING:
            raise BadInput(f"It holds a character that turns the direction of writing (U+{ord(character):04X}); take it out.")


def _is_control(character: str) -> bool:
    """A control character, or one of the two that XML does not take, so that no workbook can hold them."""
    return unicodedata.category(character) == "Cc" or character in "\ufffe\uffff"


def line(most: int, *, is_needed: bool = False) -> Callable[[str], str]:
    """Text on one line, of at most so many characters."""

    def read(text: str) -> str:
        value = text.strip(" ")
        if is_needed and not value:
            raise BadInput("This cannot be empty; fill it in.")
        _check_length(value, most)
        _refuse_reordering(value)
        for character in value:
            if _is_control(character) or unicodedata.category(character) in _SEPARATORS:
                raise BadInput(
                    f"It holds a line break or another control character (U+{ord(character):04X}); write it on one line."
                )
        return value

    return read


def prose(most: int) -> Callable[[str], str]:
    """Text of several lines."""

    def read(text: str) -> str:
        value = text.replace("\r\n", "\n")
        _check_length(value, most)
        _refuse_reordering(value)
        for character in value:
            if _is_control(character) and character not in "\n\t":
                raise BadInput(f"It holds a control character (U+{ord(character):04X}); take it out.")
        return value

    return read


def slug(text: str) -> str:
    """A code or slug; it may be empty."""
    value = text.strip(" ")
    problem = problem_with(value) if value else None
    if problem:
        raise BadInput(f"“{value[:60]}” can't stand in an address. {problem}")
    return value


def needed_slug(text: str) -> str:
    """A code or slug that identifies its row."""
    value = slug(text)
    if not value:
        raise BadInput("This identifies the row and cannot be empty; fill it in.")
    return value


def many(cell: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    """A list: elements with `|` between them, each once, in their order."""

    def read(text: str) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(cell(piece) for piece in text.split(SEPARATOR) if piece.strip(" ")))

    return read


def word(vocabulary: type[models.TextChoices]) -> Callable[[str], str]:
    """One of a vocabulary's values."""

    def read(text: str) -> str:
        value = text.strip(" ")
        if value and value not in vocabulary.values:
            raise BadInput(f"“{value[:60]}” is not known here; write one of {', '.join(vocabulary.values)}.")
        return value

    return read


def needed_word(vocabulary: type[models.TextChoices]) -> Callable[[str], str]:
    """One of a vocabulary's values, and never none of them."""
    read_word = word(vocabulary)

    def read(text: str) -> str:
        value = read_word(text)
        if not value:
            raise BadInput(f"This cannot be empty; write one of {', '.join(vocabulary.values)}.")
        return value

    return read


def day(text: str) -> date | None:
    """A day; spreadsheets write one as its midnight, too."""
    value = text.strip(" ").removesuffix("T00:00:00")
    return read_day(value) if value else None


def moment(text: str) -> datetime | None:
    """An instant: in UTC when it has an offset, else naive, which is local time where the noun says so."""
    value = text.strip(" ")
    if not value:
        return None
    instant = read_instant(value, ZoneInfo("UTC"))
    return instant if _OFFSET.search(value) else instant.replace(tzinfo=None)


def instant(text: str) -> datetime | None:
    """An instant with its offset, in UTC."""
    value = text.strip(" ")
    return read_instant(value) if value else None


def number(least: int, most: int) -> Callable[[str], int | None]:
    """A whole number in a range, both ends included."""

    def read(text: str) -> int | None:
        value = text.strip(" ")
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= 9 and least <= int(value) <= most):
            raise BadInput(f"“{value[:40]}” is not a whole number from {least} to {most}.")
        return int(value)

    return read


def money(text: str) -> Decimal | None:
    """An amount without its currency, with a dot before at most two decimals."""
    value = text.strip(" ")
    if not value:
        return None
    if not _MONEY.fullmatch(value):
        raise BadInput(f"“{value[:40]}” is not an amount; write it as 125000.00, without a currency, sign or thousands separator.")
    return Decimal(value).quantize(Decimal("0.01"))


def currency(text: str) -> str:
    value = text.strip(" ")
    if value and not re.fullmatch("[A-Z]{3}", value):
        raise BadInput(f"“{value[:40]}” is not a currency; write three capital letters, such as EUR.")
    return value


def address(text: str) -> str:
    """A person's e-mail address, in lower case."""
    value = text.strip(" ").lower()
    if value:
        try:
            validate_email(value)
        except ValidationError:
            raise BadInput(f"“{value[:100]}” is not an e-mail address.") from None
        _check_length(value, 254)
    return value


def zone(text: str) -> str:
    value = text.strip(" ")
    if value and value not in time_zones():
        raise BadInput(f"“{value[:60]}” is not a time zone we know; write one such as Europe/Berlin.")
    return value


def digest(text: str) -> str:
    value = text.strip(" ")
    if value and not _DIGEST.fullmatch(value):
        raise BadInput(
            f"“{value[:40]}” is not a digest; write sha256: and 64, sha512: and 128, or git: and 7 to 64 lower-case hexadecimal digits."
        )
    return value


def _check_length(value: str, most: int) -> None:
    if len(value) > most:
        raise BadInput(f"It has {len(value)} characters; at most {most} are kept. Shorten it.")
