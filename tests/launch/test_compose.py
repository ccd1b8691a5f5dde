"""docker-compose.yml and the Dockerfile, as far as they can be held to their promises without an engine."""

import re
import shutil
import subprocess

import pytest
import yaml

from tests.launch.clones import BASE_DIR, surroundings

COMPOSE = BASE_DIR / "docker-compose.yml"
REQUIRED = {
    "POSTGRES_PASSWORD": "a",
    "OWNER_PASSWORD": "b",
    "APPLICATION_PASSWORD": "c",
    "REDIS_PASSWORD": "d",
    "SECRET_KEY": "e" * 40,
    "TOKEN_PEPPER": "f" * 40,
    "BASE_URL": "https://r.example.org",
    "ALLOWED_HOSTS": "r.example.org",
}


@pytest.fixture
def compose():
    return yaml.safe_load(COMPOSE.read_text())


def test_it_has_these_services_and_each_that_stays_has_a_health_check(compose):
    services = compose["services"]
    assert services.keys() == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    assert {name for name, service in services.items() if "healthcheck" in service} == services.keys() - {"migrate"}
    assert services["postgres"]["image"] == "postgres:18"
    assert services["redis"]["image"].startswith("redis:7")


def test_migrations_run_once_as_the_owner_before_the_processes_of_the_application_role(compose):
    services = compose["services"]
    assert services["migrate"]["restart"] == "no"
    assert "releasecal_owner:" in services["migrate"]["environment"]["OWNER_DATABASE_URL"]
    for name in ("web", "worker", "beat"):
        assert "releasecal_app:" in services[name]["environment"]["DATABASE_URL"]
        assert not [value for value in services[name]["environment"].values() if "owner" in value.lower()]
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_stands_in_it_and_each_is_demanded(compose):
    text = COMPOSE.read_text()
    assert set(re.findall(r"\$\{(\w+):\?", text)) == REQUIRED.keys()
    for name in (*REQUIRED, "OIDC_CLIENT_SECRET", "METRICS_TOKEN", "EMAIL_URL"):
        assert not re.findall(rf"\$\{{{name}:?-[^}}]", text), f"{name} has a default"
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|PEPPER|_URL|AUTH", name):
                assert value.startswith("$") or "${" in value, f"{name} is written out"


def test_commands_of_the_services_are_known_to_the_entrypoint(compose):
    entrypoint = (BASE_DIR / "docker" / "entrypoint").read_text()
    own = {name: service for name, service in compose["services"].items() if "build" in service}
    assert own.keys() == {"migrate", "web", "worker", "beat"}
    for service in own.values():
        (command,) = service["command"]
        assert f"\n{command})" in entrypoint
        test = service.get("healthcheck", {}).get("test", [])
        assert not test or f"\n{test[-1]})" in entrypoint


def test_compose_itself_accepts_it_where_it_is_installed():
    docker = shutil.which("docker")
    plugin = docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    if not plugin:
        assert yaml.safe_load(COMPOSE.read_text())["services"]  # the tests above have said the rest
        return
    command = [docker, "compose", "--project-directory", str(BASE_DIR), "config", "--quiet"]
    accepted = subprocess.run(command, env=surroundings(**REQUIRED), capture_output=True, text=True, check=False)
    assert accepted.returncode == 0, accepted.stderr
    incomplete = {name: value for name, value in REQUIRED.items() if name != "SECRET_KEY"}
    assert subprocess.run(command, env=surroundings(**incomplete), capture_output=True, check=False).returncode != 0


def test_the_image_installs_by_hash_and_does_not_run_as_root():
    lines = (BASE_DIR / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if "pip install" in line and "--require-hashes" in line]
    assert not [line for line in lines if "pip install" in line and "--require-hashes" not in line]
    assert [line for line in lines if line.startswith("RUN npm")] == ["RUN npm ci --omit=dev"]
    (user,) = [line for line in lines if line.startswith("USER ")]
    assert user == "USER releasecal"
    assert lines.index(user) < next(number for number, line in enumerate(lines) if line.startswith("ENTRYPOINT"))
