"""Whoever gets past the triggers, as the database's superuser can, breaks the chain, and `verify_history` says where."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from history.actions import ANCHORS, anchor_head, broken_links
from tests.factories import ProgramFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def some_history(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    for _ in range(3):
        ProjectFactory(program=ProgramFactory(manager=UserFactory()))


def tamper(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        assert cursor.rowcount > 0
        cursor.execute("SET session_replication_role = origin")


def test_a_whole_history_is_said_to_be_whole():
    out = io.StringIO()
    call_command("verify_history", stdout=out)
    assert out.getvalue().startswith("The history is whole: 9 events")


def rows(table: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("table", ["history_event", "history_fact", "history_change"])
@pytest.mark.parametrize("deletion", [False, True])
def test_tampering_with_any_one_row_is_found(table, deletion):
    columns = {
        "history_event": "reason = reason || '!'",
        "history_fact": "verb = verb || '!'",
        "history_change": "row_id = row_id + 1",
    }
    for row in rows(table):
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
        tamper(f"DELETE FROM {table} WHERE id = {row}" if deletion else f"UPDATE {table} SET {columns[table]} WHERE id = {row}")
        assert list(broken_links()), f"{table} {row}"
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
    assert list(broken_links()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history_event SET actor_id = actor_id + 1 WHERE number = 2",
        "UPDATE history_event SET at = at + interval '1 second' WHERE number = 2",
        "UPDATE history_event SET hash = sha256('x') WHERE number = 2",
        "UPDATE history_event SET number = 100 WHERE number = 9",
        'UPDATE history_change SET after = after || \'{"name": "x"}\' WHERE id = (SELECT min(id) FROM history_change)',
        "INSERT INTO history_change (event_id, table_name, row_id, operation, after) SELECT id, 'x', 1, 'insert', '{}' FROM history_event LIMIT 1",
        "INSERT INTO history_event (at, actor_id, reason, request_id) VALUES (now(), 1, '', '')",
        "UPDATE history_mark SET last = last - 1",
        "UPDATE history_head SET number = 3",
    ],
)
def test_other_ways_to_tamper_are_found_too(statement):
    tamper(statement)
    with pytest.raises(CommandError, match="The history is broken"):
        call_command("verify_history")


def test_a_chain_rewritten_as_a_whole_is_found_by_its_anchor(settings):
    anchor_head()
    tamper(
        """
        UPDATE history_event SET reason = 'rewritten' WHERE number = 9
        """
    )
    tamper(
        """
        WITH new AS (SELECT id, history_digest(id, number, previous) AS hash FROM history_event WHERE number = 9),
        head AS (UPDATE history_head SET hash = new.hash FROM new)
        UPDATE history_event e SET hash = new.hash FROM new WHERE e.id = new.id
        """
    )
    assert list(broken_links()) == ["event 9 is not the one that was anchored outside the database"]
    (settings.VAR_DIR / ANCHORS).unlink()
    assert list(broken_links()) == []


def test_anchoring_twice_without_news_writes_one_line(settings):
    assert anchor_head() == anchor_head()
    assert len((settings.VAR_DIR / ANCHORS).read_text().splitlines()) == 1
