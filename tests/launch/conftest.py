"""Places and servers to start from."""

import os
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from releasecal.embedded.postgres import APPLICATION, OWNER
from releasecal.embedded.redis import Redis


@pytest.fixture
def open_folder():
    """A folder that every account may enter; pytest's own are private, and made so again by every other session."""
    folder = Path(tempfile.mkdtemp(prefix="releasecal-launch-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def foreign_servers(tmp_path):
    """The variables that name an empty database with its two roles, and a Redis, that the launcher did not start."""
    server = urlsplit(os.environ["DATABASE_URL"])
    name = f"launch_{secrets.token_hex(6)}"
    connection = psycopg2.connect(urlunsplit(server))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} OWNER {OWNER}")

    def address(role: str) -> str:
        place = server.netloc.rpartition("@")[2]
        return str(urlunsplit(server._replace(netloc=f"{role}@{place}", path=f"/{name}")))

    redis = Redis(tmp_path / "redis", durable=False)
    redis.start()
    yield {"DATABASE_URL": address(APPLICATION), "OWNER_DATABASE_URL": address(OWNER), "REDIS_URL": redis.url()}
    redis.stop()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    connection.close()
