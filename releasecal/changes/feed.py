"""The events after a number, as one person may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from common import labels
from common.labels import Named, Restricted
from common.reading import Question
from history import queries
from history.models import Change, Event, Fact
from releasecal.changes import objects

Thing = tuple[str, int]
# An import is one event with thousands of changes; an answer ends with the event that brings it above so many.
MOST_CHANGES = 20_000


@dataclass(frozen=True)
class Told:
    """Events as JSON, and the number to continue from."""

    events: list[dict[str, Any]]
    last: int


def after(number: int, question: Question) -> Told:
    """The first events above `number` that the caller may see any of, at most as many as asked for.

    Events of which the caller may see nothing are passed over. An answer without events says that there are none up to `last`,
    which is the present end.
    """
    end = queries.last_number()
    if number >= end:
        return Told([], end)
    last = number
    while last < end:
        batch = _batch(last, end, question.limit)
        last = batch[-1].number or end
        told = _tell(batch, question)
        if told:
            return Told(told, last)
    return Told([], end)


def _batch(number: int, end: int, limit: int) -> list[Event]:
    found = Event.objects.after(number).filter(number__lte=end)[:limit]
    batch: list[Event] = []
    weight = 0
    sizes = _sizes([event.pk for event in found])
    for event in found:
        if batch and weight + sizes.get(event.pk, 0) > MOST_CHANGES:
            break
        batch.append(event)
        weight += sizes.get(event.pk, 0)
    return batch


def _sizes(event_ids: Sequence[int]) -> dict[int, int]:
    counted = Change.objects.filter(event__in=event_ids).order_by().values_list("event_id").annotate(Count("pk"))
    return dict(counted)


def _tell(batch: Sequence[Event], question: Question) -> list[dict[str, Any]]:
    event_ids = [event.pk for event in batch]
    facts: dict[int, list[Fact]] = {}
    for fact in Fact.objects.filter(event__in=event_ids).order_by("event", "position"):
        facts.setdefault(fact.event_id, []).append(fact)
    rows = list(Change.objects.filter(event__in=event_ids).values_list("event_id", "table_name", "row_id").distinct())
    owners = objects.owners({(table, row) for _, table, row in rows})
    changed: dict[int, set[Thing]] = {}
    for event_id, table, row in rows:
        changed.setdefault(event_id, set()).update(owners[table, row])
    things = {thing for each in changed.values() for thing in each}
    things |= {thing for each in facts.values() for fact in each for thing in queries.things_of(fact)}
    things |= {("user", event.actor_id) for event in batch}
    names = _Seen(things, question)
    told = (_event(event, facts.get(event.pk, ()), changed.get(event.pk, set()), names, question) for event in batch)
    return [event for event in told if event is not None]


class _Seen(queries.Names):
    """Names of things, and whether the caller may know of them at all."""

    def __init__(self, things: Iterable[Thing], question: Question) -> None:
        super().__init__(things, question.user)
        self._root = question.root.rstrip("/")
        gone = [thing for thing, named in self._named.items() if getattr(named, "is_gone", False)]
        referred = {thing: set(objects.referred_to_by_gone(*thing)) for thing in gone}
        around = labels.of({each for some in referred.values() for each in some}, question.user)
        self._unknown = {thing for thing, some in referred.items() if any(isinstance(around[each], Restricted) for each in some)}

    def sees(self, kind: str, number: int) -> bool:
        """Neither restricted nor of a kind that is nobody else's business; a deleted thing as what it referred to."""
        named = self._named.get((kind, number))
        return named is not None and not isinstance(named, Restricted) and (kind, number) not in self._unknown

    def reference(self, kind: str, number: int) -> dict[str, Any]:
        named: Named = self.of(kind, number)
        return {"kind": kind, "id": number, "url": f"{self._root}{named.api_url}" if named.api_url else None}


def _event(
    event: Event, facts: Iterable[Fact], changed: Iterable[Thing], names: _Seen, question: Question
) -> dict[str, Any] | None:
    told = [
        {
            "verb": fact.verb,
            "subject": names.reference(fact.subject_kind, fact.subject_id),
            "sentence": str(queries.sentence(fact, event.actor_id, names)),
        }
        for fact in facts
        if names.sees(fact.subject_kind, fact.subject_id)
    ]
    seen = [names.reference(*thing) for thing in sorted(changed) if names.sees(*thing)]
    if not told and not seen:
        return None
    return {
        "number": event.number,
        "at": event.at,
        "actor": {"id": event.actor_id, "name": names.of("user", event.actor_id).text},
        # The reason was written about the whole event: it is told to those who may see all of it.
        "reason": event.reason if all(names.sees(fact.subject_kind, fact.subject_id) for fact in facts) else "",
        "facts": told,
        "objects": seen,
    }
