"""Reports that are shown at gates: what they are, read into counts, and where their files lie.

One file a format, each a reader that takes an open file and gives its counts or raises Unfit. `reading` is the program that runs
them, in a process of its own; `judging` says what counts are in words, and how they fall short of a threshold; `storing` keeps
files under their SHA-256; `sniffing` tells what a file is by its content.
"""

from pathlib import Path
from typing import Any

from common import bounded

#: What a report comes to, in numbers by name; `format` is a word.
Counts = dict[str, Any]


def read(kind: str, path: Path) -> Counts:
    """The counts of a report of a kind (`junit`, `sarif`, `sbom`) in a file. Raises Unfit with how to mend it."""
    return bounded.ask("releases.evidence.reading", kind, str(path))
