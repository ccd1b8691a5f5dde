"""Being told to end, by those who have something in hand that should be put down properly."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def told_to_stop() -> Iterator[Callable[[], bool]]:
    """Within it TERM no longer ends the process; the function it gives says whether one came. Afterwards the signal takes its course.

    Only the main thread hears signals; elsewhere the answer is always no, and whoever has the main thread decides.
    """
    came = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield came.is_set
        return

    def remember(number: int, frame: FrameType | None) -> None:
        came.set()

    before = signal.signal(signal.SIGTERM, remember)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGTERM, before)
        if came.is_set():
            signal.raise_signal(signal.SIGTERM)
