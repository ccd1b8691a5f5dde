"""A gate that wants a test report, and people at it."""

from typing import Any

import pytest

from accounts.vocabulary import Role


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> Any:
    """Files lie where this test alone looks."""
    settings.VAR_DIR = tmp_path / "var"
    return settings.VAR_DIR


@pytest.fixture
def rita(db: None) -> Any:
    """A release manager."""
    from tests.factories import UserFactory

    return UserFactory(name="Rita Release", roles=[Role.RELEASE_MANAGER])


@pytest.fixture
def gate(db: None) -> Any:
    """A gate of a release with two services, which wants at least three tests, and none failed."""
    from tests.factories import GateFactory, ItemFactory

    made = GateFactory(rule__name="Tested", rule__evidence="junit", rule__threshold={"least_tests": 3, "most_failed": 0})
    for name in ("payments", "ledger"):
        ItemFactory(release=made.release, service__slug=name, service__name=name)
    return made
