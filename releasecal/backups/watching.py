"""What somebody at a terminal, or a log, sees of a backup or a restore, and how they stop it."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

import psycopg2
from django.db import connection

from releasecal.backups.progress import Course, Tell

#: On a terminal the line is written over so often; elsewhere a phase that takes longer than this has a line in between.
_AGAIN_SECONDS: Final = 0.1
_AGAIN_IN_LOGS_SECONDS: Final = 10.0
#: To the beginning of the line before, and clear it.
_LINE_BEFORE: Final = "\x1b[1A\r\x1b[K"


def teller(stream: Any, verbosity: int) -> Tell:
    """Tells a phase in one line of `stream`, written over on a terminal as it goes on. Nothing with a verbosity of 0."""
    on_terminal = stream.isatty()
    again = _AGAIN_SECONDS if on_terminal else _AGAIN_IN_LOGS_SECONDS
    last, is_open = time.monotonic(), False

    def tell(course: Course) -> None:
        nonlocal last, is_open
        if verbosity == 0 or (not course.is_over and time.monotonic() - last < again):
            return
        line = f"{course}{'' if course.is_over else ' …'}"
        # Every line is ended, so that what is said after a stop begins anew. Progress is no error: not in red.
        stream.write(f"{_LINE_BEFORE if is_open else ''}{line}", str)
        stream.flush()
        last, is_open = time.monotonic(), on_terminal and not course.is_over

    return tell


@contextmanager
def stoppable() -> Iterator[None]:
    """Ctrl-C and TERM raise KeyboardInterrupt, so that what was begun is cleared away, and have the database stop at once."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main one hears signals
        return
    before = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    # Else psycopg2 would read a table to its end before it gives up copying it.
    with suppress(psycopg2.Error):
        if connection.connection is not None:
            connection.connection.cancel()
    raise KeyboardInterrupt
