"""G12: taking a lane, which an exclusion constraint guards, beside the same insert into the same table without that constraint."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from django.db import connection

from accounts.models import User
from bench.timing import Figure, compare
from environments.models import Booking, Environment
from history.deeds import deed, record
from history.tracking import track

#: So many places lie there already, one after the other in each of so many environments.
TAKEN: Final = 20_000
ENVIRONMENTS: Final = 50
_AT_ONCE: Final = 20
_NAMES: Final = "lanes-"
_TABLES: Final = ("environments_place", "unguarded_place")
_BEGIN: Final = datetime(2027, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_UNGUARDED: Final = """
    CREATE TABLE unguarded_place (
        LIKE environments_place INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY,
        PRIMARY KEY (id),
        FOREIGN KEY (booking_id) REFERENCES environments_booking (id) DEFERRABLE INITIALLY DEFERRED,
        FOREIGN KEY (environment_id) REFERENCES environments_environment (id) DEFERRABLE INITIALLY DEFERRED,
        CHECK (NOT isempty(lanes))
    );
    CREATE INDEX ON unguarded_place (booking_id);
    CREATE INDEX ON unguarded_place (environment_id)
"""
_FILL: Final = """
    INSERT INTO {table} (booking_id, environment_id, lanes, starts_at, ends_at)
    SELECT %s, %s, int4range(1, 2), %s + n * interval '1 hour', %s + (n + 1) * interval '1 hour' FROM generate_series(0, %s - 1) n
"""
_TAKE: Final = (
    "INSERT INTO {table} (booking_id, environment_id, lanes, starts_at, ends_at) VALUES (%s, %s, int4range(1, 2), %s, %s)"
)


def figure(user: User) -> Figure:
    """Both as verbs write: in a deed each, with its event, its changes and its commit. The places are taken away again."""
    operator = User.objects.operator()
    _empty(operator)
    with connection.cursor() as cursor:
        cursor.execute(_UNGUARDED)
        cursor.execute(str(track("unguarded_place").sql))
    with deed(by=operator):
        bookings = [_booking(number, user) for number in range(ENVIRONMENTS)]
        with connection.cursor() as cursor:
            for table in _TABLES:
                for booking in bookings:
                    each: list[Any] = [booking.pk, booking.environment_id, _BEGIN, _BEGIN, TAKEN // ENVIRONMENTS]
                    cursor.execute(_FILL.format(table=table), each)
        record(bookings[0], "filled", by=operator)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE environments_place; ANALYZE unguarded_place")
    guarded, unguarded = (_taking(table, bookings, operator) for table in _TABLES)
    found = compare("G12", "guarded write: 0.7 of the rate of an unguarded one", round(1 / 0.7, 2), guarded, unguarded, times=10)
    _empty(operator)
    return replace(found, note=f"{_AT_ONCE} writes a call, among {TAKEN:,}: {1 / found.ratio:.2f} of the rate")


def _empty(operator: User) -> None:
    """Also what a run that was broken off left behind."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS unguarded_place")
    with deed(by=operator):
        Booking.objects.filter(environment__slug__startswith=_NAMES).delete()
        record(operator, "emptied", by=operator)


def _booking(number: int, user: User) -> Booking:
    environment, _ = Environment.objects.get_or_create(
        slug=f"{_NAMES}{number}", defaults={"name": f"Lanes {number}", "stage": "test", "lanes": 1}
    )
    made: Booking = Booking.objects.create(
        environment=environment, starts_at=_BEGIN, ends_at=_BEGIN + _HOUR, lanes=1, booked_by=user
    )
    return made


def _taking(table: str, bookings: Sequence[Booking], operator: User) -> Callable[[], None]:
    """Takes the next free hours, one environment after the other, one write each."""
    numbers = count(TAKEN)

    def take() -> None:
        for _ in range(_AT_ONCE):
            number = next(numbers)
            booking, starts_at = bookings[number % ENVIRONMENTS], _BEGIN + number // ENVIRONMENTS * _HOUR
            with deed(by=operator):
                with connection.cursor() as cursor:
                    cursor.execute(_TAKE.format(table=table), [booking.pk, booking.environment_id, starts_at, starts_at + _HOUR])
                record(booking, "took", by=operator)

    return take
