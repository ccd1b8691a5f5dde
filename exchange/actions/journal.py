"""The record of an import while it is under way."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from django.db import connection
from django.db.models import F
from django.utils import timezone

from exchange.models import Import

T = TypeVar("T")

SECONDS_BETWEEN_NOTES = 0.5


@dataclass(frozen=True)
class Progress:
    """`done` of `total` rows of a phase: reading a file, a noun, or keeping it all."""

    phase: str
    done: int
    total: int


class Journal:
    """Writes one Import row on a connection of its own, so that it is seen at once and outlives a refusal.

    Connections belong to threads: the one thread of this executor has the second connection.
    """

    def __init__(self, number: int = 0, **values: Any) -> None:
        """Begin a row, or go on with the one of `number`."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self._last_note = 0.0
        try:
            self.number: int = number or self._there(lambda: Import.objects.create(**values).pk).result()
            if number:
                self._update(**values).result()
        except BaseException:
            self._end()
            raise

    def note(self, progress: Progress) -> None:
        """Keep how far it is; of notes in quick succession only some are kept."""
        if monotonic() - self._last_note >= SECONDS_BETWEEN_NOTES:
            self._last_note = monotonic()
            self._update(progress={"phase": progress.phase, "done": progress.done, "total": progress.total})

    def close(self, **values: Any) -> None:
        """Keep how it ended, and let the connection go."""
        try:
            self._update(**values).result()
        finally:
            self._end()

    def _update(self, **values: Any) -> Future[int]:
        marks = {"revision": F("revision") + 1, "updated_at": timezone.now()}
        return self._there(lambda: Import.objects.filter(pk=self.number).update(**marks, **values))

    def _there(self, act: Callable[[], T]) -> Future[T]:
        return self._thread.submit(act)

    def _end(self) -> None:
        self._there(lambda: connection.close()).result()
        self._thread.shutdown()
