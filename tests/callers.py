"""Programs that call the API, each with a token of its person."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import tokens
from accounts.models import User
from accounts.vocabulary import Scope
from history.deeds import deed, record
from releases.actions import readiness
from tests.factories import UserFactory

API = "/api/v1/"
BASE = "http://testserver/api/v1/"
ROOT = "http://testserver/"


class Caller:
    """Calls the API with a token that may read, or do what `scopes` say."""

    def __init__(self, *roles: str, user: Any = None, scopes: Sequence[str] = (Scope.READ,)) -> None:
        made: Any = user or UserFactory(roles=roles)
        self.user: User = made
        _, secret = tokens.make(self.user, by=self.user, at=timezone.now(), name="test", scopes=scopes, days=1)
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"}
        # The first call writes when the token was last used; what tests count should not hold that.
        self.get("")

    def get(self, address: str, **headers: str) -> Any:
        """`address` below the API, or a whole address that the API gave."""
        path = address if address.startswith(("http", "/")) else API + address
        return self.client.get(path.removeprefix("http://testserver"), headers={**self.headers, **headers})

    def head(self, address: str, **headers: str) -> Any:
        return self.client.head(API + address, headers={**self.headers, **headers})

    def send(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """POST, PATCH, PUT or DELETE, with a body of JSON (text and bytes as they are)."""
        path = (address if address.startswith(("http", "/")) else API + address).removeprefix("http://testserver")
        content = b"" if body is None else body if isinstance(body, (str, bytes)) else json.dumps(body)
        sent = {**self.headers, **headers}
        return self.client.generic(method, path, content, content_type="application/json", headers=sent)

    def rows(self, address: str) -> list[dict[str, Any]]:
        """The rows of one page of a list."""
        answer = self.get(address)
        assert answer.status_code == 200, answer.content.decode()
        found: list[dict[str, Any]] = answer.json()["results"]
        return found

    def queries(self, address: str, **headers: str) -> int:
        """How many queries a call costs."""
        with CaptureQueriesContext(connection) as captured:
            answer = self.get(address, **headers)
        assert answer.status_code in (200, 304), answer.content.decode()
        return len(captured)

    def walk(self, address: str, way: str = "next") -> list[dict[str, Any]]:
        """The rows of all pages from this one on, in the order in which they came."""
        found: list[dict[str, Any]] = []
        at: str | None = address
        while at:
            body = self.get(at).json()
            found += body["results"] if way == "next" else reversed(body["results"])
            at = body[way]
        return found


def change(thing: Any, **columns: Any) -> Any:
    """Set columns of a row, in a deed of the clock's."""
    clock = User.objects.clock()
    with deed(by=clock):
        for name, value in columns.items():
            setattr(thing, name, value)
        thing.save(update_fields=list(columns))
        record(thing, "changed", by=clock)
    return thing


def in_a_deed(thing: Any, function: Callable[[], Any]) -> None:
    """Do something that writes, in a deed of the clock's about `thing`."""
    clock = User.objects.clock()
    with deed(by=clock):
        function()
        record(thing, "changed", by=clock)


@contextmanager
def readiness_at_the_end() -> Iterator[None]:
    """While much is made, how ready releases are is left to the clock, and the clock comes at the end: more than half of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readiness, "MOST_AT_ONCE", 0)
        yield
    readiness.sweep(at=timezone.now())
