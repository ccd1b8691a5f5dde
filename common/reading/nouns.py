"""A noun as REST shows it, and how a page of it is read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from common import pagination
from common.reading.columns import Column, Computed, Plain, text_schema
from common.reading.questions import Question, a_number, a_text, an_instant
from common.statements import Among, Later, Statement, compiled, for_all, statement


@dataclass(frozen=True, eq=False)
class Noun:
    """What REST shows of a kind, at `place`, each under the name `by` (`id`, `code`, `slug`, or `key` with its `prefix`).

    `tables`: all whose rows an answer depends on, those that decide who may see what included; ETags come from their last numbers.
    `order`: columns of a B-tree that ends with one that is unique, all in one direction. `unasked`: what a list leaves out as
    long as the parameter of that name is absent. `within`: for what has no address of its own, the noun it lies in and the path to
    it, such as `(RELEASES, "release")`. `documented_as`: how the documents call its objects, where single ones show more than
    lists do.
    """

    kind: str
    place: str
    model: Any
    by: str
    order: tuple[str, ...]
    tables: tuple[str, ...]
    columns: tuple[Column, ...]
    prefix: str = ""
    page: str | None = None
    within: "tuple[Noun, str] | None" = None
    unasked: Mapping[str, Q] = field(default_factory=dict)
    documented_as: str = ""

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        """The columns as shown: the identity first, what every object has around the noun's own."""
        head: list[Column] = [Plain("id")]
        if self.by == "key":
            prefix = self.prefix
            head.append(Computed("key", ("id",), lambda _: lambda number: f"{prefix}{number}", text_schema()))
        elif self.by != "id":
            head.append(Plain(self.by))
        uri = text_schema(format="uri")
        head += [
            Computed("url", self._address_sources, lambda question: self.addresses_from(question.base), uri),
            Computed("html_url", self._address_sources, self._pages, uri),
        ]
        return (*head, *self.columns, Plain("updated_at"), Plain("revision"))

    @cached_property
    def field_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.all_columns)

    @property
    def own_column(self) -> str:
        return "id" if self.by in ("id", "key") else self.by

    @cached_property
    def _address_sources(self) -> tuple[str, ...]:
        if self.within is None:
            return (self.own_column,)
        outer, path = self.within
        return (self.own_column, f"{path}_id" if outer.own_column == "id" else f"{path}__{outer.own_column}")

    def addresses_from(self, base: str) -> Callable[..., str]:
        prefix, place = self.prefix, self.place
        if self.within is None:
            start = f"{base}{place}/{prefix}"
            return lambda name: f"{start}{name}/"
        outer = self.within[0]
        start = f"{base}{outer.place}/{outer.prefix}"
        return lambda name, outer_name: f"{start}{outer_name}/{place}/{prefix}{name}/"

    def _pages(self, question: Question) -> Callable[..., str]:
        if self.page is not None:
            address = question.root + self.page
            return lambda *_: address
        if self.within is None:
            return self.addresses_from(question.root)
        outer = self.within[0]
        pages = outer.addresses_from(question.root)
        return lambda _, outer_name: pages(outer_name)

    def address_of(self, name: Any) -> str:
        """The path of the one called `name` in REST; for nouns with an address of their own."""
        return self.addresses_from("/api/v1/")(name)

    # --- reading

    def visible_to(self, user: Any) -> QuerySet[Any, Any]:
        found: QuerySet[Any, Any] = self.model.objects.visible_to(user)
        return found

    def named(self, user: Any, name: str) -> QuerySet[Any, Any]:
        """The one called `name`, if the user may see it; none for what is no such name."""
        visible = self.visible_to(user)
        if self.by == "key":
            return visible.with_key(name)  # type: ignore[attr-defined, no-any-return]  # nouns with keys have this phrase
        if self.by == "id":
            return visible.filter(pk=int(name)) if name.isascii() and name.isdigit() and len(name) <= 18 else visible.none()
        return visible.filter(**{self.by: name}) if "\0" not in name else visible.none()

    def page_of(
        self, found: QuerySet[Any, Any], question: Question, *, cacheable: bool
    ) -> tuple[list[dict[str, Any]], str | None, str | None]:
        """One page as JSON-ready objects, with the cursors after and before it.

        `cacheable`: `found` is all there is of the model, so that every caller who asks in this way asks the same.
        """
        columns = self._chosen(question)
        cursor = question.cursor(self._cursor_readers)
        backwards = cursor is not None and cursor[0] == "p"
        sources, places = self._layout(columns)
        key_places = [sources.index(name) for name in self._order_names]

        def composed(asked: QuerySet[Any, Any]) -> Statement:
            return compiled(self._ordered(asked, cursor is not None, backwards).values_list(*sources)).limited()

        key = ("page", self, sources, backwards, cursor is not None)
        # Composed of the model alone: nothing that was found for one caller can be kept for another.
        asked = statement(key, lambda: composed(self.model.objects.all()), keep=for_all) if cacheable else composed(found)
        rows = asked.run({"limit": question.limit + 1, **(dict(zip(self._order_names, cursor[1], strict=True)) if cursor else {})})
        more, rows = len(rows) > question.limit, rows[: question.limit]
        if backwards:
            rows.reverse()
        after = before = None
        if rows:
            has_after, has_before = (True, more) if backwards else (more, cursor is not None)
            after = pagination.encode("n", tuple(rows[-1][place] for place in key_places)) if has_after else None
            before = pagination.encode("p", tuple(rows[0][place] for place in key_places)) if has_before else None
        return _shape(columns, places, rows, question), after, before

    def one_of(self, found: QuerySet[Any, Any], question: Question) -> tuple[dict[str, Any], int] | None:
        """The one object of `found` as JSON, and its revision."""
        columns = self._chosen(question)
        sources, places = self._layout(columns, "revision")
        rows = list(found.values_list(*sources)[:1])
        if not rows:
            return None
        return _shape(columns, places, rows, question)[0], int(rows[0][sources.index("revision")])

    def _chosen(self, question: Question) -> tuple[Column, ...]:
        wanted = question.fields(self.field_names)
        return self.all_columns if wanted is None else tuple(column for column in self.all_columns if column.name in wanted)

    def _layout(self, columns: Sequence[Column], *more: str) -> tuple[tuple[str, ...], list[list[int]]]:
        """What is selected, each once, and where each column's sources stand."""
        wanted = [*(source for column in columns for source in column.sources), *self._order_names, *more]
        sources = {name: place for place, name in enumerate(dict.fromkeys(wanted))}
        return tuple(sources), [[sources[name] for name in column.sources] for column in columns]

    @cached_property
    def _order_names(self) -> tuple[str, ...]:
        return tuple(name.removeprefix("-") for name in self.order)

    @cached_property
    def _cursor_readers(self) -> list[Callable[[Any], Any]]:
        readers: list[Callable[[Any], Any]] = []
        for name in self._order_names:
            described = self.model._meta.get_field(name)
            if isinstance(described, models.DateField):
                readers.append(
                    an_instant if isinstance(described, models.DateTimeField) else lambda value: an_instant(value).date()
                )
            else:
                readers.append(a_text if isinstance(described, models.CharField) else a_number)
        return readers

    def _ordered(self, found: QuerySet[Any, Any], is_cut: bool, backwards: bool) -> QuerySet[Any, Any]:
        """In the order of pages; `is_cut`: those past a place that is given later, each of its values under its column's name."""
        falling = self.order[0].startswith("-") != backwards
        ordered = found.order_by(*(f"-{name}" if falling else name for name in self._order_names))
        if not is_cut:
            return ordered
        place = [Later(name, self.model._meta.get_field(name)) for name in self._order_names]
        return ordered.filter(_beyond(self._order_names, place, "lt" if falling else "gt"))


