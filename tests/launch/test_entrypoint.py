"""The image's commands, run here against servers named by DATABASE_URL and REDIS_URL as compose names them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from releasecal.embedded import children
from tests.launch.clones import BASE_DIR, free_port, surroundings, wait_until
from tests.launch.test_compose import REQUIRED

ENTRYPOINT = BASE_DIR / "docker" / "entrypoint"


@pytest.fixture
def service(foreign_servers, tmp_path):
    """Variables as compose gives them to the application's own services."""
    variables = {name: value for name, value in foreign_servers.items() if name != "OWNER_DATABASE_URL"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"SECRET_KEY": REQUIRED["SECRET_KEY"], "TOKEN_PEPPER": REQUIRED["TOKEN_PEPPER"], "VAR_DIR": str(tmp_path / "files")}
    more = {"STATIC_STORAGE": "plain", "BEAT_SCHEDULE": str(tmp_path / "schedule"), "WORKER_TMP_DIR": str(tmp_path), "DEMO": "0"}
    return surroundings(
        PATH=path, **variables, **own, **more, BASE_URL=REQUIRED["BASE_URL"], ALLOWED_HOSTS=REQUIRED["ALLOWED_HOSTS"]
    )


def run(command, variables):
    return subprocess.run([ENTRYPOINT, command], env=variables, capture_output=True, text=True, timeout=300, check=False)


def test_migrate_then_web_worker_and_beat_become_healthy_and_stop_on_term(service, foreign_servers, tmp_path):
    migrated = run("migrate", service | {"OWNER_DATABASE_URL": foreign_servers["OWNER_DATABASE_URL"]})
    assert migrated.returncode == 0, migrated.stderr
    assert "admin@demo.example" in migrated.stdout

    variables = service | {"PORT": str(free_port())}
    started = {}
    try:
        for name in ("web", "worker", "beat"):
            started[name] = children.start([ENTRYPOINT, name], env=variables, log=tmp_path / f"{name}.log")
        for name in started:
            wait_until(lambda name=name: run(f"{name}-health", variables).returncode == 0, f"{name} is healthy", 180)
    finally:
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(90) for name, process in started.items()}
    assert codes == {"web": 0, "worker": 0, "beat": 0}


def test_the_health_checks_fail_while_nothing_runs(service):
    variables = service | {"PORT": str(free_port())}
    assert {name: run(f"{name}-health", variables).returncode != 0 for name in ("web", "worker", "beat")} == {
        "web": True,
        "worker": True,
        "beat": True,
    }


def test_the_application_role_cannot_migrate(service, foreign_servers):
    refused = run("migrate", service)
    assert refused.returncode != 0
    assert "permission denied" in refused.stderr
    with psycopg2.connect(foreign_servers["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchone() == (0,)
    connection.close()
