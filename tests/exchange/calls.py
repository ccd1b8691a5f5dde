"""An import at a known moment, what it leaves in the database, and the OpenStack data in a database of its own."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, connections

from accounts.models import User
from exchange.actions.imports import Outcome, import_files
from exchange.kinds.sheet import Source
from exchange.models import Import
from history.actions import broken_links
from history.models import Head
from tests.data import OPENSTACK

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MACHINERY = {"exchange_import", "django_session"}


def bring(*files: str | bytes | Source, by: User | None = None, at: datetime = NOW, **options: Any) -> Outcome:
    """Import files given as text; they are called 1.csv, 2.csv, …"""
    sources = [
        file if isinstance(file, Source) else Source.of(f"{place}.csv", file if isinstance(file, bytes) else file.encode())
        for place, file in enumerate(files, start=1)
    ]
    return import_files(sources, by=by or User.objects.operator(), at=at, **options)


def kept() -> dict[str, Any]:
    """How many rows each table has, and the head of history: equal before and after what keeps nothing."""
    counts: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table not in MACHINERY:
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counts[table] = cursor.fetchone()[0]
    head = Head.objects.get()
    return counts | {"head": (head.number, bytes(head.hash))}


@dataclass(frozen=True)
class Imported:
    """A database with the OpenStack data in it, and how its first and second import ended."""

    database: str
    first: Outcome
    second: Outcome
    heads: tuple[int, int]
    problems: list[str]


def import_openstack_twice(name: str) -> Imported:
    Import.objects.all().delete()
    sources = [Source.at(path) for path in sorted(Path(OPENSTACK).glob("*.csv"))]
    first = bring(*sources)
    head = Head.objects.get().number
    # The other order, too: files may refer to each other in any.
    second = bring(*reversed(sources))
    return Imported(name, first, second, (head, Head.objects.get().number), list(broken_links()))


class At:
    """While inside, the default connection is another one, at another database of the same server; threads follow."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        self.before = connections["default"]
        self.name_before = connections.settings["default"]["NAME"]
        connections.settings["default"]["NAME"] = self.name
        connections["default"] = connections.create_connection("default")

    def __exit__(self, *args: object) -> None:
        connections["default"].close()
        connections["default"] = self.before
        connections.settings["default"]["NAME"] = self.name_before


def copy_database(original: str, copy: str) -> None:
    """A database with all that another has; nobody may be connected to that meanwhile."""
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND state = 'idle'", [original])
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
