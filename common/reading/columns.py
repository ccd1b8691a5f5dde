"""The kinds of columns a noun is shown in. Each knows what it selects, how a row becomes its value, and how it is documented."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.reading.questions import Question

Schema = dict[str, Any]
Row = Sequence[Any]
Reader = Callable[[Row], Any]

NOBODY_NAMED: Final = "former colleague"


@dataclass(frozen=True, eq=False)
class Column:
    """One field of the answer. `sources` are the values it needs of a row."""

    name: str

    @property
    def sources(self) -> tuple[str, ...]:
        return ()

    def reader(self, places: Sequence[int], rows: Sequence[Row], question: Question) -> Reader:
        """The function from a row to the value; `places` are where its sources stand in it."""
        raise NotImplementedError

    def schema(self, model: type[models.Model]) -> Schema:
        """JSON Schema of the value."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Plain(Column):
    """A column of the table as it is. `source` where it is called otherwise there."""

    source: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source or self.name,)

    def schema(self, model: type[models.Model]) -> Schema:
        described: Any = None
        for name in self.sources[0].split("__"):
            described = (described.related_model if described else model)._meta.get_field(name)  # noqa: SLF001 - Django documents _meta as its public model API
        return schema_of(described)


@dataclass(frozen=True, eq=False)
class Computed(Column):
    """A value made of others: `make(question)` gives the function that takes them."""

    needs: tuple[str, ...]
    make: Callable[[Question], Callable[..., Any]]
    documented: Schema = field()

    @property
    def sources(self) -> tuple[str, ...]:
        return self.needs

    def reader(self, places: Sequence[int], rows: Sequence[Row], question: Question) -> Reader:
        function = self.make(question)
        if len(places) == 1:
            (at,) = places
            return lambda row: function(row[at])
        take = itemgetter(*places)
        return lambda row: function(*take(row))

    def schema(self, model: type[models.Model]) -> Schema:
        return self.documented


@dataclass(frozen=True, eq=False)
class Reference(Column):
    """Another thing, by the name it has in addresses: `{"slug": …, "name": …, "url": …}`, or null.

    `path` leads to it (by default called as the column); `also` are more of its columns worth a second look. Where things of `kind`
    may be restricted, `hidden(user)` gives the ids one may not see, and these are shown as `{"restricted": true, "contact": …}`.
    Things without an address of their own, such as teams, have no `place` and a null url.
    """

    place: str = ""
    by: str = "id"
    path: str = ""
    also: tuple[str, ...] = ()
    kind: str = ""
    hidden: Callable[[Any], Iterable[int]] | None = None
    prefix: str = ""

    @property
    def _path(self) -> str:
        return self.path or self.name

    @property
    def sources(self) -> tuple[str, ...]:
        named = f"{self._path}_id" if self.by in ("id", "key") else f"{self._path}__{self.by}"
        shown = (named, f"{self._path}__name", *(f"{self._path}__{name}" for name in self.also))
        return (*shown, f"{self._path}_id") if self.hidden and self.by not in ("id", "key") else shown

    def reader(self, places: Sequence[int], rows: Sequence[Row], question: Question) -> Reader:
        address = f"{question.base}{self.place}/" if self.place else ""
        at, name_at = places[:2]
        also = list(zip(places[2:], self.also, strict=False))
        by, prefix = self.by, self.prefix
        known = self._not_to_be_seen(places, rows, question)

        def read(row: Row) -> Any:
            name = row[at]
            if name is None:
                return None
            found = known.get(name)
            if found is None:
                shown = f"{prefix}{name}" if prefix else name
                found = known[name] = {by: shown, "name": row[name_at]}
                for place, column in also:
                    found[column] = row[place]
                found["url"] = f"{address}{shown}/" if address else None
            return found

        return read

    def _not_to_be_seen(self, places: Sequence[int], rows: Sequence[Row], question: Question) -> dict[Any, Any]:
        """What stands for those the asker may not see, known before anything of them is shown."""
        if self.hidden is None:
            return {}
        at, id_at = places[0], places[self.sources.index(f"{self._path}_id")]
        numbers = {row[id_at] for row in rows} - {None}
        hidden = numbers & question.hidden(self.kind, self.hidden) if numbers else set()
        instead = question.restricted(self.kind, hidden) if hidden else {}
        return {row[at]: instead[row[id_at]] for row in rows if row[id_at] in hidden}

    def schema(self, model: type[models.Model]) -> Schema:
        return reference_schema(self.by, also=self.also, nullable=True, restrictable=self.hidden is not None)


