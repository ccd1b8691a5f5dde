"""Anchoring the chain outside the database, and walking it."""

import os
from collections.abc import Iterator

import structlog
from django.conf import settings
from django.db import connection

from history.models import Head

log = structlog.get_logger(__name__)

ANCHORS = "history-anchors.log"


def anchor_head() -> str:
    """Append "number hash" of the last event to the anchors' file, if it is not its last line already; returns that line.

    Whoever rewrites the whole chain in the database must also rewrite this file and the log, where the same line goes.
    """
    head = Head.objects.get()
    line = f"{head.number} {bytes(head.hash).hex()}"
    path = settings.VAR_DIR / ANCHORS
    path.parent.mkdir(parents=True, exist_ok=True)
    known = path.read_text().splitlines() if path.exists() else []
    if not known or known[-1] != line:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(handle, f"{line}\n".encode())
        finally:
            os.close(handle)
        log.info("history anchored", number=head.number, hash=bytes(head.hash).hex())
    return line


def broken_links() -> Iterator[str]:
    """Walk the chain from its first event and say, link by link, what does not fit; nothing when it is whole.

    Looks at the numbers (from 1, no holes), every event's hash over the one before, its facts and its changes, rows without an
    event, events without a number, the head, the tables' marks, and the anchors written outside the database.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, number, expected, stored, previous, prior FROM (
                SELECT id, number, row_number() OVER w AS expected, hash AS stored, previous,
                    coalesce(lag(hash) OVER w, sha256('releasecal')) AS prior
                FROM history_event WHERE number IS NOT NULL WINDOW w AS (ORDER BY number)
            ) e
            WHERE number <> expected OR previous IS DISTINCT FROM prior OR stored IS DISTINCT FROM history_digest(id, number, prior)
            ORDER BY number
            """
        )
        for event, number, expected, *_ in cursor.fetchall():
            if number != expected:
                yield f"event {number} (id {event}) stands where event {expected} should: events before it are missing"
                return
            yield f"event {number} (id {event}) or one of its facts or changes is not what was recorded"
    yield from _loose_ends()
    yield from _anchors()


def _loose_ends() -> Iterator[str]:
    questions = {
        "SELECT e.id FROM history_event e WHERE number IS NULL": "event id {} was never numbered",
        "SELECT f.id FROM history_fact f LEFT JOIN history_event e ON e.id = f.event_id WHERE e.id IS NULL": "fact id {} has no event",
        "SELECT c.id FROM history_change c LEFT JOIN history_event e ON e.id = c.event_id WHERE e.id IS NULL": "change id {} has no event",
        "SELECT number FROM history_head h WHERE EXISTS (SELECT FROM history_event l WHERE l.number > h.number)"
        " OR h.number > 0 AND NOT EXISTS (SELECT FROM history_event e WHERE e.number = h.number AND e.hash = h.hash)": (
            "the head says event {} was the last, the chain ends elsewhere"
        ),
        "SELECT coalesce(m.table_name, t.table_name) FROM history_mark m FULL JOIN (SELECT c.table_name, max(e.number) AS last"
        " FROM history_change c JOIN history_event e ON e.id = c.event_id GROUP BY 1) t USING (table_name)"
        " WHERE m.last IS DISTINCT FROM t.last": "the mark of table {} is not its last event",
    }
    for question, sentence in questions.items():
        with connection.cursor() as asking:
            asking.execute(question)
            for (what,) in asking.fetchall():
                yield sentence.format(what)


def _anchors() -> Iterator[str]:
    path = settings.VAR_DIR / ANCHORS
    if not path.exists():
        return
    anchored = [(int(number), hashed) for number, hashed in (line.split(" ") for line in path.read_text().splitlines())]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, encode(hash, 'hex') FROM history_event WHERE number = ANY(%s)", [[number for number, _ in anchored]]
        )
        present = dict(cursor.fetchall())
    for number, hashed in anchored:
        # Number 0 stands for the beginning, before any event.
        if number and present.get(number) != hashed:
            yield f"event {number} is not the one that was anchored outside the database"
