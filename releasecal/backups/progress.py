"""How far a backup or a restore is."""

from collections.abc import Callable
from dataclasses import dataclass, field

Tell = Callable[["Course"], None]


@dataclass
class Course:
    """One phase under way: `done` of `of` things (None: not counted), `size` bytes so far. `tell` hears of every step."""

    phase: str
    tell: Tell = field(repr=False)
    of: int | None = None
    done: int = 0
    size: int = 0
    is_over: bool = False

    def __post_init__(self) -> None:
        self.tell(self)

    def moved(self, size: int) -> None:
        """So many bytes more."""
        self.size += size
        self.tell(self)

    def finished_one(self) -> None:
        """One thing more."""
        self.done += 1
        self.tell(self)

    def end(self) -> None:
        """That was all of it."""
        self.is_over = True
        self.tell(self)

    def __str__(self) -> str:
        number = f" {self.done:,} of {self.of:,}" if self.of is not None else ""
        size = f", {self.size / 1_000_000:,.1f} MB" if self.size else ""
        return f"{self.phase}{number}{size}"
