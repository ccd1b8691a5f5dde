"""What every test can use. The servers come first: importing them sets the environment that the settings read."""

import pytest

#: Starting the whole program; calling the whole API.
LONG = ("tests/launch/", "tests/releasecal/test_rest_fuzzed.py")

pytest_plugins = ["tests.servers", "tests.database", "tests.mail"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take longest come first: none shall be what everybody waits for at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
