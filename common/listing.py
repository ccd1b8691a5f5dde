"""The one mechanism behind every page that lists a noun: what one may see → filters → search words → order → one page of rows.

    RELEASES = Listing(noun="release", filters=ReleaseFilter, facets=(Facet("status", "Status", ReleaseStatus.choices),), orders=(…))

    def releases(request):
        page = listing.read(request, RELEASES, Release.objects.visible_to(request.user))
        return pages.show(request, "releases/releases.html", {"page": page, "rows": …}, known=RELEASES.known)

The filters are those of the REST list of the same noun. What a page does not understand falls back with a notice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, cast

from django.core.exceptions import ValidationError
from django.db.models import Count, F, GeneratedField, Model, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from common import pages, pagination
from common.refusals import BadInput

ROWS: Final = 50
#: Beyond so many rows nobody waits for exact counts: the page says "more than", and the filters go without numbers.
COUNTED: Final = 10_000
MOST_WORDS: Final = 10
MOST_BOXES: Final = 40
LONGEST_SEARCH: Final = 200

SEARCH, CURSOR, SORT = "q", "cursor", "sort"
Choices = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Order:
    """One way to sort. `columns` end with one that is unique, and all go the same way: `("-starts_at", "-id")`. Nulls come last."""

    name: str
    words: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Facet:
    """One filter as people see it: boxes to tick when it has choices, else a line to write in.

    The words of a vocabulary are the filter's own; for things give `choices`, a function of the reader, and `column`, where their
    names stand, for the counts beside the boxes. More than MOST_BOXES of them are a line to write in.
    """

    name: str
    label: str
    choices: Callable[[Any], Choices] | None = None
    column: str = ""


@dataclass(frozen=True)
class Listing:
    """A noun's list: its django-filter class, the facets shown of it, and the orders it comes in, the first by default.

    `about`: the question the page answers; `belongs`: what an empty page says belongs here, and how it comes.
    `heading`: what stands above it, by default what it lists.
    """

    noun: str
    plural: str
    filters: Any
    orders: tuple[Order, ...]
    facets: tuple[Facet, ...] = ()
    about: str = ""
    belongs: str = ""
    has_times: bool = False
    heading: str = ""

    def __post_init__(self) -> None:
        unknown = {facet.name for facet in self.facets} - set(self.filters.base_filters)
        if unknown:
            raise ValueError(f"{self.filters.__name__} has no filter {', '.join(sorted(unknown))}")

    @property
    def title(self) -> str:
        return self.heading or self.plural[:1].upper() + self.plural[1:]

    @property
    def known(self) -> frozenset[str]:
        """The parameters an address of this list may have."""
        return frozenset({SEARCH, CURSOR, SORT, *self.filters.base_filters})


@dataclass
class Page:
    """What a list shows. `total` is None when there are more than COUNTED rows."""

    listing: Listing
    rows: list[Any]
    total: int | None
    order: Order
    orders: list[tuple[str, str, bool]]
    rail: dict[str, Any]
    is_filtered: bool
    clear: str = ""
    previous: str = ""
    next: str = ""

    @property
    def none_found(self) -> str:
        return f"No {self.listing.noun} matches these filters"

    @property
    def nothing_yet(self) -> str:
        return f"No {self.listing.plural} yet"

    @property
    def words(self) -> str:
        """How many there are, in words: `1 release`, `more than 10,000 releases`."""
        if self.total is None:
            return f"more than {COUNTED:,} {self.listing.plural}"
        return f"{self.total:,} {self.listing.noun if self.total == 1 else self.listing.plural}"


@dataclass
class _Asked:
    """The address as it was understood: `given` holds the filters that were, `words` the search."""

    request: HttpRequest
    given: QueryDict
    words: str
    order: Order
    cursor: tuple[str, tuple[Any, ...]] | None = None
    keep: list[tuple[str, str]] = field(default_factory=list)


def read(request: HttpRequest, listing: Listing, found: QuerySet[Any, Any]) -> Page:
    """One page of `found` (already only what the reader may see), as the address asks."""
    asked = _understand(request, listing, found)
    selected = _selected(listing, found, asked)
    total = _count(selected)
    rows, has_before, has_after = _slice(selected, asked)
    page = Page(
        listing=listing,
        rows=rows,
        total=total,
        order=asked.order,
        orders=[(order.words, _address(request, {SORT: order.name}), order is asked.order) for order in listing.orders],
        rail=_rail(request, listing, found, asked, with_counts=total is not None),
        clear=f"?{urlencode(asked.keep)}" if asked.keep else request.path,
        is_filtered=bool(asked.words or any(asked.given.values())),
    )
    if rows and has_before:
        page.previous = _address(request, {CURSOR: pagination.encode("p", _key(rows[0], asked.order))})
    if rows and has_after:
        page.next = _address(request, {CURSOR: pagination.encode("n", _key(rows[-1], asked.order))})
    return page


# --- what is asked


def _understand(request: HttpRequest, listing: Listing, found: QuerySet[Any, Any]) -> _Asked:
    given = QueryDict(mutable=True)
    for name in listing.filters.base_filters:
        values = [value for value in request.GET.getlist(name) if value != ""]
        if values:
            given.setlist(name, values)
    for name in listing.filters(given, queryset=found, request=request).form.errors:
        pages.notice(request, f"The address has a value of “{name}” that does not exist; this filter was left out.")
        given.pop(name, None)
    order = _order(request, listing)
    zone = request.GET.get(pages.ZONE)
    keep = [(pages.ZONE, zone)] if zone else []
    if order is not listing.orders[0]:
        keep.append((SORT, order.name))
    return _Asked(
        request=request, given=given, words=_words(request), order=order, cursor=_cursor(request, found.model, order), keep=keep
    )


def _words(request: HttpRequest) -> str:
    text = request.GET.get(SEARCH, "").strip()
    words = text.split()
    if "\0" in text or len(text) > LONGEST_SEARCH or len(words) > MOST_WORDS:
        pages.notice(request, f"The search was left out: it takes up to {MOST_WORDS} words and {LONGEST_SEARCH} characters.")
        return ""
    return text


def _order(request: HttpRequest, listing: Listing) -> Order:
    name = request.GET.get(SORT)
    for order in listing.orders:
        if order.name == name:
            return order
    if name:
        pages.notice(request, f"This list cannot be sorted that way; it is sorted by {listing.orders[0].words}.")
    return listing.orders[0]


def _cursor(request: HttpRequest, model: type[Model], order: Order) -> tuple[str, tuple[Any, ...]] | None:
    text = request.GET.get(CURSOR)
    if not text:
        return None
    try:
        direction, key = pagination.decode(text, len(order.columns))
        return direction, tuple(
            None if value == "" else _column(model, column).to_python(value)
            for column, value in zip(order.columns, key, strict=True)
        )
    except (BadInput, ValidationError, ValueError, TypeError, OverflowError):
        pages.notice(request, "The address names a place in this list that it does not have; this is its beginning.")
        return None


def _column(model: type[Model], path: str) -> Any:
    """The column at the end of a path such as `-project__code`."""
    *through, last = path.removeprefix("-").split("__")
    for name in through:
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]  # a path leads through relations only
    found = model._meta.get_field(last)
    return found.output_field if isinstance(found, GeneratedField) else found


# --- what is found


def _selected(listing: Listing, found: QuerySet[Any, Any], asked: _Asked, *, without: str = "") -> QuerySet[Any, Any]:
    given = asked.given
    if without in given:
        given = given.copy()
        del given[without]
    selected: Any = listing.filters(given, queryset=found, request=asked.request).qs if given else found
    selected = selected.matching(asked.words) if asked.words else selected
    return cast("QuerySet[Any, Any]", selected)


def _count(selected: QuerySet[Any, Any]) -> int | None:
    number = selected.order_by().values("pk")[: COUNTED + 1].count()
    return None if number > COUNTED else number


def _slice(selected: QuerySet[Any, Any], asked: _Asked) -> tuple[list[Any], bool, bool]:
    """The rows of the page, and whether there are any before and after them."""
    backwards = asked.cursor is not None and asked.cursor[0] == "p"
    model = selected.model
    ordered = selected.order_by(*(_ordering(model, column, backwards) for column in asked.order.columns))
    if asked.cursor:
        ordered = ordered.filter(_beyond(model, asked.order.columns, asked.cursor[1], backwards))
    rows = list(ordered[: ROWS + 1])
    has_more = len(rows) > ROWS
    rows = rows[:ROWS]
    if backwards:
        rows.reverse()
        return rows, has_more, True
    return rows, asked.cursor is not None, has_more


def _ordering(model: type[Model], column: str, backwards: bool) -> Any:
    path, descends = column.removeprefix("-"), column.startswith("-")
    if not _column(model, column).null:
        return path if descends == backwards else f"-{path}"
    nulls: dict[str, bool] = {"nulls_first": True} if backwards else {"nulls_last": True}
    return F(path).asc(**nulls) if descends == backwards else F(path).desc(**nulls)


def _beyond(model: type[Model], columns: Sequence[str], key: Sequence[Any], backwards: bool) -> Q:
    """The rows past `key`: equal in the first columns, and past it in the next."""
    beyond, equal = Q(pk__in=[]), Q()
    for column, value in zip(columns, key, strict=True):
        path, rises = column.removeprefix("-"), column.startswith("-") == backwards
        if value is None:
            past = Q(**{f"{path}__isnull": False}) if backwards else Q(pk__in=[])
            same = Q(**{f"{path}__isnull": True})
        else:
            past = Q(**{f"{path}__{'gt' if rises else 'lt'}": value})
            if _column(model, column).null and not backwards:
                past |= Q(**{f"{path}__isnull": True})
            same = Q(**{path: value})
        beyond |= equal & past
        equal &= same
    return beyond


def _key(row: Any, order: Order) -> tuple[Any, ...]:
    key = []
    for column in order.columns:
        value = row
        for name in column.removeprefix("-").split("__"):
            value = getattr(value, name)
        key.append("" if value is None else value if isinstance(value, (str, int, date, datetime)) else str(value))
    return tuple(key)


# --- what stands beside it


def _rail(request: HttpRequest, listing: Listing, found: QuerySet[Any, Any], asked: _Asked, *, with_counts: bool) -> dict[str, Any]:
    shown = {facet.name for facet in listing.facets}
    hidden = [(name, value) for name in asked.given if name not in shown for value in asked.given.getlist(name)]
    return {
        "filters": [_facet(request, listing, facet, found, asked, with_counts=with_counts) for facet in listing.facets],
        "keep": [*asked.keep, *hidden],
        "chosen": sum(len(asked.given.getlist(name)) for name in asked.given),
        "reset": f"?{urlencode(asked.keep)}" if asked.keep else request.path,
        "search": {"name": SEARCH, "value": asked.words},
    }


def _facet(
    request: HttpRequest, listing: Listing, facet: Facet, found: QuerySet[Any, Any], asked: _Asked, *, with_counts: bool
) -> dict[str, Any]:
    chosen = asked.given.getlist(facet.name)
    filtered = listing.filters.base_filters[facet.name]
    choices = list(facet.choices(request.user) if facet.choices else filtered.extra.get("choices", ()))
    if not choices or len(choices) > MOST_BOXES:
        return {"name": facet.name, "label": facet.label, "choices": None, "text": " ".join(chosen)}
    column = facet.column or ("" if hasattr(filtered, "condition") else filtered.field_name)
    counts = _counts(_selected(listing, found, asked, without=facet.name), column) if with_counts and column else None
    return {
        "name": facet.name,
        "label": facet.label,
        "choices": [
            {
                "value": value,
                "label": label[:1].upper() + label[1:],
                "count": None if counts is None else counts.get(value, 0),
                "chosen": value in chosen,
            }
            for value, label in choices
        ],
    }


def _counts(selected: QuerySet[Any, Any], column: str) -> dict[str, int]:
    grouped = selected.order_by().values_list(column).annotate(n=Count("pk", distinct="__" in column))
    return {str(value): number for value, number in grouped}


def _address(request: HttpRequest, change: dict[str, str]) -> str:
    """This page with other parameters; a new order begins at the beginning."""
    query = request.GET.copy()
    query.pop(CURSOR, None)
    for name, value in change.items():
        query[name] = value
    return f"?{query.urlencode()}"
