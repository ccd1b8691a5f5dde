"""Many at once, each over a connection of its own."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, connections
from psycopg2 import errors

Task = Callable[[], Any]


def rounds(short: int) -> int:
    """How often a race is run: `short` times, and two hundred with `LONG_RACES=1`."""
    return 200 if os.environ.get("LONG_RACES") else short


def at_once(tasks: Sequence[Task]) -> list[Any]:
    """What the tasks gave or raised, begun together, each on its own connection."""
    with crew(len(tasks)) as together:
        return together(tasks)


@contextmanager
def crew(size: int) -> Iterator[Callable[[Sequence[Task]], list[Any]]]:
    """The same for many rounds of up to `size` tasks each, who keep their connections in between."""
    with ThreadPoolExecutor(size) as pool:

        def together(tasks: Sequence[Task]) -> list[Any]:
            # Nobody passes before all have come, so that each task has a thread, and with it a connection, of its own.
            begin = threading.Barrier(len(tasks))
            return list(pool.map(lambda task: _run(task, begin), tasks))

        try:
            yield together
        finally:
            together([connections.close_all] * size)


def _run(task: Task, begin: threading.Barrier) -> Any:
    try:
        connection.ensure_connection()
        begin.wait()
        return task()
    except Exception as error:
        return error


def waited_too_long(answer: Any) -> bool:
    """Whether a slow machine let one of the last in the queue wait beyond `lock_timeout`: told as "busy", and nothing was done."""
    return isinstance(answer, OperationalError) and isinstance(answer.__cause__, errors.LockNotAvailable)


def deadlocks() -> int:
    """How many the database has resolved; connections count theirs in at the latest as they close."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
