"""Keeps one embedded server (`postgres` or `redis`) for as long as anybody in this clone uses it.

Everybody who uses the server holds `var/<server>.users` shared; the kernel lets go of it however a user ends, SIGKILL
included. The keeper is a process of its own that holds `var/<server>.keeper`, and stops the server as soon as it can have
the users' lock alone. So launcher and commands may come and go in any order, and none leaves a server behind.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

from releasecal.embedded import bootstrap, children, homes, running
from releasecal.embedded.locks import Lock, alone, is_held
from releasecal.embedded.postgres import OWNER, SUPERUSER, Postgres
from releasecal.embedded.redis import Redis

READY = "ready"


class Use:
    """One user's hold on the server called `name`; starts it if it does not run. As a context or with `begin` and `end`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.hold: Lock | None = None

    def begin(self) -> running.Entry:
        """Its entry in `var/run.json` (`url` and more). Raises `children.StartError`."""
        self.hold = Lock(running.VAR / f"{self.name}.users")
        self.hold.take(shared=True)  # waits while a keeper is just stopping the server
        try:
            with alone(running.VAR / f"{self.name}.start"):
                if not is_held(running.VAR / f"{self.name}.keeper"):
                    self._start_keeper()
            return running.entries()[self.name]
        except BaseException:
            self.hold.close()
            raise

    def end(self) -> None:
        """Let go. The last user returns once the server has stopped."""
        if self.hold is None:
            return
        if self.hold.try_to_take() and self.stands():
            # Nobody can come in while we hold it alone.
            with contextlib.suppress(ProcessLookupError, KeyError):
                os.kill(running.entries()[self.name]["keeper"], signal.SIGTERM)
            with Lock(running.VAR / f"{self.name}.keeper") as lock:
                lock.take()
        self.hold.close()
        self.hold = None

    def stands(self) -> bool:
        """Does the server still have its keeper?"""
        return is_held(running.VAR / f"{self.name}.keeper")

    def __enter__(self) -> running.Entry:
        return self.begin()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def _start_keeper(self) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "releasecal.embedded.keeper", self.name],
            cwd=bootstrap.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        if process.stdout is None or (first := process.stdout.readline()).strip() == READY:
            return
        said = (first + process.stdout.read()).strip()
        process.wait()
        raise children.StartError(said or f"The embedded {self.name} did not start.")


def keep(name: str) -> None:
    """Start the server, say `ready` on stdout, and stop it on TERM or when nobody uses it any more."""
    told_to_stop = _listen_for_signals()
    lock = Lock(running.VAR / f"{name}.keeper")
    if not lock.try_to_take():
        raise children.StartError(f"Another keeper of {name} is at work.")
    users = Lock(running.VAR / f"{name}.users")
    log = running.log_of(name)
    server, entry = _postgres(log) if name == "postgres" else _redis(log)
    running.write(name, entry)
    print(READY, flush=True)  # whoever reads this may tell us to stop at once
    _leave_the_terminal()
    while server.process is not None and server.process.poll() is None and not users.try_to_take():
        if told_to_stop.wait(0.2):
            break
    server.stop()
    running.write(name, None)
    lock.close()  # before the users' lock: whoever gets that one must find no keeper
    users.close()


def _postgres(log: Path) -> tuple[Postgres, running.Entry]:
    home = homes.server_home()
    server = Postgres(home / "postgres", bin=homes.postgres_binaries(), log=log)
    server.start()
    return server, {
        "pid": _pid(server.process),
        "keeper": os.getpid(),
        "socket": str(server.socket),
        "data": str(server.data),
        "url": server.url(),
        "owner_url": server.url(OWNER),
        "superuser_url": server.url(SUPERUSER),
    }


def _redis(log: Path) -> tuple[Redis, running.Entry]:
    server = Redis(running.VAR / "redis", log=log)
    server.start()
    return server, {"pid": _pid(server.process), "keeper": os.getpid(), "port": server.port, "url": server.url()}


def _pid(process: subprocess.Popen[bytes] | None) -> int | None:
    return process.pid if process is not None else None


def _listen_for_signals() -> threading.Event:
    """An event that says that TERM came. Nobody's Ctrl-C is meant for us."""
    told_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: told_to_stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return told_to_stop


def _leave_the_terminal() -> None:
    """From here on nobody listens to us."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


if __name__ == "__main__":
    try:
        keep(sys.argv[1])
    except children.StartError as problem:
        sys.exit(str(problem))
