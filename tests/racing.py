"""Many at once, each over a connection of its own."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final

from django.db import connection, connections

Task = Callable[[], Any]

#: Seconds after which a race that hangs says so.
PATIENCE: Final = 120
#: Seconds for which whoever has looked waits for the others to have looked, too.
GLANCE: Final = 5


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
    backends: set[int] = set()
    with ThreadPoolExecutor(size) as pool:

        def together(tasks: Sequence[Task]) -> list[Any]:
            # Nobody passes before all have come, so that each task has a thread, and with it a connection, of its own.
            begin = threading.Barrier(len(tasks), timeout=PATIENCE)
            return list(pool.map(lambda task: _run(task, begin, backends), tasks))

        try:
            yield together
        finally:
            together([connections.close_all] * size)
    _wait_until_gone(backends)


def _run(task: Task, begin: threading.Barrier, backends: set[int]) -> Any:
    try:
        connection.ensure_connection()
    except Exception as error:
        begin.abort()  # nobody waits for who cannot come
        return error
    backends.add(connection.connection.info.backend_pid)
    try:
        begin.wait()
        return task()
    except Exception as error:
        return error


def _wait_until_gone(backends: set[int]) -> None:
    """A connection that was closed is over for the server a moment later; only then it has told what it counted."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [list(backends)])
            if cursor.fetchone()[0] == 0:
                return
            assert time.monotonic() < deadline, "the connections of a race are still there"
            time.sleep(0.005)


class Glances:
    """Where negative controls pause between looking and writing: until all `parties` have looked, which they do when begun at once.

    Begun one after the other nobody would meet anybody here, and the control would lose no race.
    """

    def __init__(self, parties: int) -> None:
        self._all = threading.Barrier(parties)

    def pause(self) -> None:
        with suppress(threading.BrokenBarrierError):
            self._all.wait(GLANCE)


def deadlocks() -> int:
    """How many the database has resolved, those of a race that is over included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
