"""Leasing: how a worker holds rows of a queue that lies in PostgreSQL, whatever is sent from it.

A worker claims rows under a token and a lease; whatever it writes later names
the token, so that one whose lease is over changes nothing any more. Each row is marked as being handed over by itself, in the same
statement that settles the one before: a worker that is killed leaves at most one of which nobody knows whether it arrived.
"""

import random
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Case, F, PositiveSmallIntegerField, Value, When

from reminders.vocabulary import IN_HAND, WAITING, DeliveryState

#: By how much a retry comes sooner or later than it says, so that what failed together doesn't come back together.
SPREAD: Final = 0.2


@dataclass(frozen=True)
class Outcome:
    """What became of one row, as it says it itself. `counts`: it was an attempt; `was_lost`: nobody knows whether it arrived.

    `notes` are further columns of the table, with what is written there.
    """

    state: DeliveryState
    at: datetime
    reason: str = ""
    next_at: datetime | None = None
    was_lost: bool = False
    counts: bool = True
    notes: Mapping[str, Any] = field(default_factory=dict)


class Hold:
    """What one worker has in hand of one queue, under a token of its own.

    `model` has `state` (DeliveryState), `reason`, `next_at`, `claim_token`, `lease_until`, `attempts`, `possible_duplicates`, `sent_at`.
    """

    def __init__(self, model: Any, lease: timedelta, clock: Callable[[], datetime]) -> None:
        self._model, self._table, self._lease, self._clock = model, model._meta.db_table, lease, clock
        self._token = uuid.uuid4()
        self._pending: tuple[int, Outcome] | None = None

    def claim(self, which: str, values: Sequence[Any], at: datetime, limit: int) -> list[int]:
        """Take up to `limit` rows that wait at an instant (UTC), of those that an SQL condition with its values picks; gives their ids."""
        given = [self._token, at + self._lease, list(WAITING), at, *values, limit]
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM.format(table=self._table, which=which), given)
            return [number for (number,) in cursor.fetchall()]

    def step(self, number: int) -> bool:
        """Settle the one before and mark a row (id) as being handed over, in one statement; whether it is still ours."""
        before, self._pending = self._pending, None
        settled = f"WITH settled AS ({self._settling(before[1])}) " if before else ""
        values = self._settled(before) if before else []
        values += [self._clock() + self._lease, number, self._token]
        with connection.cursor() as cursor:
            cursor.execute(settled + _HAND_OVER.format(table=self._table), values)
            return int(cursor.rowcount) == 1

    def settle_next(self, number: int, outcome: Outcome) -> None:
        """What became of the row (id) in hand; written with the next step, or by `settle`."""
        self._pending = (number, outcome)

    def settle(self) -> None:
        """Write what became of the last one."""
        if self._pending:
            with connection.cursor() as cursor:
                cursor.execute(self._settling(self._pending[1]), self._settled(self._pending))
            self._pending = None

    def skip(self, numbers: Collection[int], reason: str) -> None:
        """Leave rows (ids) out that were claimed and not begun."""
        rows = self._model.objects.filter(pk__in=numbers, claim_token=self._token, state=DeliveryState.LEASED)
        rows.update(state=DeliveryState.SKIPPED, reason=reason, claim_token=None, lease_until=None)

    def put_down(self, next_at: datetime | None = None, *, only: Collection[int] | None = None) -> None:
        """Give back what was not begun, or `only` some of it (ids); it waits on as before, or until an instant (UTC)."""
        later = {"next_at": next_at} if next_at else {}
        rows = self._model.objects.filter(claim_token=self._token, state=DeliveryState.LEASED)
        if only is not None:
            rows = rows.filter(pk__in=only)
        rows.update(state=_waiting_again(), claim_token=None, lease_until=None, **later)

    def _settling(self, outcome: Outcome) -> str:
        notes = "".join(f', "{column}" = %s' for column in outcome.notes)
        return _SETTLE.format(table=self._table, notes=notes)

    def _settled(self, pending: tuple[int, Outcome]) -> list[Any]:
        number, outcome = pending
        sent_at = outcome.at if outcome.state == DeliveryState.SENT else None
        return [
            outcome.state.value,
            outcome.reason,
            outcome.next_at,
            sent_at,
            int(outcome.was_lost),
            int(outcome.counts),
            *outcome.notes.values(),
            number,
            self._token,
        ]


def give_back_forsaken(model: Any, *, at: datetime) -> int:
    """Let others have what workers held that did not come back by an instant (UTC); gives how many.

    What was being handed over may have arrived: it counts as a possible duplicate from now on.
    """
    lost = Case(
        When(state=DeliveryState.HANDING_OVER, then=F("possible_duplicates") + 1),
        default=F("possible_duplicates"),
        output_field=PositiveSmallIntegerField(),
    )
    rows = model.objects.forsaken(at)
    freed = rows.update(state=_waiting_again(), possible_duplicates=lost, next_at=at, claim_token=None, lease_until=None)
    return int(freed)


def waiting_word(row: Any) -> DeliveryState:
    """The state of a row that waits: for the first time, or again."""
    return DeliveryState.FAILED if row.attempts else DeliveryState.PLANNED


def spread(after: timedelta) -> timedelta:
    """A time to wait, a little sooner or later than it says."""
    return after * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - nobody gains by guessing it


def _waiting_again() -> Any:
    return Case(When(attempts=0, then=Value(DeliveryState.PLANNED.value)), default=Value(DeliveryState.FAILED.value))


_CLAIM: Final = f"""
    UPDATE {{table}} SET state = '{DeliveryState.LEASED.value}', claim_token = %s, lease_until = %s
    WHERE id IN (
        SELECT id FROM {{table}} WHERE state = ANY(%s) AND next_at <= %s AND {{which}}
        ORDER BY next_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
    ) RETURNING id
"""  # noqa: S608 - made of our own words
_SETTLE: Final = """
    UPDATE {table} SET state = %s, reason = %s, next_at = coalesce(%s, next_at), sent_at = %s,
        possible_duplicates = possible_duplicates + %s, attempts = attempts + %s{notes}, claim_token = NULL, lease_until = NULL
    WHERE id = %s AND claim_token = %s
"""
_HAND_OVER: Final = f"""
    UPDATE {{table}} SET state = '{IN_HAND[1].value}', lease_until = %s
    WHERE id = %s AND claim_token = %s AND state = '{IN_HAND[0].value}'
"""  # noqa: S608 - made of our own words
