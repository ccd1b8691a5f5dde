"""The calendar's one source: every kind of entry, composed by UNION ALL and asked by range, filters and cursor.

A range is asked for in two parts: what is under way as it begins (by the interval index: few rows), and what begins in it (by the
index on the beginning, in its order, no further than the limit). `during && range ORDER BY start LIMIT n` in one would walk the
second index from the beginning of time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any, Final, NamedTuple

from django.db.models import BigIntegerField, CharField, DateField, DateTimeField, F, Func, Q, TextField, Value
from django.db.models.functions import Cast

from common.intervals import day_begins
from common.statements import Later, Statement, compiled, joined, statement
from schedule.branches import BRANCHES
from schedule.branches.branch import Branch, Entry
from schedule.branches.sight import Sight
from schedule.vocabulary import Cursor, Key, Narrowing, Span

#: The traits of entries that are counted.
TRAITS: Final = ("environment", "release", "project", "program", "status", "commitment")

UNDER_WAY, BEGINNING = "under way", "beginning"


class Cell(NamedTuple):
    """An entry of the month table: its days, both inclusive and within the table, and how many of its kind have the same days."""

    kind: str
    number: int
    first: date
    last: date
    alike: int


class Traits(NamedTuple):
    """What one entry counts for; ids, values and nothing."""

    kind: str
    number: int
    environment: int | None
    release: int | None
    project: int | None
    program: int | None
    status: str | None
    commitment: str | None


@dataclass(frozen=True)
class _Part:
    """One half of a branch's range. `past` says how it is cut by a cursor: see `_cut`."""

    at: int
    half: str
    past: str = ""
    is_shadow: bool = False


# --- lists


def keys(sight: Sight, span: Span, narrowing: Narrowing, *, limit: int, cursor: Cursor | None = None) -> list[Key]:
    """The first `limit` places of entries in the range, in order; with a cursor those after it, or the nearest ones before it."""
    parts = tuple(_parts(sight, narrowing, span, cursor))
    backwards = cursor is not None and cursor.backwards
    asked = statement(
        ("keys", sight.hidden, narrowing, parts, backwards),
        lambda: _ordered(sight, narrowing, parts, backwards=backwards),
        keep=sight.still_holds,
    )
    found = [Key._make(row) for row in asked.run(_values(span, cursor) | {"limit": limit})]
    return found[::-1] if backwards else found


def entries(sight: Sight, wanted: Sequence[tuple[str, int]]) -> list[Entry]:
    """The entries of (kind, number) pairs, in the same order: one query a kind. What is gone meanwhile is left out."""
    ids: dict[str, list[int]] = {}
    for kind, number in wanted:
        ids.setdefault(kind, []).append(number)
    found = {branch.kind: branch.entries(sight, ids[branch.kind]) for branch in BRANCHES if branch.kind in ids}
    return [found[kind][number] for kind, number in wanted if number in found[kind]]


def entry(sight: Sight, kind: str, number: int) -> Entry | None:
    """One entry the caller may see, if only as restricted; None when there is none."""
    for branch in BRANCHES:
        if branch.kind == kind:
            visible = branch.found(sight.user, Narrowing()).filter(pk=number).exists()
            shadow = not visible and branch.shadows and branch.shadows(sight, Narrowing()).filter(pk=number).exists()
            return branch.entries(sight, [number]).get(number) if visible or shadow else None
    return None


def count(sight: Sight, span: Span, narrowing: Narrowing) -> int:
    """How many entries the range has."""
    parts = tuple(_parts(sight, narrowing, span, None))

    def build() -> Statement:
        made = [compiled(_columns(_selected(sight, narrowing, part), BRANCHES[part.at])) for part in parts]
        return joined(made, "SELECT count(*) FROM (", ") AS entry")

    asked = statement(("count", sight.hidden, narrowing, parts), build, keep=sight.still_holds)
    return sum(number for (number,) in asked.run(_values(span, None)))


# --- the month table


