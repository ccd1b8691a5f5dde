"""Who looks at the calendar."""

from typing import Any

import pytest


@pytest.fixture
def petra_of_the_pmo(db: None) -> Any:
    from accounts.vocabulary import Role
    from tests.factories import UserFactory

    return UserFactory(name="Petra of the PMO", roles=[Role.PMO], time_zone="Europe/Berlin")


@pytest.fixture
def vera_the_viewer(db: None) -> Any:
    from tests.factories import UserFactory

    return UserFactory(name="Vera the viewer", time_zone="UTC")


@pytest.fixture
def petra(client: Any, petra_of_the_pmo: Any) -> Any:
    """A browser in which Petra is signed in."""
    client.force_login(petra_of_the_pmo)
    return client


@pytest.fixture
def vera(vera_the_viewer: Any) -> Any:
    """A browser in which Vera is signed in."""
    from django.test import Client

    client = Client()
    client.force_login(vera_the_viewer)
    return client
