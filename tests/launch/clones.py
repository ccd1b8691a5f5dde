"""Clones of this repository to start for real, and what runs from them."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from releasecal.embedded import children
from releasecal.embedded.homes import reachable
from tests.servers import LIMITS

BASE_DIR = Path(__file__).resolve().parent.parent.parent
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "node_modules", "var", "__pycache__", ".*_cache", ".hypothesis")
# What the suite says to its own processes must not reach a program started as a person would start it.
OF_THE_SUITE = (
    *("DATABASE_URL", "REDIS_URL", "CACHE_URL", "SECRET_KEY", "VAR_DIR", "STATIC_STORAGE", "DJANGO_SETTINGS_MODULE", "DEMO"),
    *("RELEASECAL_TEST_REDIS", "PYTHONPATH", "VIRTUAL_ENV", "PORT", "TZ", "OWNER_DATABASE_URL", *LIMITS),
)
BASE_PYTHON = str(getattr(sys, "_base_executable", sys.executable))


def surroundings(**more: str) -> dict[str, str]:
    """The environment of somebody at a terminal, and `more`."""
    return {name: value for name, value in os.environ.items() if name not in OF_THE_SUITE and not name.startswith("PYTEST")} | more


def copy_of_this(folder: Path) -> Path:
    """A copy of the working tree that shares our installed packages, so that only the start itself takes time."""
    shutil.copytree(BASE_DIR, folder, ignore=NOT_COPIED)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "node_modules").symlink_to(BASE_DIR / "node_modules")
    return folder


def give_to(account: children.Account, folder: Path) -> None:
    """Make a clone `account`'s own, with packages and a Python that it can reach."""
    for name, source in ((".venv", Path(sys.prefix)), ("node_modules", BASE_DIR / "node_modules")):
        (folder / name).unlink()
        shutil.copytree(source, folder / name, symlinks=True, copy_function=_link_or_copy)
    python = _python_for(account, folder)
    for link in (folder / ".venv" / "bin").glob("python*"):
        link.unlink()
        link.symlink_to(python)
    configuration = folder / ".venv" / "pyvenv.cfg"
    lines = [f"home = {python.parent}" if line.startswith("home") else line for line in configuration.read_text().splitlines()]
    configuration.unlink()  # it may be a link to ours
    configuration.write_text("\n".join(lines) + "\n")
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink() and path.is_dir():
            os.chown(path, account.uid, account.gid)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _python_for(account: children.Account, folder: Path) -> Path:
    """Our own Python where `account` can reach it, else a copy of it (another one might need other packages)."""
    ours = Path(BASE_PYTHON).resolve()
    if reachable(ours.parent, account):
        return ours
    copy = folder / "python"
    not_needed = shutil.ignore_patterns("test", "tests", "site-packages", "*.a", "config-*", "include", "share", "idlelib")
    shutil.copytree(sys.base_prefix, copy, symlinks=True, ignore=not_needed)
    return copy / "bin" / ours.name


def free_port() -> int:
    """A port that nobody has, and nobody is given who takes any (those begin at 32768): it is bound only a while later."""
    while True:
        port = secrets.randbelow(20_000) + 12_000
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(condition: Callable[[], object], what: str, patience: float = 90) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"After {patience:.0f} s still not: {what}"
        time.sleep(0.05)


class Start:
    """One `run.py` of a clone. As a context it is killed at the end if it still runs."""

    def __init__(
        self, clone: Path, *arguments: str, port: int = 0, account: children.Account | None = None, **variables: str
    ) -> None:
        self.clone = clone
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.output = clone / f"output-{secrets.token_hex(4)}.txt"
        self.process = children.start(
            [clone / ".venv" / "bin" / "python" if account else BASE_PYTHON, "run.py", *arguments],
            log=self.output,
            env=surroundings(PORT=str(self.port), **variables),
            cwd=clone,
            account=account,
            orphaned=signal.SIGTERM,
        )

    def __enter__(self) -> "Start":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        wait_until(lambda: self.process.poll() is not None, f"run.py ended after TERM: {self.said()}", 90)

    def said(self) -> str:
        return self.output.read_text()

    def wait_for_address(self, patience: float = 180) -> "Start":
        def shown() -> bool:
            assert self.process.poll() is None, f"run.py ended with {self.process.returncode}:\n{self.said()}"
            return f"Releasecal is at {self.address}" in self.said()

        wait_until(shown, f"the address is shown. So far:\n{self.said()}", patience)
        return self

    def ask(self, path: str) -> tuple[int, bytes]:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.address + path, timeout=20) as answer:
            return answer.status, answer.read()

    def run_json(self) -> dict[str, dict[str, object]]:
        entries: dict[str, dict[str, object]] = json.loads((self.clone / "var" / "run.json").read_text())
        return entries

    def stop(self, sign: signal.Signals) -> int:
        self.process.send_signal(sign)
        return self.process.wait(90)


def manage(clone: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python3 manage.py …` in a clone."""
    return subprocess.run(
        [BASE_PYTHON, "manage.py", *arguments],
        cwd=clone,
        env=surroundings(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def processes_of(*places: Path) -> dict[int, str]:
    """Every process that was started from one of `places` or works inside it: its id and command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            working_folder = str((entry / "cwd").readlink())
        except OSError:
            continue  # it ended, or is the kernel's
        if command and any(str(place) in command or working_folder.startswith(str(place)) for place in places):
            found[int(entry.name)] = command
    return found
