"""What happened, in plain sentences: the activity of one thing, and the events that the change feed tells.

Events hold ids and sentence templates only. Names are looked up as they are read, for the one who reads, through `common.labels`;
so nobody learns here what they may not see elsewhere, and a person made nameless is nameless in the past too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import cache, reduce
from operator import or_
from string import Formatter
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q

from common import labels, moments
from common.labels import Label, Named, Restricted
from common.rows import Row, kind_of
from history.models import Change, Event, Fact, Head

ENTRIES = 20
LONGEST_VALUE = 120
#: An event that tells more than so much is about many things.
_FEW = 12
_MACHINERY = frozenset({"id", "created_at", "updated_at", "revision"})
_UNNAMED = Label("something")
_ARTICLES = ("the ", "a ", "an ")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
Sides = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True)
class Sentence:
    """Words and names in their order; a name knows where it leads."""

    words: tuple[str | Named, ...]

    def __str__(self) -> str:
        return "".join(text_of(word) for word in self.words)


@dataclass(frozen=True)
class Difference:
    """One column that changed, in words; both sides are empty where only "changed" may be or need be said."""

    name: str
    before: str | Named = ""
    after: str | Named = ""

    @property
    def is_told(self) -> bool:
        return bool(self.before or self.after)


@dataclass
class Entry:
    """One event as it concerns one thing. `at` is a UTC instant."""

    number: int
    at: datetime
    actor_id: int
    actor: Named
    reason: str
    sentences: list[Sentence] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True)
class Activity:
    """Newest first. `more`: there are earlier ones; ask again with `before` = the number of the last entry."""

    entries: Sequence[Entry]
    more: bool


class Names:
    """Names for the things of many facts, asked for all at once; of what has no public name nothing is told."""

    def __init__(self, things: Iterable[tuple[str, int]], user: Any) -> None:
        known = labels.kinds()
        #: In which the reader reads times.
        self.zone: tzinfo = user.zone
        self._named = labels.of({thing for thing in things if thing[0] in known}, user)

    def of(self, kind: str, number: int) -> Named:
        return self._named.get((kind, number), _UNNAMED)


def text_of(value: str | Named) -> str:
    return value if isinstance(value, str) else value.text


def activity(
    kind: str, number: int, user: Any, *, limit: int = ENTRIES, before: int | None = None, after: int | None = None
) -> Activity:
    """What happened to the thing `number` of `kind`, newest first: the `limit` last entries with numbers below `before`.

    With `after` the first ones above that number instead, the newest of them first too; `more` then says there are later ones.
    The caller has made sure that `user` may see the thing. A reason was written about the whole event: it is told to those who may see
    all that happened in it. Nine queries at most, and one for each kind of thing that is named.
    """
    model = model_of(kind)
    facts = Fact.objects.filter(subject_kind=kind, subject_id=number).values_list("event_id")
    changes = Change.objects.filter(table_name=model._meta.db_table, row_id=number).values_list("event_id")
    found = Event.objects.filter(number__isnull=False, pk__in=facts.union(changes))
    if before is not None:
        found = found.filter(number__lt=before)
    if after is not None:
        found = found.filter(number__gt=after)
    events = list(found.order_by("-number" if after is None else "number")[: limit + 1])
    more, events = len(events) > limit, events[:limit]
    if after is not None:
        events.reverse()
    told = _told([event.pk for event in events], kind, number)
    differing = _differing([event.pk for event in events], model, number)
    reasoned = _subjects([event.pk for event in events if event.reason])
    things = {thing for subjects in reasoned.values() for thing in subjects}
    names = Names(things.union(_things_of(events, told, differing, model)), user)
    for event in events:
        if any(isinstance(names.of(*thing), Restricted) for thing in reasoned.get(event.pk, ())):
            event.reason = ""
    return Activity([_entry(event, told, differing, names, model, user) for event in events], more)


def sentence(fact: Fact, actor_id: int, names: Names) -> Sentence:
    """A fact as a sentence."""
    words: list[str | Named] = []
    for literal, name, _, _ in Formatter().parse(fact.template):
        if literal:
            words.append(literal)
        if name == "actor":
            words.append(names.of("user", actor_id))
        elif name == "subject":
            words.append(names.of(fact.subject_kind, fact.subject_id))
        elif name is not None:
            words.extend(_said(_readable(name, fact.data.get(name), names.zone), names))
    return Sentence((_begun(words[0]), *words[1:]) if words else ())


def things_of(fact: Fact) -> Iterator[tuple[str, int]]:
    """The (kind, id) of all that a fact names but for its actor."""
    yield fact.subject_kind, fact.subject_id
    for value in fact.data.values():
        for one in value if isinstance(value, list) else [value]:
            if _is_reference(one):
                yield one["kind"], int(one["id"])


def last_number() -> int:
    """The number of the last event."""
    return int(Head.objects.values_list("number", flat=True).get())


def state(tables: Iterable[str]) -> bytes | None:
    """The hash of the last event that changed one of `tables`: no other state, of this or another database, has the same one.

    None while it cannot be told: inside a transaction rows may have changed that have no number yet, and at the very beginning
    there is no event.
    """
    if connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hash FROM history_event WHERE number = (SELECT max(last) FROM history_mark WHERE table_name = ANY(%s))",
            [list(tables)],
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row else None


def last_change_of_rights(user: Any) -> int:
    """The number of the last event that changed a role or a team of `user`; 0 when none ever did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(e.number), 0) FROM history_change c JOIN history_event e ON e.id = c.event_id"
            " WHERE c.table_name IN ('accounts_membership', 'accounts_user_groups')"
            " AND coalesce(c.after, c.before) ->> 'user_id' = %s",
            [str(user.pk)],
        )
        return int(cursor.fetchone()[0])


