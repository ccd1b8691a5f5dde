"""`var/run.json`: what runs from this clone at the moment, for commands that want to join in, and for people.

Keys: `postgres` and `redis` (written by their keepers), `web`, `worker`, `beat` and `launcher` (by the launcher), each with
its `pid` and what else is needed to reach it. An entry may be older than the process that wrote it lives; who relies on
one looks at the keeper's lock.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from releasecal.embedded.bootstrap import BASE_DIR
from releasecal.embedded.locks import alone

VAR = BASE_DIR / "var"
PATH = VAR / "run.json"

Entry = dict[str, Any]


def entries() -> dict[str, Entry]:
    """Everything in the file; empty when there is none or it is damaged."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        found = json.loads(PATH.read_text())
        if isinstance(found, dict):
            return found
    return {}


def write(name: str, entry: Entry | None) -> None:
    """Set one entry, or remove it when None; the file goes with its last entry."""
    with alone(VAR / "run.json.lock"):
        present = entries()
        present.pop(name, None)
        if entry is not None:
            present[name] = entry
        if present:
            fresh = PATH.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(present, indent=2) + "\n")
            fresh.replace(PATH)
        else:
            PATH.unlink(missing_ok=True)


def log_of(name: str) -> Path:
    """Where a process writes what it has to say."""
    folder = VAR / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def last_words(log: Path, lines: int = 15) -> str:
    """The end of a log, indented; empty when there is none."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 20_000))
        return "\n".join("    " + line for line in file.read().decode(errors="replace").splitlines()[-lines:])
    return ""
