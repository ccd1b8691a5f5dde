"""What every test can use. The servers come first: importing them sets the environment that the settings read."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from hypothesis import HealthCheck
from hypothesis import settings as properties

#: Starting the whole program; calling the whole API.
LONG = ("tests/launch/", "tests/releasecal/test_rest_fuzzed.py")

# The same examples each time, however long they take; other ones with LONG_PROPERTIES=1.
properties.register_profile(
    "suite",
    deadline=None,
    derandomize=not os.environ.get("LONG_PROPERTIES"),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
properties.load_profile("suite")

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
