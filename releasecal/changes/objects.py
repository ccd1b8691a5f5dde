"""Which things a changed row belongs to, as programs know them: a row of a table between two nouns is a change of the one it hangs on."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models

from common import labels
from common.rows import kind_of
from history.queries import model_of

Thing = tuple[str, int]
# An artefact hangs on its candidate, and that on its release; nothing hangs deeper than this.
DEEPEST = 5


def owners(rows: Collection[tuple[str, int]]) -> dict[tuple[str, int], set[Thing]]:
    """For (table, row) the things that show it: the row itself where it is one, and what it hangs on by a cascade."""
    found: dict[tuple[str, int], set[Thing]] = {row: set() for row in rows}
    # From which of `rows` one comes to a row: on the way up several may lead to the same one.
    below: dict[tuple[str, int], set[tuple[str, int]]] = {row: {row} for row in rows}
    for _ in range(DEEPEST):
        above: dict[tuple[str, int], set[tuple[str, int]]] = {}
        for table, numbers in _by_table(below).items():
            kind = _kinds().get(table)
            if kind:
                for number in numbers:
                    for origin in below[table, number]:
                        found[origin].add((kind, number))
            for column, parent in _parents().get(table, ()):
                for number, parent_number in _values(table, numbers, column):
                    above.setdefault((parent, parent_number), set()).update(below[table, number])
        if not above:
            break
        below = above
    return found


def referred_to_by_gone(kind: str, number: int) -> Iterator[Thing]:
    """What a deleted thing referred to when it went: one may know of it who may see all that."""
    model = model_of(kind)
    for described in model._meta.concrete_fields:
        related: Any = described.related_model
        if related is not None and kind_of(related) in labels.kinds():
            for _, value in _values(model._meta.db_table, [number], str(described.column)):
                yield kind_of(related), value
    if hasattr(model, "holder_kind"):
        yield from _holders(model._meta.db_table, number)


def _values(table: str, numbers: Iterable[int], column: str) -> list[tuple[int, int]]:
    """(row, value of a column) as history knows them: every row was inserted under it, in full."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT row_id, (coalesce(after, before) ->> %s)::bigint FROM history_change"
            " WHERE table_name = %s AND row_id = ANY(%s) AND coalesce(after, before) ->> %s IS NOT NULL",
            [column, table, list(numbers), column],
        )
        return [(int(row), int(value)) for row, value in cursor.fetchall()]


def _holders(table: str, number: int) -> list[Thing]:
    """What held a row that names its holder by kind and id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT coalesce(after, before) ->> 'holder_kind', (coalesce(after, before) ->> 'holder_id')::bigint"
            " FROM history_change WHERE table_name = %s AND row_id = %s AND coalesce(after, before) ->> 'holder_kind' <> ''"
            " AND coalesce(after, before) ->> 'holder_id' IS NOT NULL",
            [table, number],
        )
        return [(str(kind), int(held)) for kind, held in cursor.fetchall()]


def _by_table(rows: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    tables: dict[str, set[int]] = {}
    for table, number in rows:
        tables.setdefault(table, set()).add(number)
    return tables


@cache
def _kinds() -> dict[str, str]:
    """The kinds that have names, by table."""
    named = labels.kinds()
    return {model._meta.db_table: kind_of(model) for model in apps.get_models() if _is_ours(model) and kind_of(model) in named}


@cache
def _parents() -> dict[str, list[tuple[str, str]]]:
    """What rows hang on, by table: (column, table of the parent)."""
    parents: dict[str, list[tuple[str, str]]] = {}
    for model in apps.get_models(include_auto_created=True):
        if not _is_ours(model):
            continue
        for described in model._meta.concrete_fields:
            related: Any = described.related_model
            if related is None or getattr(described.remote_field, "on_delete", None) is not models.CASCADE:
                continue
            owner = model._meta.auto_created
            if not owner or owner is related:
                parents.setdefault(model._meta.db_table, []).append((str(described.column), related._meta.db_table))
    return parents


def _is_ours(model: type[models.Model]) -> bool:
    return hasattr(model, "revision") or hasattr(model._meta.auto_created, "revision")
