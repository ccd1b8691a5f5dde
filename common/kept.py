"""Things worth keeping from one request to the next."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any


class Kept:
    """A number of things by their keys, the longest unused given up first; shared by the threads of a process."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._things: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        """What was put under `key`; None when there is nothing (any more)."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def put(self, key: Hashable, thing: Any) -> None:
        with self._lock:
            self._things[key] = thing
            self._things.move_to_end(key)
            if len(self._things) > self.most:
                self._things.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._things.clear()
