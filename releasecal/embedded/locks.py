"""Locks between processes: `flock` on small files in `var/`, let go by the kernel however their holder ends."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType


class Lock:
    """A lock file. Open means: this process may hold it; closed (or dead) means it holds nothing."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self, *, shared: bool = False) -> None:
        """Wait until it is ours, alone or shared."""
        fcntl.flock(self.file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def try_to_take(self) -> bool:
        """Take it alone if nobody else holds it. A shared hold of our own is exchanged, and lost when others share it."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def close(self) -> None:
        os.close(self.file)

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold `path` alone for a moment, waiting for it."""
    with Lock(path) as lock:
        lock.take()
        yield


def is_held(path: Path) -> bool:
    """Does another process hold `path` at this moment?"""
    with Lock(path) as lock:
        return not lock.try_to_take()
