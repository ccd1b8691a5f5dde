"""Logs tell who asked for what, and hold nothing that opens a door."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings

TOKEN = "rc_" + "a2b3" * 8


@pytest.fixture
def written() -> Iterator[list[str]]:
    """The lines that the settings' own formatter writes of what is logged in a test."""
    lines: list[str] = []
    told: Any = settings.LOGGING["formatters"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processor=told["json"]["processor"], foreign_pre_chain=told["json"]["foreign_pre_chain"]
    )

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(formatter.format(record))

    handler = Kept()
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "secret", "shown"),
    [
        (f"/api/v1/me/?token={TOKEN}", TOKEN, "/api/v1/me/?token=[hidden]"),
        ("/accounts/password/reset/key/1a-c9x-5f2e/", "c9x-5f2e", "/accounts/password/reset/key/[hidden]/"),
        ("/accounts/oidc/sso/login/callback/?state=a&code=q7x9", "q7x9", "callback/?state=a&code=[hidden]"),
    ],
    ids=["a token in an address", "the link of a mail", "the code of single sign-on"],
)
def test_a_secret_in_an_address_is_not_written(client, written: list[str], address: str, secret: str, shown: str):
    client.get(address)
    told = "".join(written)
    assert "request_started" in told
    assert shown in told
    assert secret not in told


def test_a_library_that_logs_a_secret_is_no_way_out(written: list[str]):
    logging.getLogger("library").error("sent %s", TOKEN)
    assert TOKEN not in "".join(written)
    assert "sent [hidden]" in "".join(written)