def _beyond(names: Sequence[str], key: Sequence[Any], way: str) -> Q:
    """The rows past `key`. The outer condition is one range of the index; the inner one settles equals."""
    if len(names) == 1:
        return Q(**{f"{names[0]}__{way}": key[0]})
    return Q(**{f"{names[0]}__{way}e": key[0]}) & (Q(**{f"{names[0]}__{way}": key[0]}) | _beyond(names[1:], key[1:], way))


def _shape(
    columns: Sequence[Column], places: Sequence[Sequence[int]], rows: Sequence[Any], question: Question
) -> list[dict[str, Any]]:
    if not rows:
        return []
    given = list(zip(*rows, strict=True))
    shown = [column.values([given[place] for place in stands], question) for column, stands in zip(columns, places, strict=True)]
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*shown, strict=True)]


def related(model: Any, path: str, ids: Iterable[int], *sources: str, order: tuple[str, ...] = ("id",)) -> list[tuple[Any, ...]]:
    """The rows of `model` whose column `path` is one of `ids`: (that id, *sources), ordered. For the lists inside a page's rows."""

    def build() -> Statement:
        return compiled(model.objects.filter(Among(path)).order_by(*order).values_list(path, *sources))

    return statement(("related", model, path, sources, order), build, keep=for_all).run({"ids": list(ids)})
