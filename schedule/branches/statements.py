"""Querysets as statements that are compiled once and run many times.

Putting a queryset into SQL costs more than running it on an index. What changes from one question to the next (the range, the
cursor, the limit, ids) stands in a queryset as `Later(name)`; the rest is part of the key its statement is kept under.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Expression, F, Field, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler

MOST_KEPT: Final = 512


@dataclass(frozen=True)
class Blank:
    """Stands among the parameters of a statement for a value that is filled in when it is run."""

    name: str


class Later(Expression):
    """A value of a queryset that is known only when its statement is run."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", (Blank(self.name),)


class Among(Func):
    """Whether a column is one of the values of `Later(name)`, given as a list."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, column: str, values: Later) -> None:
        super().__init__(F(column), values)


@dataclass(frozen=True)
class Statement:
    """SQL and its parameters, some of them still blank."""

    sql: str
    parameters: tuple[Any, ...] = ()

    def run(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Its rows, with `values` in the blanks."""
        filled = [values[each.name] if isinstance(each, Blank) else each for each in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, filled)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def compiled(queryset: "QuerySet[Any, Any]") -> Statement | None:
    """The statement of a queryset; None when nothing can match it."""
    try:
        sql, parameters = queryset.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return None
    return Statement(sql, tuple(parameters))


def joined(statements: Sequence[Statement], head: str, tail: str, *, blanks: Sequence[str] = ()) -> Statement:
    """`statements` by UNION ALL between `head` and `tail`; `blanks` are the parameters of the tail."""
    sql = " UNION ALL ".join(f"({each.sql})" for each in statements)
    parameters = [each for statement in statements for each in statement.parameters]
    return Statement(f"{head}{sql}{tail}", (*parameters, *(Blank(name) for name in blanks)))


class Kept:
    """A number of things by their keys, the longest unused given up first; shared by the threads of a process."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._things: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
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


_statements = Kept(MOST_KEPT)


def statement(key: Hashable, build: Callable[[], Statement | None], *, keep: Callable[[], bool]) -> Statement | None:
    """The statement kept under `key`, else what `build` makes. It is kept only when `keep` says so after it was built."""
    found = _statements.get(key)
    if found is None:
        made = build()
        found = (made,)
        if keep():
            _statements.put(key, found)
    kept: Statement | None = found[0]
    return kept
