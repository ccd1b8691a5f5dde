"""`run.py test` and `run.py bench`: the whole suite, and the benchmark, on servers of their own."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from releasecal.embedded import arguments, children, chromium, homes
from releasecal.embedded.bootstrap import BASE_DIR, InstallError, say
from releasecal.embedded.postgres import OWNER, SUPERUSER, Postgres
from releasecal.embedded.redis import Redis

PRODUCTION = {
    "DEMO": "0",
    "DEBUG": "0",
    "BASE_URL": "https://releases.example.org",
    "ALLOWED_HOSTS": "releases.example.org",
    "STATIC_STORAGE": "manifest",
}
# A benchmark measures the program, not a server sized for a laptop's idle hours.
BENCH_SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "30min", "maintenance_work_mem": "512MB"}


@dataclass(frozen=True)
class Step:
    """One check: its name, its command (after the Python that runs it), and variables of its own."""

    name: str
    command: list[str]
    variables: dict[str, str] = field(default_factory=dict)


CHECKS = [
    Step("types", ["-m", "mypy", "."]),
    Step("style", ["-m", "ruff", "check", "."]),
    Step("format", ["-m", "ruff", "format", "--check", "."]),
    Step("architecture", ["-c", "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"]),
    Step("migrations", ["manage.py", "makemigrations", "--check", "--dry-run"]),
    Step("production settings", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
]


def run(wish: arguments.Wish) -> int:
    """Every check and then pytest; with arguments only pytest with these. The exit code is 0 when all is green, and pytest's own when given arguments."""
    began = time.monotonic()
    try:
        browser = chromium.ensure()
    except InstallError as problem:
        say(str(problem))
        return 1
    if wish.rest:
        return _pytest(wish.rest, browser)
    failed = _check()
    if _pytest([], browser) != 0:
        failed.append("tests")
    if failed:
        say(f"Failed after {time.monotonic() - began:.0f} s: {', '.join(failed)}.")
        return 1
    say(f"All green after {time.monotonic() - began:.0f} s.")
    return 0


def bench(wish: arguments.Wish) -> int:
    """The benchmark, on a cluster that is kept in `var/bench` (building the reference data takes longer than measuring)."""
    folder = homes.server_home() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    homes.open_to_servers(folder)
    with _servers(folder, durable=True, settings=BENCH_SETTINGS) as variables:
        surroundings = os.environ | variables | {"VAR_DIR": str(folder / "files")}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        measure = [sys.executable, "-m", "bench", *wish.rest]
        codes = (subprocess.run(command, cwd=BASE_DIR, env=surroundings, check=False).returncode for command in (migrate, measure))
        return next((code for code in codes if code != 0), 0)


def _check() -> list[str]:
    """Run the checks side by side, print what failed, and name it."""
    folder = Path(tempfile.mkdtemp(prefix="releasecal-checks-", dir="/tmp"))
    homes.open_to_servers(folder)
    try:
        with _servers(folder, durable=False, settings={}) as variables, ThreadPoolExecutor(os.cpu_count()) as pool:
            return [
                step.name
                for step, good in zip(CHECKS, pool.map(lambda step: _passes(step, variables), CHECKS), strict=True)
                if not good
            ]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _passes(step: Step, variables: dict[str, str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *step.command],
        cwd=BASE_DIR,
        env=os.environ | variables | step.variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    good = done.returncode == 0
    say(f"{step.name}: {'good' if good else 'FAILED'} ({time.monotonic() - began:.0f} s)" + ("" if good else f"\n{done.stdout}"))
    return good


def _pytest(rest: list[str], browser: str) -> int:
    """pytest in the foreground; it brings its own servers (tests/servers.py)."""
    spread = any(argument.startswith(("-n", "--numprocesses", "--pdb", "--dist")) for argument in rest)
    # Many tests wait for servers and browsers, so a few more workers than processors; those that are done take over from the others.
    parallel = [] if spread else ["-n", str(min((os.cpu_count() or 2) + 1, 8)), "--dist", "worksteal"]
    command = [sys.executable, "-m", "pytest", *parallel, *rest]
    return subprocess.run(command, cwd=BASE_DIR, env=os.environ | {"CHROMIUM": browser}, check=False).returncode


@contextlib.contextmanager
def _servers(folder: Path, *, durable: bool, settings: dict[str, str]) -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis in `folder` while the context lasts: the variables that name them."""
    postgres = Postgres(
        folder / "postgres", bin=homes.postgres_binaries(), log=folder / "postgres.log", durable=durable, settings=settings
    )
    redis = Redis(folder / "redis", durable=False)
    try:
        postgres.start()
        redis.start()
        yield {
            "DATABASE_URL": postgres.url(),
            "OWNER_DATABASE_URL": postgres.url(OWNER),
            "SUPERUSER_DATABASE_URL": postgres.url(SUPERUSER),
            "REDIS_URL": redis.url(),
            "SECRET_KEY": os.urandom(32).hex(),
        }
    except children.StartError as problem:
        sys.exit(str(problem))
    finally:
        redis.stop()
        postgres.stop()
