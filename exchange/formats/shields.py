"""The apostrophe before what a spreadsheet would take for a formula: `=`, `+`, `-`, `@`, tab or carriage return first.

One apostrophe more is put before text that begins so behind apostrophes already, and one is taken off again: nothing is lost either way.
"""

import re

_SHIELDED = re.compile(r"'+[=+\-@\t\r]")
_IN_DANGER = re.compile(r"'*[=+\-@\t\r]")


def shielded(text: str) -> str:
    """For a file that a spreadsheet opens by guessing what its cells are: CSV."""
    return f"'{text}" if _IN_DANGER.match(text) else text


def shielded_if_it_was(text: str) -> str:
    """For a file that says itself which cells are text: only what would otherwise lose its own apostrophe."""
    return f"'{text}" if _SHIELDED.match(text) else text


def unshielded(text: str) -> str:
    """The text of a cell, without the apostrophe."""
    return text[1:] if _SHIELDED.match(text) else text
