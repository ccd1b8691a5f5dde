"""What every test can use. The servers come first: importing them sets the environment that the settings read."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

#: Starting the whole program; calling the whole API.
LONG = ("tests/launch/", "tests/releasecal/test_rest_fuzzed.py")

pytest_plugins = ["tests.servers", "tests.database", "tests.mail"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take longest come first: none shall be what everybody waits for at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture
def in_2026() -> Iterator[None]:
    """Later in the year in which the factories' things are: days of the present year are told without it."""
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC)):
        yield
