"""Taking figures: CPU of this process and of its PostgreSQL backend, the product and its limit in turn, medians of their ratio."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection


@dataclass(frozen=True)
class Figure:
    """One measured path. `product` and `limit` are medians in seconds per call, `ratio` the median of the pairs' ratios."""

    goal: str
    path: str
    most: float
    product: float
    limit: float
    ratio: float
    rounds: int
    note: str = ""

    @property
    def is_met(self) -> bool:
        return self.ratio <= self.most


def backend_cpu() -> float:
    """Seconds of CPU the backend behind Django's connection has used so far."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def cpu_of(call: Callable[[], object], times: int) -> float:
    """Seconds of CPU per call: this process plus its PostgreSQL backend."""
    before, backend = time.process_time(), backend_cpu()
    for _ in range(times):
        call()
    return (time.process_time() - before + backend_cpu() - backend) / times


def wall_of(call: Callable[[], object], times: int) -> float:
    """Seconds of wall time per call."""
    before = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - before) / times


def compare(
    goal: str,
    path: str,
    most: float,
    product: Callable[[], object],
    limit: Callable[[], object],
    *,
    rounds: int = 7,
    times: int = 20,
    clock: Callable[[Callable[[], object], int], float] = cpu_of,
    note: str = "",
) -> Figure:
    """Product and limit in turn, A B A B, after one round that is not counted."""
    pairs = []
    for turn in range(rounds + 1):
        pair = (clock(product, times), clock(limit, times))
        if turn:
            pairs.append(pair)
    return Figure(
        goal=goal,
        path=path,
        most=most,
        product=statistics.median(a for a, _ in pairs),
        limit=statistics.median(b for _, b in pairs),
        ratio=statistics.median(a / b for a, b in pairs),
        rounds=rounds,
        note=note,
    )
