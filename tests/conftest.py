"""What every test can use. The servers come first: importing them sets the environment that the settings read."""

import pytest

pytest_plugins = ["tests.servers", "tests.database", "tests.mail"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that start the whole program come first: they take longest, and none shall be what everybody waits for at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/launch/"))
