"""Querysets as statements that are compiled once and run many times.

Putting a queryset into SQL costs more than running it on an index. What changes from one question to the next (the range, the
cursor, the limit, ids) stands in a queryset as `Later(name)`; the rest is part of the key its statement is kept under.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Expression, F, Field, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from common.kept import Kept

MOST_KEPT: Final = 512


@dataclass(frozen=True)
class Blank:
    """Stands among the parameters of a statement for a value that is filled in when it is run."""

    name: str
    #: Ids are written as the text of an array: PostgreSQL reads that as one value, and `ARRAY[…]` as hundreds of expressions.
    are_ids: bool = False

    def filled(self, values: Mapping[str, Any]) -> Any:
        value = values[self.name]
        return f"{{{','.join(map(str, value))}}}" if self.are_ids else value


class Later(Expression):
    """A value of a queryset that is known only when its statement is run. It goes to PostgreSQL as it is given then."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", (Blank(self.name),)


class _LaterIds(Later):
    """Ids of a queryset that are known only when its statement is run."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", (Blank(self.name, are_ids=True),)


class Among(Func):
    """Whether a column of ids, its own or that of a relation, is one of those given later as `name`."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, column: str, name: str = "ids") -> None:
        super().__init__(F(column), _LaterIds(name, ArrayField(BigIntegerField())))


@dataclass(frozen=True)
class Statement:
    """SQL and its parameters, some of them still blank. Without SQL it is the statement that nothing can match."""

    sql: str = ""
    parameters: tuple[Any, ...] = ()

    def run(self, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Its rows as PostgreSQL gives them, with `values` in the blanks."""
        if not self.sql:
            return []
        given = values or {}
        filled = [each.filled(given) if isinstance(each, Blank) else each for each in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, filled)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def limited(self) -> "Statement":
        """The same, of no more rows than `limit`, which is given later."""
        return Statement(f"{self.sql} LIMIT %s", (*self.parameters, Blank("limit"))) if self.sql else self


def compiled(queryset: "QuerySet[Any, Any]") -> Statement:
    """The statement of a queryset. Nothing is asked of the database but what the queryset asked as it was made."""
    try:
        sql, parameters = queryset.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return Statement()
    return Statement(sql, tuple(parameters))


def joined(statements: Iterable[Statement], head: str = "", tail: str = "", *, blanks: Sequence[str] = ()) -> Statement:
    """`statements` by UNION ALL between `head` and `tail`; `blanks` are the parameters of the tail."""
    some = [each for each in statements if each.sql]
    if not some:
        return Statement()
    sql = " UNION ALL ".join(f"({each.sql})" for each in some)
    parameters = [each for statement in some for each in statement.parameters]
    return Statement(f"{head}{sql}{tail}", (*parameters, *(Blank(name) for name in blanks)))


_statements = Kept(MOST_KEPT)


def statement(key: Hashable, build: Callable[[], Statement], *, keep: Callable[[], bool]) -> Statement:
    """The statement kept under `key`, else what `build` makes, which is then kept if `keep` says so.

    Keys begin with what the statement is for, and hold all that `build` depends on, of the caller too. What was asked of the
    database while building must be asked again by `keep`, so that no one's view of things is kept for somebody who sees others.
    """
    found: Statement | None = _statements.get(key)
    if found is None:
        found = build()
        if keep():
            _statements.put(key, found)
    return found


def for_all() -> bool:
    """For `keep`: building asks the database nothing and depends on its key alone, so that the statement holds always."""
    return True
