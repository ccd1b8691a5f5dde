"""In which state the rows are that the calendar shows."""

from django.db import connection

from schedule.vocabulary import TABLES


def state() -> bytes | None:
    """The hash of the last event that changed any of them: no other state, of this or another database, has the same one.

    None while it cannot be told: inside a transaction rows may have changed that have no number yet, and at the very beginning
    there is no event.
    """
    if connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hash FROM history_event WHERE number = (SELECT max(last) FROM history_mark WHERE table_name = ANY(%s))",
            [list(TABLES)],
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row else None