def cells(sight: Sight, span: Span, narrowing: Narrowing, *, most: int) -> list[Cell]:
    """What a table of the days of `span` shows: of each kind at most `most` entries with the same days.

    One row at least for all the days entries have, so that with `alike` every day can be counted exactly.
    """
    parts = tuple(_parts(sight, narrowing, span, None))

    def build() -> Statement:
        made = []
        for part in parts:
            branch = BRANCHES[part.at]
            first, last = _days(branch)
            made.append(compiled(_columns(_selected(sight, narrowing, part), branch, first_day=first, last_day=last)))
        head = (
            "SELECT kind, number, first_day, last_day, alike FROM (SELECT entry.*, row_number() OVER same AS rank,"
            " count(*) OVER (PARTITION BY kind, first_day, last_day) AS alike FROM ("
        )
        tail = (
            ") AS entry (starts_at, kind, number, first_day, last_day) WINDOW same AS (PARTITION BY kind, first_day, last_day ORDER BY starts_at, number)) AS ranked"
            " WHERE rank <= %s ORDER BY starts_at, kind, number"
        )
        return joined(made, head, tail, blanks=["most"])

    asked = statement(("cells", sight.hidden, narrowing, parts), build, keep=sight.still_holds)
    return [Cell._make(row) for row in asked.run(_values(span, None) | {"most": most})]


# --- counts


def traits(sight: Sight, span: Span, narrowing: Narrowing, *, most: int) -> list[Traits]:
    """What the entries in the range count for, of up to `most` of them. Restricted ones count nowhere."""
    parts = tuple(part for part in _parts(sight, narrowing, span, None) if not part.is_shadow)

    def build() -> Statement:
        made = []
        for part in parts:
            branch = BRANCHES[part.at]
            selected = _selected(sight, narrowing, part).annotate(**{f"_{name}": _trait(branch, name) for name in TRAITS})
            selected = selected.annotate(_kind=_kind(branch)).values_list("_kind", "pk", *(f"_{name}" for name in TRAITS))
            made.append(compiled(selected))
        return joined(made, "SELECT * FROM (", ") AS entry LIMIT %s", blanks=["most"])

    asked = statement(("traits", sight.hidden, narrowing, parts), build, keep=sight.still_holds)
    return [Traits._make(row) for row in asked.run(_values(span, None) | {"most": most})]


# --- how it is composed


def _parts(sight: Sight, narrowing: Narrowing, span: Span, cursor: Cursor | None) -> Iterator[_Part]:
    """The halves the answer is made of: those a cursor leaves out are not even asked."""
    for at, branch in enumerate(BRANCHES):
        if narrowing.kinds and branch.kind not in narrowing.kinds:
            continue
        shadows = [False, True] if branch.shadows and sight.hidden.releases and narrowing.tells_nothing else [False]
        for is_shadow in shadows:
            for half, past in _halves(branch, span, cursor):
                yield _Part(at, half, past, is_shadow)


def _halves(branch: Branch, span: Span, cursor: Cursor | None) -> Iterator[tuple[str, str]]:
    under_way = [UNDER_WAY] if branch.during else []
    if cursor is None:
        yield from ((half, "") for half in [*under_way, BEGINNING])
        return
    past, before_range = _past(branch, span, cursor)
    if before_range and not cursor.backwards:
        yield from ((half, past) for half in under_way)
        yield BEGINNING, ""
    elif before_range:
        yield from ((half, past) for half in under_way)
    elif cursor.backwards:
        yield from ((half, "") for half in under_way)
        yield BEGINNING, past
    else:
        yield BEGINNING, past


def _past(branch: Branch, span: Span, cursor: Cursor) -> tuple[str, bool]:
    """How the rows of a branch are compared with a cursor, and whether it stands before the range begins.

    `>=`, `>`, `<`, `<=`: with its beginning alone; `after`, `before`: with its beginning and number, being of the same kind.
    """
    key = cursor.key
    before_range = key.starts_at < span.start
    same, sooner, later = ("before", "<", "<=") if cursor.backwards else ("after", ">=", ">")
    if branch.has_days:
        day = key.starts_at.astimezone(span.zone).date()
        before_range = day < span.first
        begins = day_begins(day, span.zone)
        if begins != key.starts_at:
            # The whole day comes before the cursor; only where midnight comes twice may it come after.
            return (later if begins < key.starts_at else sooner), before_range
    if branch.kind == key.kind:
        return same, before_range
    return (sooner if branch.kind > key.kind else later), before_range


def _ordered(sight: Sight, narrowing: Narrowing, parts: Sequence[_Part], *, backwards: bool) -> Statement:
    made = []
    for part in parts:
        branch = BRANCHES[part.at]
        selected = _columns(_selected(sight, narrowing, part), branch)
        is_limited = part.half == BEGINNING
        if is_limited:
            selected = selected.order_by(*(f"-{branch.start}", "-pk") if backwards else (branch.start, "pk"))
        # What is under way is few, and a limit there would tempt the planner into the index on the beginning.
        made.append(compiled(selected).limited() if is_limited else compiled(selected))
    order = "starts_at DESC, kind DESC, number DESC" if backwards else "starts_at, kind, number"
    tail = f") AS entry (starts_at, kind, number) ORDER BY {order} LIMIT %s"
    return joined(made, "SELECT starts_at, kind, number FROM (", tail, blanks=["limit"])


