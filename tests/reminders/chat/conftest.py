from collections.abc import Iterator
from typing import Any

import pytest

from tests.reminders.chat.servers import Server, listening


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    """A chat server that the operator trusts."""
    with listening() as found:
        settings.OUTGOING_HOSTS = [found.place]
        yield found
