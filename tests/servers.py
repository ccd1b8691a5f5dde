"""The suite's own PostgreSQL and Redis: started before Django reads its settings, gone when the suite ends.

`tests/conftest.py` loads this as a plugin. One pair serves the whole run: under xdist the controller starts it and the
workers inherit its addresses. Servers named by DATABASE_URL and REDIS_URL in the environment are used instead.
The database is reached as superuser, since emptying append-only tables between tests needs it.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from releasecal.embedded.homes import open_to_servers, postgres_binaries
from releasecal.embedded.postgres import SUPERUSER, Postgres
from releasecal.embedded.redis import Redis

DATABASES_PER_WORKER = 2  # one for the broker, one for the cache
MOST_WORKERS = 32
# Races of some sixty each may be run by several workers at the same time, beside whole programs that were started.
MOST_CONNECTIONS = 400

#: Limits that protect people from each other; here only a slow or a quick machine would reach them. Whatever is about one sets it.
LIMITS = {
    "LOCK_TIMEOUT_MS": "120000",
    "STATEMENT_TIMEOUT_MS": "300000",
    "IDLE_TIMEOUT_MS": "600000",
    "API_LIMIT_PER_MINUTE": "1000000",
}


class Servers:
    """What this process started, if anything."""

    folder: Path | None = None
    postgres: Postgres | None = None
    redis: Redis | None = None

    def start(self) -> None:
        """Start what the environment does not name yet and name it there."""
        self.folder = Path(tempfile.mkdtemp(prefix="releasecal-tests-", dir="/tmp"))  # TMPDIR may be too long for a socket
        open_to_servers(self.folder)
        if "DATABASE_URL" not in os.environ:
            self.postgres = Postgres(
                self.folder / "postgres",
                bin=postgres_binaries(),
                log=self.folder / "postgres.log",
                durable=False,
                settings={"max_connections": str(MOST_CONNECTIONS)},
            )
            self.postgres.start()
            os.environ["DATABASE_URL"] = self.postgres.url(SUPERUSER)
        if "REDIS_URL" not in os.environ:
            self.redis = Redis(self.folder / "redis", durable=False, databases=DATABASES_PER_WORKER * (MOST_WORKERS + 1))
            self.redis.start()
            os.environ["REDIS_URL"] = self.redis.url(0)
        os.environ.setdefault("VAR_DIR", str(self.folder / "var"))
        Path(os.environ["VAR_DIR"]).mkdir(parents=True, exist_ok=True)

    def stop(self) -> None:
        """Stop what was started here and remove its files."""
        for server in (self.redis, self.postgres):
            if server is not None:
                server.stop()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = self.postgres = self.redis = None


SERVERS = Servers()


def prepare_environment() -> None:
    """Set what the settings need. A worker of xdist finds the addresses set and takes Redis databases of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        SERVERS.start()
    elif "RELEASECAL_TEST_REDIS" in os.environ:
        address = os.environ["RELEASECAL_TEST_REDIS"]
        first = DATABASES_PER_WORKER * (int(worker.removeprefix("gw")) + 1)
        os.environ["REDIS_URL"] = f"{address}/{first}"
        os.environ["CACHE_URL"] = f"{address}/{first + 1}"
    if SERVERS.redis is not None:
        os.environ["RELEASECAL_TEST_REDIS"] = SERVERS.redis.url().rpartition("/")[0]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "releasecal.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-the-suite-" + "x" * 40)
    os.environ.setdefault("STATIC_STORAGE", "plain")
    os.environ.setdefault("TZ", "UTC")
    for name, limit in LIMITS.items():
        os.environ.setdefault(name, limit)


prepare_environment()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let the workers read their settings after `prepare_environment`, not already when pytest-django is loaded."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    SERVERS.stop()
