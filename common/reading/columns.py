"""The kinds of columns a noun is shown in. Each knows what it selects, how a row becomes its value, and how it is documented."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.reading.questions import Question

Schema = dict[str, Any]
Values = Sequence[Any]

NOBODY_NAMED: Final = "former colleague"
#: In schemas of what is sent: a name of a thing of this kind, which must be there.
REFERS_TO: Final = "x-refers-to"


@dataclass(frozen=True, eq=False)
class Column:
    """One field of the answer. `sources` are the values it needs of a row."""

    name: str

    @property
    def sources(self) -> tuple[str, ...]:
        return ()

    def values(self, given: Sequence[Values], question: Question) -> Iterable[Any]:
        """What the column shows, row by row; `given` are the values of its sources, one sequence each.

        Column by column and not row by row: Python then walks a page in few calls, and that is most of what a page costs.
        """
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

    def values(self, given: Sequence[Values], question: Question) -> Iterable[Any]:
        return given[0]

    def schema(self, model: type[models.Model]) -> Schema:
        described: Any = None
        for name in self.sources[0].split("__"):
            described = (described.related_model if described else model)._meta.get_field(name)
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

    def values(self, given: Sequence[Values], question: Question) -> Iterable[Any]:
        return map(self.make(question), *given)

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

    def values(self, given: Sequence[Values], question: Question) -> Iterable[Any]:
        address = f"{question.base}{self.place}/" if self.place else ""
        by, prefix, also = self.by, self.prefix, self.also
        known: dict[Any, Any] = {None: None, **self._not_to_be_seen(given, question)}

        def read(name: Any, called: str, *more: Any) -> Any:
            if name in known:
                return known[name]
            shown = f"{prefix}{name}" if prefix else name
            found = known[name] = {by: shown, "name": called}
            if also:
                found.update(zip(also, more, strict=False))
            found["url"] = f"{address}{shown}/" if address else None
            return found

        return map(read, *given)

    def _not_to_be_seen(self, given: Sequence[Values], question: Question) -> dict[Any, Any]:
        """What stands for those the asker may not see, known before anything of them is shown."""
        if self.hidden is None:
            return {}
        names, numbers = given[0], given[self.sources.index(f"{self._path}_id")]
        asked = set(numbers) - {None}
        hidden = asked & question.hidden(self.kind, self.hidden) if asked else set()
        instead = question.restricted(self.kind, hidden) if hidden else {}
        return {name: instead[number] for name, number in zip(names, numbers, strict=True) if number in hidden}

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

    def values(self, given: Sequence[Values], question: Question) -> Iterable[Any]:
        (ids,) = given
        found = self.fetch(ids, question)
        empty = list(self.empty) if self.empty == () else self.empty
        return [found.get(number, empty) for number in ids]

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
