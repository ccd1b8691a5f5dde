"""`run.py`: web, worker and beat with their servers, from the first migration to the last orderly stop."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from releasecal.embedded import arguments, children, running
from releasecal.embedded.bootstrap import BASE_DIR, say
from releasecal.embedded.locks import Lock
from releasecal.embedded.servers import Servers, remember_demo
from releasecal.embedded.watchdog import Watchdog

QUEUES = "mail,hooks,chat,imports,default"
WEB_WORKERS = 2
WEB_THREADS = 4
PATIENCE_TO_START = 120.0


class StopAsked(BaseException):
    """Ctrl-C, TERM, or the terminal was closed."""


class PartError(Exception):
    """A part of the program ended by itself; the message says which and what it said last."""


@dataclass(frozen=True)
class Part:
    """One process of the program: its name, command, the seconds it gets to end what it is doing, and variables of its own."""

    name: str
    command: list[str]
    patience: float
    variables: dict[str, str] = field(default_factory=dict)


def run(wish: arguments.Wish) -> int:
    """Start everything, stay until asked to stop, stop everything.

    Returns the exit code: 0, 1 when a part ended by itself, 2 when refused.
    """
    with Lock(running.VAR / "run.lock") as lock:
        if not lock.try_to_take():
            where = running.entries().get("web", {}).get("url", "its address is not known yet")
            say(f"Releasecal already runs from this clone ({where}). Stop it there with Ctrl-C first.")
            return 2
        try:
            with _signals_raise():
                _run(wish)
        except StopAsked:
            say("Stopped.")
        except (PartError, children.StartError) as problem:
            say(str(problem))
            return 1
        return 0


def _run(wish: arguments.Wish) -> None:
    remember_demo(demo=wish.demo)
    say("Starting PostgreSQL and Redis …" if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys() else "Using the servers given.")
    servers = Servers(os.environ)
    with servers as variables:
        address = f"http://127.0.0.1:{wish.port}"
        token = secrets.token_urlsafe(16)
        variables |= {"DEMO": "1" if wish.demo else "0", "INSTANCE_TOKEN": token, "PYTHONUNBUFFERED": "1"}
        variables.setdefault("BASE_URL", address)
        variables.setdefault("STATIC_STORAGE", "uncompressed")
        if (place := running.entries().get("postgres", {}).get("data")) and not Path(place).is_relative_to(BASE_DIR):
            say(f"Other accounts cannot enter {BASE_DIR}, so PostgreSQL's data live in {place}.")
        watchdog = Watchdog(servers.holds())
        started: list[tuple[Part, subprocess.Popen[bytes]]] = []
        running.write("launcher", {"pid": os.getpid(), "demo": wish.demo})
        try:
            sign_ins = _prepare(wish, variables, watchdog)
            for part in _parts(wish.port):
                process = children.start(part.command, log=_fresh_log(part.name), env=part.variables | variables, cwd=BASE_DIR)
                watchdog.watch(process.pid)
                started.append((part, process))
                running.write(
                    part.name, {"pid": process.pid, **({"url": address, "instance": token} if part.name == "web" else {})}
                )
            _wait_for_web(address, token, started)
            _greet(address, sign_ins)
            running.log_of("prepare").unlink()  # only now that it was shown: a first password is not kept
            while True:
                time.sleep(0.5)
                _expect_all(started, servers)
        finally:
            with _signals_hasten(started):
                _stop(started)
                watchdog.done()
                running.write("launcher", None)
                servers.end()


def _parts(port: int) -> list[Part]:
    python, celery = sys.executable, ["-m", "celery", "-A", "releasecal.celery", "--quiet"]
    return [
        Part(
            "web",
            [
                *(python, "-m", "gunicorn", "releasecal.wsgi:application", "--bind", f"127.0.0.1:{port}"),
                *("--worker-class", "gthread", "--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS)),
                # The site reads X-Forwarded-… itself, and only as many as TRUSTED_PROXIES says.
                *("--preload", "--no-control-socket", "--graceful-timeout", "10", "--forwarded-allow-ips", ""),
            ],
            12,
        ),
        Part(
            "worker",
            [
                python,
                *celery,
                "worker",
                "-Q",
                QUEUES,
                "--concurrency",
                "2",
                "--loglevel",
                "INFO",
                "--without-gossip",
                "--without-mingle",
            ],
            30,
            {"STATEMENT_TIMEOUT_MS": "120000"},  # tasks may take longer than a page; their own limit is task_time_limit
        ),
        Part(
            "beat", [python, *celery, "beat", "-s", str(running.VAR / "celerybeat-schedule"), "--pidfile=", "--loglevel", "INFO"], 5
        ),
    ]


def _prepare(wish: arguments.Wish, variables: dict[str, str], watchdog: Watchdog) -> str:
    """Migrate, grant, collect static files and set up people as the owner; what it says is for the person starting."""
    say("Preparing the database …")
    log = _fresh_log("prepare")
    as_owner = variables | {
        "DATABASE_URL": variables.get("OWNER_DATABASE_URL") or variables["DATABASE_URL"],
        "STATEMENT_TIMEOUT_MS": "600000",
    }
    command = [sys.executable, str(BASE_DIR / "manage.py"), "prepare", *([] if wish.demo else ["--no-demo"])]
    process = children.start(command, log=log, env=as_owner, cwd=BASE_DIR)
    watchdog.watch(process.pid)
    try:
        while process.poll() is None:
            time.sleep(0.05)
    finally:
        children.stop(process, patience=5)
    if process.returncode != 0:
        raise PartError(f"The database could not be prepared (all of it in {log}):\n{running.last_words(log)}")
    # Log lines are JSON objects; the rest are words for the person at the terminal.
    return "\n".join(line for line in log.read_text().splitlines() if not line.startswith("{"))


def _wait_for_web(address: str, token: str, started: list[tuple[Part, subprocess.Popen[bytes]]]) -> None:
    """Until /healthz answers with our own token: another server on this port would not know it."""
    deadline = time.monotonic() + PATIENCE_TO_START
    while not _is_ours(address, token):
        _expect_all(started)
        if time.monotonic() > deadline:
            log = running.log_of("web")
            raise PartError(f"The web server does not answer at {address} (all of it in {log}):\n{running.last_words(log)}")
        time.sleep(0.05)


def _is_ours(address: str, token: str) -> bool:
    # Not through a proxy that the environment may name.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}/healthz", timeout=2) as answer:
            return bool(json.load(answer).get("instance") == token)
    except (OSError, ValueError):
        return False


def _expect_all(started: list[tuple[Part, subprocess.Popen[bytes]]], servers: Servers | None = None) -> None:
    for part, process in started:
        if process.poll() is not None:
            log = running.log_of(part.name)
            raise PartError(
                f"The {part.name} ended by itself (code {process.returncode}; all of it in {log}):\n{running.last_words(log)}"
            )
    if servers is not None and (name := servers.fallen()):
        log = running.log_of(name)
        raise PartError(f"The embedded {name} ended by itself (all of it in {log}):\n{running.last_words(log)}")


def _stop(started: list[tuple[Part, subprocess.Popen[bytes]]]) -> None:
    """Web first, so that nothing new comes in; beat and worker together, since each may wait for what it does."""
    if started:
        say("Stopping …")
    for part, process in started[:1]:
        children.stop(process, patience=part.patience)
        running.write(part.name, None)
    for _, process in started[1:]:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
    for part, process in started[1:]:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(part.patience)
        children.kill_group(process.pid)
        process.wait()
        running.write(part.name, None)


def _greet(address: str, sign_ins: str) -> None:
    print(f"\nReleasecal is at {address}\n")
    if sign_ins.strip():
        print(sign_ins.strip() + "\n")
    if not os.environ.get("EMAIL_URL"):
        print("No mail leaves this machine until EMAIL_URL names a mail server (smtp+tls://user:password@host).\n")
    print("Ctrl-C stops it.", flush=True)


def _fresh_log(name: str) -> Path:
    """The part's log, with the one of the last start kept beside it."""
    log = running.log_of(name)
    if log.exists():
        log.replace(log.with_suffix(".log.before"))
    log.touch(mode=0o600)
    return log


@contextlib.contextmanager
def _signals_raise() -> Iterator[None]:
    def ask(_number: int, _frame: FrameType | None) -> None:
        raise StopAsked

    with _handling(ask):
        yield


@contextlib.contextmanager
def _signals_hasten(started: list[tuple[Part, subprocess.Popen[bytes]]]) -> Iterator[None]:
    """While stopping, a second Ctrl-C kills what is still busy; the servers then still stop in order."""

    def hasten(_number: int, _frame: FrameType | None) -> None:
        for _, process in started:
            children.kill_group(process.pid)

    with _handling(hasten):
        yield


@contextlib.contextmanager
def _handling(handler: "signal._HANDLER") -> Iterator[None]:
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # started with nohup
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