def _selected(sight: Sight, narrowing: Narrowing, part: _Part) -> Any:
    branch = BRANCHES[part.at]
    of_all_kinds = replace(narrowing, kinds=())
    found: Any = branch.found(sight.user, of_all_kinds)
    if part.is_shadow and branch.shadows:
        found = branch.shadows(sight, of_all_kinds)
    found = found.order_by()
    kind_of_time = DateField() if branch.has_days else DateTimeField()
    begin, end = (Later(name, kind_of_time) for name in (("first", "beyond") if branch.has_days else ("start", "end")))
    if part.half == UNDER_WAY:
        found = found.filter(**{f"{branch.during}__contains": begin, f"{branch.start}__lt": begin})
    else:
        found = found.filter(**{f"{branch.start}__gte": begin, f"{branch.start}__lt": end})
    return found.filter(_cut(branch, part.past)) if part.past else found


def _cut(branch: Branch, past: str) -> Q:
    """The condition for being past the cursor."""
    start = branch.start
    place = Later("cursor_day", DateField()) if branch.has_days else Later("cursor_at", DateTimeField())
    number = Later("cursor_number", BigIntegerField())
    if past == "after":
        return Q(**{f"{start}__gte": place}) & (Q(**{f"{start}__gt": place}) | Q(pk__gt=number))
    if past == "before":
        return Q(**{f"{start}__lte": place}) & (Q(**{f"{start}__lt": place}) | Q(pk__lt=number))
    lookup = {">=": "gte", ">": "gt", "<": "lt", "<=": "lte"}[past]
    return Q(**{f"{start}__{lookup}": place})


def _columns(found: Any, branch: Branch, **more: Any) -> Any:
    begins = _DayBegins(_later_zone(), F(branch.start)) if branch.has_days else F(branch.start)
    return found.annotate(starts_at_=begins, kind_=_kind(branch), **more).values_list("starts_at_", "kind_", "pk", *more)


def _kind(branch: Branch) -> Any:
    return Value(branch.kind, CharField())


def _trait(branch: Branch, name: str) -> Any:
    column: Any = TextField() if name in ("status", "commitment") else BigIntegerField()
    return branch.traits.get(name) or Cast(Value(None), column)


class _DayBegins(Func):
    """When a day begins in a zone."""

    template = "timezone(%(expressions)s::timestamp)"
    arg_joiner = ", "
    output_field = DateTimeField()


class _DayOf(Func):
    """The day of an instant in a zone."""

    function = "timezone"
    template = "(%(function)s(%(expressions)s))::date"
    output_field = DateField()


class _JustBefore(Func):
    """The last moment of an interval that ends, exclusively, with an instant."""

    template = "%(expressions)s - interval '1 microsecond'"
    output_field = DateTimeField()


class _DayBefore(Func):
    """The last day of a range of days."""

    template = "(upper(%(expressions)s) - 1)"
    output_field = DateField()


def _later_zone() -> Later:
    return Later("zone", TextField())


def _days(branch: Branch) -> tuple[Any, Any]:
    """The first and the last day of an entry, cut to those of the table."""
    first: Any = F(branch.start)
    last: Any = first
    if branch.has_days and branch.during:
        last = _DayBefore(F(branch.during))
    elif not branch.has_days:
        end = Func(F(branch.during), function="upper", output_field=DateTimeField())
        first, last = _DayOf(_later_zone(), first), _DayOf(_later_zone(), _JustBefore(end))
    table_first, table_beyond = Later("first", DateField()), Later("beyond", DateField())
    return (
        Func(first, Cast(table_first, DateField()), function="greatest", output_field=DateField()),
        Func(last, _Yesterday(table_beyond), function="least", output_field=DateField()),
    )


class _Yesterday(Func):
    template = "(%(expressions)s::date - 1)"
    output_field = DateField()


def _values(span: Span, cursor: Cursor | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "start": span.start.astimezone(UTC),
        "end": span.end.astimezone(UTC),
        "first": span.first,
        "beyond": span.beyond,
        "zone": span.zone.key,
    }
    if cursor:
        at = cursor.key.starts_at
        values |= {"cursor_at": at, "cursor_day": at.astimezone(span.zone).date(), "cursor_number": cursor.key.number}
    return values
