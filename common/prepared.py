"""Queries that are composed once: on hot paths Django takes longer to write the SQL than PostgreSQL takes to answer it."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """`Prepared(make, sample, …)`: `make(sample, …)` gives the queryset; `rows(value, …)` runs it with other values.

    Samples are values of the right type that occur nowhere else in the query. Made at the first use, when all models are there.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], *samples: Any) -> None:
        self._make = make
        self._samples = samples
        self._sql = ""
        self._params: list[tuple[bool, Any]] = []

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """The rows as PostgreSQL gives them; nothing is converted as fields of their own kind would."""
        if not self._sql:
            sql, params = self._make(*self._samples).query.sql_with_params()
            self._params = [
                (given in self._samples, self._samples.index(given) if given in self._samples else given) for given in params
            ]
            self._sql = sql
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [values[given] if is_place else given for is_place, given in self._params])
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found