# --- what an entry is made of


def _told(event_ids: Sequence[int], kind: str, number: int) -> dict[int, list[Fact]]:
    """The facts about the thing by event; of an event that tells none of it, what the event as a whole was.

    An import tells of hundreds of things, and the first of them is none of this one's matter: of such an event the last thing told of
    what this one belongs to, or nothing.
    """
    told: dict[int, list[Fact]] = {}
    for fact in Fact.objects.filter(event__in=event_ids, subject_kind=kind, subject_id=number).order_by("event", "position"):
        told.setdefault(fact.event_id, []).append(fact)
    silent = [pk for pk in event_ids if pk not in told]
    if not silent:
        return told
    crowded = set()
    for fact in Fact.objects.filter(event__in=silent, position__in=(0, _FEW)).order_by("-position"):
        if fact.position:
            crowded.add(fact.event_id)
        elif fact.event_id not in crowded:
            told[fact.event_id] = [fact]
    around = reduce(or_, (Q(subject_kind=there, subject_id=pk) for there, pk in _around(kind, number)), Q()) if crowded else Q()
    if around:
        for fact in Fact.objects.filter(around, event__in=crowded).order_by("event", "position"):
            told[fact.event_id] = [fact]
    return told


def _around(kind: str, number: int) -> set[tuple[str, int]]:
    """What a thing belongs or refers to, each by (kind, id)."""
    model: Any = model_of(kind)
    referring = [each for each in model._meta.concrete_fields if _kind_referred_to(each)]
    row = model.objects.filter(pk=number).values(*(each.attname for each in referring)).first() or {}
    return {(_kind_referred_to(each), row[each.attname]) for each in referring if row.get(each.attname)}


def _subjects(event_ids: Sequence[int]) -> dict[int, set[tuple[str, int]]]:
    """What events are about, each by (kind, id)."""
    found: dict[int, set[tuple[str, int]]] = {}
    facts = Fact.objects.filter(event__in=event_ids).order_by().values_list("event", "subject_kind", "subject_id")
    for event, kind, number in facts.distinct() if event_ids else ():
        found.setdefault(event, set()).add((kind, number))
    return found


def _differing(event_ids: Sequence[int], model: type[models.Model], number: int) -> dict[int, Sides]:
    rows = Change.objects.filter(
        table_name=model._meta.db_table,
        row_id=number,
        event__in=event_ids,
        operation=Change.Operation.UPDATE,
    )
    together: dict[int, Sides] = {}
    for row in rows.order_by("id"):
        before, after = together.get(row.event_id, ({}, {}))
        # Written twice in one deed: what was there first, and what is there last.
        together[row.event_id] = ({**(row.before or {}), **before}, {**after, **(row.after or {})})
    return together