@dataclass(frozen=True, eq=False)
class Many(Column):
    """A list, read for the whole page at once: `fetch(ids, question)` gives the lists by the id of their row."""

    fetch: Callable[[Sequence[int], Question], Mapping[int, Any]]
    documented: Schema = field()
    empty: Any = ()

    @property
    def sources(self) -> tuple[str, ...]:
        return ("id",)

    def reader(self, places: Sequence[int], rows: Sequence[Row], question: Question) -> Reader:
        (at,) = places
        found = self.fetch([row[at] for row in rows], question)
        empty = list(self.empty) if self.empty == () else self.empty
        return lambda row: found.get(row[at], empty)

    def schema(self, model: type[models.Model]) -> Schema:
        return self.documented


def person(name: str) -> Computed:
    """A reference to a person: `{"id", "name", "url"}`, or null. People have no address of their own."""

    def make(question: Question) -> Callable[..., Any]:
        known: dict[int, Any] = {}

        def read(number: int | None, called: str | None) -> Any:
            if number is None:
                return None
            if number not in known:
                known[number] = {"id": number, "name": called or NOBODY_NAMED, "url": None}
            return known[number]

        return read

    return Computed(name, (f"{name}_id", f"{name}__name"), make, reference_schema("id", nullable=True))


# --- documents


def text_schema(**more: Any) -> Schema:
    return {"type": "string", **more}


def list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def reference_schema(by: str, *, also: Sequence[str] = (), nullable: bool = False, restrictable: bool = False) -> Schema:
    """How a reference is documented."""
    properties: Schema = {by: {"type": "integer" if by == "id" else "string"}, "name": {"type": "string"}}
    properties |= {name: {"type": "string"} for name in also}
    properties["url"] = {"type": ["string", "null"], "format": "uri"}
    shown: Schema = {"type": "object", "properties": properties, "required": list(properties)}
    alternatives = [shown]
    if restrictable:
        alternatives.append(
            {
                "type": "object",
                "description": "Something the caller may not see, and whom to ask.",
                "properties": {"restricted": {"type": "boolean", "const": True}, "contact": {"type": "string"}},
                "required": ["restricted", "contact"],
            }
        )
    if nullable:
        alternatives.append({"type": "null"})
    return shown if len(alternatives) == 1 else {"oneOf": alternatives}


def schema_of(described: Any) -> Schema:
    """JSON Schema of a column's values, from its field."""
    if isinstance(described, ArrayField):
        return list_of(schema_of(described.base_field))
    schema: Schema = {"type": "string"}
    if isinstance(described, models.BooleanField):
        schema = {"type": "boolean"}
    elif isinstance(described, (models.IntegerField, models.ForeignKey)):
        schema = {"type": "integer"}
    elif isinstance(described, models.DateTimeField):
        schema["format"] = "date-time"
    elif isinstance(described, models.DateField):
        schema["format"] = "date"
    elif isinstance(described, models.DecimalField):
        schema["format"] = "decimal"
    elif isinstance(described, models.CharField) and described.choices:
        schema["enum"] = [value for value, _ in described.flatchoices] + ([""] if described.blank else [])
    elif isinstance(described, models.CharField):
        schema["maxLength"] = described.max_length
    if described.help_text:
        schema["description"] = str(described.help_text)
    if described.null:
        schema["type"] = [schema["type"], "null"]
    return schema
