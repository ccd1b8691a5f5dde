"""Reading what strangers wrote, in a process of its own with bounds around it: memory, time, and no surroundings. Both sides."""

import contextlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

MEMORY: Final = 512 * 1024 * 1024
SECONDS: Final = 30

TOO_MUCH: Final = (
    "Reading it takes more memory than any honest file needs; it is damaged, or made to harm. Save it anew, or split it."
)
TOO_LONG: Final = f"Reading it takes longer than {SECONDS} seconds; split it."
DAMAGED: Final = "It is damaged and cannot be read; save it anew."

_PROJECT = Path(__file__).resolve().parents[1]


class Unfit(Exception):
    """The file cannot be read; `row` and `column` say where that showed, as far as there is a where."""

    def __init__(self, problem: str, row: int = 1, column: str = "") -> None:
        super().__init__(problem)
        self.problem, self.row, self.column = problem, row, column


def ask(reader: str, *arguments: str) -> dict[str, Any]:
    """What the program `reader` (a module that calls `serve`) answers. Raises Unfit with its problem, or when it left its bounds."""
    # Nothing of our environment goes along: it holds secrets, and the reader needs none.
    command = [sys.executable, "-m", reader, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and arguments that no shell sees
            command, cwd=_PROJECT, env={"LANG": "C.UTF-8"}, capture_output=True, timeout=SECONDS + 5, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unfit(TOO_LONG) from None
    if done.returncode < 0:
        raise Unfit(TOO_LONG)
    if done.returncode > 0:
        raise Unfit(TOO_MUCH if b"MemoryError" in done.stderr else DAMAGED)
    answer: dict[str, Any] = json.loads(done.stdout)
    if "problem" in answer:
        raise Unfit(answer["problem"], answer["row"], answer["column"])
    return answer


def serve(read: Callable[..., dict[str, Any]], *, memory: int = MEMORY) -> None:
    """Answer with what `read(*arguments)` gives, within the bounds."""
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        # macOS does not bound address space; time and the size of what is written hold there all the same.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    try:
        answer = read(*sys.argv[1:])
    except Unfit as error:
        answer = {"problem": error.problem, "row": error.row, "column": error.column}
    except (MemoryError, RecursionError):
        answer = {"problem": TOO_MUCH, "row": 1, "column": ""}
    os.write(sys.stdout.fileno(), json.dumps(answer).encode())
