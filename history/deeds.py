"""A deed: one transaction, one event. Every verb is one; nested verbs join the outermost."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, overload

import structlog
from django.db import OperationalError, connection, models, transaction
from django.utils import timezone
from django.utils.functional import Promise

from common.copying import copy_rows
from common.refusals import Overtaken
from common.rows import kind_of, pk_of
from history.models import Change, Event, Fact
from history.signals import committed, recorded

P = ParamSpec("P")
R = TypeVar("R")

# Lost against another transaction, through nobody's fault: the whole verb may be tried again.
_TRY_AGAIN = {"40001", "40P01"}
_ATTEMPTS = 3
MANY_FACTS = 100


class Actor(Protocol):
    """Whoever acts: a user, a service account or a built-in account."""

    @property
    def pk(self) -> Any: ...


@dataclass(frozen=True)
class Said:
    """A fact as it is recorded: what happened (`verb`) to what (`kind`, `id`), and the sentence template that tells it."""

    verb: str
    kind: str
    id: int
    template: str
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass
class Deed:
    """The open deed of this transaction."""

    event_id: int
    actor_id: int
    reason: str
    facts: list[Said] = field(default_factory=list)
    _said: set[str] = field(default_factory=set)

    def add(self, said: Said) -> None:
        key = repr(said)
        if key in self._said:
            raise ValueError(f"recorded twice: {said.verb} {said.kind} {said.id}")
        self._said.add(key)
        self.facts.append(said)


_open: ContextVar[Deed | None] = ContextVar("open_deed", default=None)


@overload
def deed(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def deed(*, by: Actor, reason: str = "") -> AbstractContextManager[Deed]: ...


def deed(function: Callable[P, R] | None = None, /, *, by: Actor | None = None, reason: str = "") -> Any:
    """Open a deed: `@deed` on a verb that takes `by=` (and perhaps `reason=`), or `with deed(by=…, reason=…)`.

    The outermost one opens the transaction and writes the event as it ends; inner ones join it. As decorator it runs the whole
    verb again, three times at most, when the database chose it as the victim of a deadlock or a serialisation failure, or when
    what it had to lock had changed meanwhile (`Overtaken`).
    """
    if function is not None:
        return _verb(function)
    if by is None:
        raise TypeError("a deed has an actor: deed(by=…)")
    return _opened(by, reason)


def _verb(function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        by, reason = kwargs["by"], kwargs.get("reason", "")

        def once() -> R:
            with _opened(by, str(reason)):  # type: ignore[arg-type]  # a ParamSpec cannot say "has by="; a wrong one fails at .pk
                return function(*args, **kwargs)

        if _open.get() is not None or connection.in_atomic_block:
            return once()
        for _ in range(_ATTEMPTS - 1):
            try:
                return once()
            except Overtaken:
                continue
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", None) not in _TRY_AGAIN:
                    raise
        return once()

    return run


@contextmanager
def _opened(by: Actor, reason: str) -> Iterator[Deed]:
    outer = _open.get()
    if outer is not None:
        yield outer
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('releasecal.event', nextval('history_event_id_seq')::text, true)")
            event_id = int(cursor.fetchone()[0])
        mine = Deed(event_id=event_id, actor_id=int(by.pk), reason=reason)
        token = _open.set(mine)
        try:
            yield mine
            _close(mine)
        finally:
            _open.reset(token)


def _close(mine: Deed) -> None:
    told = 0
    while told < len(mine.facts):
        news, told = mine.facts[told:], len(mine.facts)
        recorded.send(sender=Deed, deed=mine, facts=news)
    if not mine.facts:
        if Change.objects.filter(event_id=mine.event_id).exists():
            raise RuntimeError("a deed that changes something records what it did")
    else:
        _write(mine)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('releasecal.event', '', true)")


def _write(mine: Deed) -> None:
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]
    Event.objects.bulk_create(
        [Event(pk=mine.event_id, at=timezone.now(), actor_id=mine.actor_id, reason=mine.reason, request_id=request_id)]
    )
    facts = [
        Fact(
            event_id=mine.event_id,
            position=position,
            verb=said.verb,
            subject_kind=said.kind,
            subject_id=said.id,
            template=said.template,
            data=dict(said.data),
        )
        for position, said in enumerate(mine.facts)
    ]
    # An import tells thousands of facts; everything else a few, for which one INSERT is the shorter way.
    if len(facts) > MANY_FACTS:
        copy_rows(facts)
    else:
        Fact.objects.bulk_create(facts)
    told = list(mine.facts)
    transaction.on_commit(lambda: committed.send(sender=Deed, facts=told), robust=True)


def record(subject: models.Model, verb: str, *, by: Actor, template: str = "", reason: str = "", **data: Any) -> None:
    """Say what the open deed did: `record(promotion, "approved", by=user, reason=comment, environment=production)`.

    `template` is a sentence with `{actor}`, `{subject}` and the names of `data` in it (by default "{actor} <verb> {subject}").
    Things in `data` are kept as kind and id, never by name; numbers, dates and words of a vocabulary as they are.
    The outermost deed's first record gives the event its reason. Saying the same twice is a mistake and raises ValueError.
    """
    said = Said(
        verb=verb,
        kind=kind_of(subject),
        id=pk_of(subject),
        template=template or f"{{actor}} {verb.replace('_', ' ')} {{subject}}",
        data={name: _reference(value) for name, value in data.items()},
    )
    record_all([said], by=by, reason=reason)


def record_all(said: Iterable[Said], *, by: Actor, reason: str = "") -> None:
    """The plural of `record`, for verbs that work on sets of rows."""
    mine = _open.get()
    if mine is None:
        raise RuntimeError("record() needs an open deed")
    if int(by.pk) != mine.actor_id and not mine.facts:
        raise RuntimeError("the deed and its record name different actors")
    for fact in said:
        mine.add(fact)
    if reason and not mine.reason:
        mine.reason = reason


def _reference(value: Any) -> Any:
    if isinstance(value, models.Model):
        return {"kind": kind_of(value), "id": pk_of(value)}
    if isinstance(value, Promise):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
