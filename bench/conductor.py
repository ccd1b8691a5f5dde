"""What is measured in which order, and how it is reported."""

import os
import platform
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection

from accounts.actions import tokens
from accounts.models import User
from accounts.vocabulary import Scope
from bench.paths import calendar, exchange, feeds, lanes, reminders, rest, verdicts
from bench.progress import say
from bench.reference import Size, build, is_built
from bench.timing import Figure
from history.deeds import deed, record

_REMINDERS = frozenset({"G13", "G14"})
PAGE = settings.BASE_DIR / "docs" / "benchmarks.md"


def conduct(scale: float, only: frozenset[str]) -> int:
    """Measure everything (or `only` these goals). Exit code 1 when a goal is missed."""
    figures = []
    if not only or "G17" in only:
        say("an empty database for the import")
        with _database("bench_import"):
            figures.append(exchange.figure())
            _tell(figures[-1])
    if not only or only & _REMINDERS:
        say("an empty database for reminders")
        with _database("bench_reminders"):
            for figure in reminders.figures(only):
                figures.append(figure)
                _tell(figure)
    if not only or only - {"G17"} - _REMINDERS:
        with _database(f"bench_{str(scale).replace('.', '_')}", keep=True):
            size = Size(scale)
            if not is_built(size):
                say(f"the reference data at scale {scale}")
                build(size)
            for figure in _measured(only):
                figures.append(figure)
                _tell(figure)
    table = _table(figures)
    print(table)
    if not only:
        PAGE.write_text(_page(table, scale))
        say(f"written to {PAGE.relative_to(settings.BASE_DIR)}")
    return 0 if all(figure.is_met for figure in figures) else 1


def _measured(only: frozenset[str]) -> Iterator[Figure]:
    user = _colleague()
    if not only or only & {"G1", "G2", "G3"}:
        _, secret = tokens.make(user, by=user, name="benchmark", scopes=[Scope.READ], days=1, at=datetime.now(UTC))
        yield from (figure for figure in rest.figures(secret) if not only or figure.goal in only)
    if not only or only & {"G5", "G6"}:
        yield from (figure for figure in feeds.figures(user) if not only or figure.goal in only)
    if not only or "G10" in only:
        yield calendar.first_of_a_month(user)
    if not only or "G12" in only:
        yield lanes.figure(user)
    if not only or "G16" in only:
        yield verdicts.of_one_promotion()
    session = _session(user)
    if not only or "G7" in only:
        yield from calendar.month_page({"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"})
    if not only or "G8" in only:
        yield from calendar.in_the_browser(session)


def _colleague() -> User:
    """Somebody without a role, who sees what most people see."""
    found: User | None = User.objects.filter(email="bench@example.org").first()
    if found:
        return found
    clock = User.objects.clock()
    with deed(by=clock):
        made: User = User.objects.create(email="bench@example.org", name="Bench", password="!", time_zone="Europe/Berlin")
        record(made, "made", by=clock)
    return made


def _session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(datetime.now(UTC) + timedelta(hours=2))
    session.create()
    return str(session.session_key)


class _database:  # noqa: N801 - reads as a phrase
    """Another database of the same cluster behind Django's connection, migrated; dropped afterwards unless kept."""

    def __init__(self, name: str, *, keep: bool = False) -> None:
        self.name, self.keep = name, keep

    def __enter__(self) -> None:
        self.before = settings.DATABASES["default"]["NAME"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            if cursor.fetchone() and not self.keep:
                cursor.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            if not cursor.fetchone():
                cursor.execute(f'CREATE DATABASE "{self.name}"')
        self._switch(self.name)
        call_command("migrate", verbosity=0)

    def __exit__(self, *_: object) -> None:
        self._switch(self.before)
        if not self.keep:
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    @staticmethod
    def _switch(name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name
        old = os.environ["DATABASE_URL"]
        path, question, query = old.partition("?")
        os.environ["DATABASE_URL"] = f"{path.rpartition('/')[0]}/{name}{question}{query}"


def _tell(figure: Figure) -> None:
    say(f"{figure.goal}: {figure.ratio:.2f} (goal {figure.most:g}) {figure.path}")


def _table(figures: list[Figure]) -> str:
    lines = [
        "| # | path | goal | ratio | product | limit | rounds | |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {f.goal} | {f.path} | ≤ {f.most:g} | **{f.ratio:.2f}** {'met' if f.is_met else 'MISSED'} | {_time(f.product)} | {_time(f.limit)}"
            f" | {f.rounds} | {f.note} |"
            for f in figures
        ),
    ]
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _page(table: str, scale: float) -> str:
    size = ", ".join(f"{count:,} {name}" for name, count in Size(scale).rows.items())
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "",
    )
    return f"""# Benchmarks

Written by `python3 run.py bench`. Absolute times mean little on shared machines, so every figure is a **ratio taken in one run**: the product and its limit, a bare program doing the same work on the same rows, in turn, A B A B; medians. For requests it is CPU time per request, application plus PostgreSQL backend; where wall time is meant, it says so. The bare programs stand beside the benchmark in `bench/`.

{table}

**Conditions.** {datetime.now(UTC):%d %B %Y}; {platform.system()} {platform.machine()}, {os.cpu_count()} processors ({model}); Python {platform.python_version()}, PostgreSQL {postgres}. Scale {scale:g}: {size}.

**What the limits are.** G1, G2: psycopg2 rows, orjson and a bare WSGI function that gives the same JSON without sign-in, filters, rate limit or headers. G3: the list's own first page. G5: the feed's rows by the bare queries, one formatted string each, joined and compressed in the same way. G6: a view behind the same middleware that answers two letters; the feed's own 304. G7: a view of the same site, signed in, that asks the database the same questions and joins prebuilt strings inside the same frame (name, menu and CSRF token differ from person to person and request to request). G8: the same HTML from a file, with the product's styles and scripts; and the page of a full month beside that of a quiet one. G10: the two-part query and one for what an entry says, by hand. G12: the same deed, with its event, changes and commit, into a table that lacks the exclusion constraint; a rate of 0.7 is a ratio of 1.43. G13: two processes that lease a thousand rows at once, and mark them as sent; the product's give each letter to a channel that takes all of them. G14: two processes that write one of the product's mails over and over with the standard library, and send it, a hundred a connection, to the same server. G17: COPY of the rows the import leaves, through the same triggers, in one event.
"""
