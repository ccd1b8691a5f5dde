"""What a Django process of this clone needs around it: the servers named in the environment, else the embedded ones."""

import contextlib
import secrets
from collections.abc import Mapping
from types import TracebackType

import psycopg2

from releasecal.embedded import running
from releasecal.embedded.keeper import Use
from releasecal.embedded.locks import alone

DEMO_MARK = running.VAR / "demo"


class Servers:
    """Hold on to PostgreSQL and Redis while the context lasts; its value is the variables to give to Django.

    `DATABASE_URL` is the application's role, `OWNER_DATABASE_URL` the one that migrates (absent when a foreign
    `DATABASE_URL` came alone). What the environment already says is left as it is.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.uses: list[Use] = []

    def __enter__(self) -> dict[str, str]:
        variables = dict(self.environment)
        try:
            if not variables.get("DATABASE_URL"):
                postgres = self._use("postgres")
                variables |= {"DATABASE_URL": postgres["url"], "OWNER_DATABASE_URL": postgres["owner_url"]}
            if not variables.get("REDIS_URL"):
                variables["REDIS_URL"] = self._use("redis")["url"]
        except BaseException:
            self.end()
            raise
        if not variables.get("SECRET_KEY"):
            variables["SECRET_KEY"] = _secret_key()
        if not variables.get("DEMO"):
            variables["DEMO"] = "1" if is_demo() else "0"
        return variables

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Let go of them, Redis first; returns when those nobody else uses have stopped."""
        while self.uses:
            self.uses.pop().end()

    def fallen(self) -> str | None:
        """The name of an embedded server that has ended by itself."""
        return next((use.name for use in self.uses if not use.stands()), None)

    def holds(self) -> list[int]:
        """The open lock files that keep the embedded servers running."""
        return [use.hold.file for use in self.uses if use.hold is not None]

    def _use(self, name: str) -> running.Entry:
        use = Use(name)
        entry = use.begin()
        self.uses.append(use)
        return entry


def is_migrated(database_url: str) -> bool:
    """Has anybody ever migrated this database? Quick, and without Django."""
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
            row = cursor.fetchone()
    finally:
        connection.close()
    return bool(row and row[0])


def is_demo() -> bool:
    """Was this clone last started with the demo organisation? A clone never started counts as such, as run.py would."""
    with contextlib.suppress(OSError):
        return DEMO_MARK.read_text().strip() != "0"
    return True


def remember_demo(*, demo: bool) -> None:
    DEMO_MARK.parent.mkdir(exist_ok=True)
    DEMO_MARK.write_text("1\n" if demo else "0\n")


def _secret_key() -> str:
    """This clone's own key, made once."""
    path = running.VAR / "secret-key"
    with alone(running.VAR / "secret-key.lock"):
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            fresh.replace(path)
    return path.read_text()
