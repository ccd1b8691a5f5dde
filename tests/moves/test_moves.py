"""Who may move what from where: the tables beside this file, written from the design, asked of the product cell by cell.

A cell says `yes` (it is done), `no` (whoever that is may not), or `state` (not from where it is now). Each cell is asked through one of
the doors, so that every verb is asked by everybody and from every state through both; `LONG_MOVES=1` asks each through both.
"""

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.test import Client

from history.models import Fact
from tests.callers import readiness_at_the_end
from tests.database import flush
from tests.moves.asks import COLUMNS, VERBS, Ask
from tests.moves.world import World, build

DOORS: Final = ("page", "rest")
#: What an answer comes to.
_WORDS: Final = {200: "yes", 201: "yes", 302: "yes", 403: "no", 409: "state"}
#: A page that offers only the ways there are refuses another one as none of its choices.
_NO_CHOICE: Final = {400: "state"}
CALLER: Final = Client()
_ROWS: Final = [(table, verb) for table, verbs in VERBS.items() for verb in verbs]


def read(table: str) -> dict[tuple[str, str], dict[str, str]]:
    """What a table says, by verb and state."""
    with Path(__file__).with_name(f"{table}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["verb"], row["state"]): {person: row[person] for person in COLUMNS[table]} for row in rows}


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    """Committed once, since every answer is taken back."""
    with django_db_blocker.unblock():
        with readiness_at_the_end():
            built = build()
        yield built
        flush(connection.ops, [])


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "verb"), _ROWS, ids=["-".join(row) for row in _ROWS])
def test_each_verb_does_what_the_table_says(table: str, verb: str, world: World, settings: Any):
    settings.API_LIMIT_PER_MINUTE = 1_000_000
    states, ask = VERBS[table][verb]
    said, wrong = read(table), []
    for place, state in enumerate(states):
        found = {}
        for column, person in enumerate(COLUMNS[table]):
            answers = {answer(world, ask(world, state), door, person) for door in _doors(place + column, person)}
            found[person] = answers.pop() if len(answers) == 1 else " and ".join(sorted(answers))
        if found != said.get((verb, state)):
            wrong.append(",".join([verb, state, *found.values()]))
    # The lines to write, once somebody has thought about each of their columns.
    assert wrong == []


@pytest.mark.parametrize("table", VERBS)
def test_the_table_has_each_row_once_and_no_other(table: str):
    assert list(read(table)) == [(verb, state) for verb, (states, _) in VERBS[table].items() for state in states]


def _doors(number: int, person: str) -> tuple[str, ...]:
    if person == "program":
        return ("rest",)
    return DOORS if os.environ.get("LONG_MOVES") else (DOORS[number % 2],)


def answer(world: World, ask: Ask, door: str, person: str) -> str:
    """What comes of it, in a word of the tables; what was written is taken back."""
    before = Fact.objects.count()
    with transaction.atomic():
        if door == "page":
            given = world.pages[person].post(ask.page, ask.form)
        else:
            headers = {"Authorization": f"Bearer {world.secrets[person]}"}
            content = b"" if ask.body is None else json.dumps(ask.body)
            address = f"/api/v1/{ask.address}"
            given = CALLER.generic(ask.method, address, content, content_type="application/json", headers=headers)
        words = _WORDS | _NO_CHOICE if door == "page" else _WORDS
        word = words.get(given.status_code, str(given.status_code))
        if (Fact.objects.count() > before) != (word == "yes"):
            word += ", but something was told" if word != "yes" else ", but nothing was told"
        transaction.set_rollback(True)
    return word
