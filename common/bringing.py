"""What the plural verbs of the apps share: rows as somebody brings them, what is wrong with each, and writing only what differs.

A plural verb (`projects.bring(rows, by=)`) takes rows as mappings from column to value: a missing key leaves a value alone, None
or an empty value clears it. It looks at every row before it writes any, and raises `WrongRows` with all that is wrong.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models

from common.copying import copy_rows
from common.refusals import RuleBroken

M = TypeVar("M", bound=models.Model)
N = TypeVar("N", bound=Hashable)

Given = Mapping[str, Any]

BATCH = 1_000


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a row: its place in the rows given (from 0), the column, and a sentence that says how to mend it.

    `missing` names the thing that is not there (kind, name), when that is what is wrong: whoever brings several nouns at once knows
    whether the thing is only missing because its own row is wrong.
    """

    row: int
    column: str
    sentence: str
    missing: tuple[str, str] | None = None


class WrongRows(RuleBroken):
    """At least one row cannot be brought; nothing was written. `wrong` lists every problem, in the order of the rows."""

    def __init__(self, wrong: Iterable[Wrong]) -> None:
        self.wrong = sorted(wrong, key=lambda one: one.row)
        first = self.wrong[0]
        more = f" There are {len(self.wrong) - 1} more problems." if len(self.wrong) > 1 else ""
        super().__init__(f"Row {first.row + 1}, {first.column}: {first.sentence}{more}", errors=self._by_field())

    def _by_field(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self.wrong[:100]:
            found.setdefault(f"{one.row}.{one.column}", []).append(one.sentence)
        return found


@dataclass
class Brought:
    """How many rows made something, changed something, or were as what is there."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass
class Batch:
    """The rows of one plural verb while it looks at them."""

    rows: Sequence[Given]
    wrong: list[Wrong] = field(default_factory=list)
    _bad: set[int] = field(default_factory=set)

    def refuse(self, row: int, column: str, sentence: str, *, missing: tuple[str, str] | None = None) -> None:
        """Note what is wrong with a row; the verb goes on to the others."""
        self.wrong.append(Wrong(row, column, sentence, missing))
        self._bad.add(row)

    def good(self) -> Iterator[tuple[int, Given]]:
        """The rows nothing is known to be wrong with, with their places."""
        return ((place, row) for place, row in enumerate(self.rows) if place not in self._bad)

    def is_good(self, place: int) -> bool:
        return place not in self._bad

    def values(self, column: str) -> set[Any]:
        """Every value of a column, without the empty ones; of lists, every element."""
        found: set[Any] = set()
        for row in self.rows:
            value = row.get(column)
            if isinstance(value, (list, tuple)):
                found.update(value)
            elif value not in (None, ""):
                found.add(value)
        return found

    def refuse_repeated(self, identity: Callable[[Given], Hashable], column: str, what: str) -> None:
        """Refuse every row whose identity an earlier one has."""
        seen: set[Hashable] = set()
        for place, row in self.good():
            key = identity(row)
            if key in seen:
                self.refuse(place, column, f"This {what} stands in an earlier row already; keep one of them.")
            seen.add(key)

    def find(self, place: int, column: str, kind: str, name: str, among: Mapping[str, Any]) -> Any:
        """The thing a cell names, or None with the row refused."""
        found = among.get(name)
        if found is None:
            self.refuse(place, column, missing_sentence(kind, name), missing=(kind, name))
        return found

    def need(self, place: int, row: Given, what: str, columns: Iterable[str]) -> None:
        """Refuse a row that makes something new without what it needs."""
        for column in columns:
            if row.get(column) in (None, ""):
                self.refuse(place, column, f"A new {what} needs this; add the column {column} with a value.")

    def end(self) -> None:
        """Raise what is wrong, if anything is."""
        if self.wrong:
            raise WrongRows(self.wrong)


def plain_values(row: Given, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The values a row gives to `columns`; what it clears gets the value that stands there for nothing."""
    return {name: nothing if row[name] in (None, "") else row[name] for name, nothing in columns.items() if name in row}


def missing_sentence(kind: str, name: str) -> str:
    shown = name if len(name) <= 100 else f"{name[:100]}…"
    return f"There is no {kind} “{shown}”; bring it in the same call or correct the name."


class Writing(Generic[M]):
    """The rows of one table that are to be made or changed: compared value by value, written in few statements."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        self.new: list[M] = []
        self.changed: dict[int, M] = {}
        self._columns: dict[int, dict[str, None]] = {}

    def make(self, **values: Any) -> M:
        """A new row, not written yet."""
        made = self.model(**values)
        self.new.append(made)
        return made

    def set(self, thing: M, values: Mapping[str, Any]) -> list[str]:
        """Give a row values; returns the columns that differ from before. New rows just take them."""
        if thing.pk is None:
            for name, value in values.items():
                setattr(thing, name, value)
            return list(values)
        differing = [name for name, value in values.items() if getattr(thing, name) != value]
        for name in differing:
            setattr(thing, name, values[name])
        if differing:
            self.changed[thing.pk] = thing
            self._columns.setdefault(thing.pk, {}).update(dict.fromkeys(differing))
        return differing

    def write(self) -> None:
        """Write what is new and what differs, nothing else."""
        self.write_new()
        self.write_changed()

    def write_new(self, rows: Iterable[M] | None = None) -> None:
        """Write the new rows (or only some of them, when others refer to them)."""
        copy_rows(self.new if rows is None else list(rows))

    def write_changed(self) -> None:
        """Write what differs, a statement for each set of columns."""
        groups: dict[tuple[str, ...], list[M]] = {}
        for pk, thing in self.changed.items():
            groups.setdefault(tuple(sorted(self._columns[pk])), []).append(thing)
        for columns, things in groups.items():
            self._objects.bulk_update(things, columns, batch_size=BATCH)

    @property
    def _objects(self) -> Any:
        return self.model._default_manager

    def count(self, rows: int) -> Brought:
        """What to answer when every one of `rows` rows stood for one thing of this table."""
        return Brought(len(self.new), len(self.changed), rows - len(self.new) - len(self.changed))


def circles(edges: Mapping[N, Collection[N]]) -> list[list[N]]:
    """The circles of a graph (from → to): every strongly connected part with more than one node, or that points at itself.

    Each is a walk along its edges that ends where it began, so that a sentence can show it.
    """
    order: list[N] = []
    seen: set[N] = set()
    for start in edges:
        _walk(start, edges, seen, order)
    back: dict[N, list[N]] = {}
    for origin, targets in edges.items():
        for target in targets:
            back.setdefault(target, []).append(origin)
    found: list[list[N]] = []
    placed: set[N] = set()
    for node in reversed(order):
        if node in placed:
            continue
        part: list[N] = []
        _walk(node, back, placed, part)
        if len(part) > 1 or node in edges.get(node, ()):
            found.append(_round_trip(node, set(part), edges))
    return found


def _walk(start: N, edges: Mapping[N, Collection[N]], seen: set[N], done: list[N]) -> None:
    """Depth first from `start`, without recursion: chains may be longer than Python's stack. Adds each node as it is finished."""
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(edges.get(start, ())))]
    while stack:
        node, targets = stack[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(edges.get(target, ()))))
                break
        else:
            done.append(node)
            stack.pop()


def _round_trip(node: N, part: set[N], edges: Mapping[N, Collection[N]]) -> list[N]:
    """The shortest way from a node of a strongly connected part back to itself."""
    came_from: dict[N, N] = {}
    ahead = [node]
    while ahead:
        following: list[N] = []
        for here in ahead:
            for target in edges.get(here, ()):
                if target == node:
                    walk = [node, here]
                    while here != node:
                        here = came_from[here]
                        walk.append(here)
                    return walk[::-1]
                if target in part and target not in came_from:
                    came_from[target] = here
                    following.append(target)
        ahead = following
    return [node]
