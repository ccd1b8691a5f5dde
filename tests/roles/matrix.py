"""The table itself: `matrix.csv`, one row for each request and case, one column for each role, the status of the answer in each."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser.pages import placeholders
from tests.roles.asks import PAGES, REST, Ask
from tests.roles.world import PEOPLE, World

TABLE: Final = Path(__file__).with_name("matrix.csv")
API: Final = "api/v1/"

#: Routes that ask for nothing that a role could allow, by their beginning, and why.
WITHOUT_ROLES: Final = {
    "accounts/": "signing in and one's own password: whoever holds the session; tested with signing in",
    "admin/": "Django's own permissions, for administrators only; tested with the administration",
    "feeds/<>\\.ics": "whoever has the secret; tested with the feeds",
    "shared/<>/": "whoever has the secret; tested with the shared pages",
    "reminders/links/<>/": "whoever has the message, as its recipient; tested with the links",
    "demo/": "the demonstration's tour, put away in the browser alone",
    "healthz": "open to machines",
    "readyz": "open to machines",
    "metrics": "open to machines of this network; tested with health",
}


class Key(NamedTuple):
    """A row: page or REST, method, route, and whose things it is about."""

    door: str
    method: str
    route: str
    case: str


def read() -> dict[Key, dict[str, str]]:
    """What the table says."""
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {Key(row["door"], row["method"], row["route"], row["case"]): {person: row[person] for person in PEOPLE} for row in rows}


def asks() -> dict[tuple[str, str, str], Ask]:
    """Every ask, by door, method and route."""
    return {
        (door, *key.split(" ", 1)): ask  # type: ignore[misc]  # a method and a route
        for door, table in (("page", PAGES), ("rest", REST))
        for key, ask in table.items()
    }


def wanted() -> Iterator[Key]:
    """Every row there has to be."""
    for (door, method, route), ask in asks().items():
        for case in ask.cases():
            yield Key(door, method, route, case)


def routes() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Every route a role could matter to, with its door and its view."""
    for route, view in _walk(get_resolver().url_patterns, ""):
        if not any(route.startswith(beginning) for beginning in WITHOUT_ROLES):
            yield ("rest", route.removeprefix(API), view) if route.startswith(API) else ("page", route, view)


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in patterns:
        route = prefix + placeholders(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route)
        else:
            yield route, entry.callback


def answer(world: World, key: Key, ask: Ask, person: str) -> str:
    """The status with which the product answers a person; what was written is taken back."""
    address, body = ask.of(world.set_of(key.case, person))
    client, files = world.clients[person], {"files": SimpleUploadedFile("new.csv", ask.file.encode())} if ask.file else {}
    with transaction.atomic():
        if key.door == "page":
            found = client.get(address) if key.method == "GET" else client.post(address, body | files)
        else:
            headers = {"Authorization": f"Bearer {world.secrets[person]}"} if person in world.secrets else {}
            if files:
                found = client.post(f"/{API}{address}", files, headers=headers)
            else:
                content = b"" if key.method == "GET" else json.dumps(body)
                found = client.generic(key.method, f"/{API}{address}", content, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return str(found.status_code)
