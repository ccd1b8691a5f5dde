"""Every route × role × whose thing it is, through both doors, as `matrix.csv` says."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from accounts.models import User
from tests.callers import readiness_at_the_end
from tests.database import flush
from tests.roles import matrix
from tests.roles.world import PEOPLE, World, build

ASKS = matrix.asks()
ROWS = sorted({key[:3] for key in matrix.wanted()})


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    """Committed once, since every answer is taken back."""
    with django_db_blocker.unblock():
        with readiness_at_the_end():
            built = build()
        yield built
        flush(connection.ops, [])


@pytest.fixture(scope="module")
def table() -> dict[matrix.Key, dict[str, str]]:
    return matrix.read()


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=" ".join)
def test_the_product_answers_as_the_table_says(row: tuple[str, str, str], world: World, table: Any, settings: Any):
    settings.API_LIMIT_PER_MINUTE = 1_000_000
    for case in ASKS[row].cases():
        key = matrix.Key(*row, case)
        answers = {person: matrix.answer(world, key, ASKS[row], person) for person in PEOPLE}
        # The line to write, once somebody has thought about each of its columns.
        assert answers == table.get(key), ",".join([*key, *answers.values()])


def test_the_table_has_each_row_once_and_no_other(table: Any):
    assert list(table) == list(matrix.wanted())


def test_every_route_has_its_rows():
    """Also its POST, where a page takes one, and every method of REST."""
    missing = [
        f"{door}: {method} {route}"
        for door, route, view in matrix.routes()
        for method in _methods(door, view)
        if (door, method, route) not in ASKS
    ]
    assert missing == []


def test_every_ask_is_of_a_route_there_is():
    there = {(door, method, route) for door, route, view in matrix.routes() for method in _methods(door, view)}
    assert ASKS.keys() - there == set()


def _methods(door: str, view: Any) -> list[str]:
    """What a route takes, HEAD and OPTIONS apart."""
    wanted = ("GET", "POST", "PATCH", "PUT", "DELETE")
    if door == "rest":
        return [method for method in wanted if hasattr(view.view_class, method.lower())]
    return [method for method in wanted if _takes(view, method)]


def _takes(view: Any, method: str) -> bool:
    """Pages say by a decorator which methods they take. Called without the names of its address, a page that takes one raises."""
    request: Any = RequestFactory().generic(method, "/")
    request.user = User()
    try:
        answer = view(request)
    except Exception:
        return True
    return bool(answer.status_code != 405)
