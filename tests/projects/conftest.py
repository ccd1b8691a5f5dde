"""The cast that reads pages of projects."""

from typing import Any

import pytest
from django.test import Client

from tests.reading import signed_in


@pytest.fixture
def vera(db: None) -> Any:
    """A viewer without any role, who lives in Berlin."""
    from tests.factories import UserFactory

    return UserFactory(name="Vera Viewer", time_zone="Europe/Berlin")


@pytest.fixture
def reader(vera: Any) -> Client:
    return signed_in(vera)