def _things_of(
    events: Iterable[Event], told: Mapping[int, Sequence[Fact]], differing: Mapping[int, Sides], model: type[models.Model]
) -> Iterator[tuple[str, int]]:
    for event in events:
        yield "user", event.actor_id
    for facts in told.values():
        for fact in facts:
            yield from things_of(fact)
    for sides in differing.values():
        for values in sides:
            for column, value in values.items():
                kind = _kind_referred_to(_column(model, column))
                if kind and isinstance(value, int):
                    yield kind, value


def _entry(
    event: Event,
    told: Mapping[int, Sequence[Fact]],
    differing: Mapping[int, Sides],
    names: Names,
    model: type[models.Model],
    user: Any,
) -> Entry:
    sides = differing.get(event.pk)
    return Entry(
        number=event.number or 0,
        at=event.at,
        actor_id=event.actor_id,
        actor=names.of("user", event.actor_id),
        reason=event.reason,
        sentences=[sentence(fact, event.actor_id, names) for fact in told.get(event.pk, ())],
        differences=list(_differences(*sides, model, names, user)) if sides else [],
    )


def _differences(
    before_it: Mapping[str, Any], after_it: Mapping[str, Any], model: type[models.Model], names: Names, user: Any
) -> Iterator[Difference]:
    for column, after in after_it.items():
        described = _column(model, column)
        if column in _MACHINERY or described is None or isinstance(described, models.GeneratedField):
            continue
        before = before_it.get(column)
        if before == after or _is_structure(before) or _is_structure(after):
            # A hidden column, of which both sides read "changed", or what only a page of its own can tell.
            yield Difference(str(described.verbose_name))
            continue
        old, new = (_value(described, value, names, user) for value in (before, after))
        too_long = any(isinstance(side, str) and len(side) > LONGEST_VALUE for side in (old, new))
        yield Difference(str(described.verbose_name)) if too_long else Difference(str(described.verbose_name), old, new)


def _is_structure(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value))


def _value(described: Any, value: Any, names: Names, user: Any) -> str | Named:
    """A column's value as people read it."""
    if value is None or value in ("", []):
        return "nothing"
    kind = _kind_referred_to(described)
    if kind and isinstance(value, int):
        return names.of(kind, value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(described, models.DateTimeField):
        return moments.instant_words(datetime.fromisoformat(value), user.zone)
    if isinstance(described, models.DateField):
        return moments.day_words(date.fromisoformat(value))
    return str(dict(described.flatchoices).get(value, value))


def _begun(word: str | Named) -> str | Named:
    """The first word of a sentence. Names stay as they are written; what begins with an article is none."""
    if isinstance(word, Label) and word.text.startswith(_ARTICLES):
        return replace(word, text=word.text[:1].upper() + word.text[1:])
    return word


def _readable(name: str, value: Any, zone: tzinfo) -> Any:
    """What a fact keeps of a day (they are called `…_on`) or an instant, as people read it; everything else as it is."""
    if not isinstance(value, str):
        return value
    if name.endswith("_on") and _DAY.fullmatch(value):
        return moments.day_words(date.fromisoformat(value))
    if _INSTANT.fullmatch(value):
        return moments.instant_words(datetime.fromisoformat(value), zone)
    return value


def _said(value: Any, names: Names) -> list[str | Named]:
    if isinstance(value, list):
        words: list[str | Named] = []
        for one in value:
            words += [", ", *_said(one, names)]
        return words[1:] or ["nothing"]
    if _is_reference(value):
        return [names.of(value["kind"], int(value["id"]))]
    return ["nothing" if value in (None, "") else str(value)]


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"kind", "id"}


@cache
def model_of(kind: str) -> type[models.Model]:
    """The model of a kind; LookupError for what is no noun of ours."""
    for model in apps.get_models():
        if issubclass(model, Row) and kind_of(model) == kind:
            return model
    raise LookupError(f"there is no noun called {kind}")


@cache
def _column(model: type[models.Model], column: str) -> Any:
    """The field behind a column's name; None for one that is no longer there."""
    for described in model._meta.concrete_fields:
        if described.column == column:
            return described
    return None


def _kind_referred_to(described: Any) -> str:
    related = getattr(described, "related_model", None)
    return kind_of(related) if related is not None else ""
