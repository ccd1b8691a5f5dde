"""Starting a process so that it cannot outlive its parent, and stopping it for certain."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """A server did not come up; the message is a sentence, with the last lines of its log where there are any."""


@dataclass(frozen=True)
class Account:
    """The system user a process runs as, when that is not the present one."""

    name: str
    uid: int
    gid: int


def unprivileged() -> Account | None:
    """The account for servers that refuse to run as root: `nobody`, or None when we are not root anyway."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def start(
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    orphaned: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, its output appended to `log` (None: thrown away).

    On Linux the kernel sends it `orphaned` as soon as the thread that called this has died, so call it from the main
    thread. As `account`, when given; the signal survives because it is set after the change of user.
    """
    with Path(os.devnull if log is None else log).open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_tied_to_parent(orphaned),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def stop(process: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGTERM, *, patience: float = 10) -> int:
    """Ask `process` to end with `sign`; after `patience` seconds kill it and its whole group. Its return code."""
    if process.poll() is None:
        process.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    kill_group(process.pid)
    return process.wait()


def kill_group(leader: int) -> None:
    """Kill whatever is left of the process group that `leader` began."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _tied_to_parent(sign: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
        if os.getppid() != parent:  # it died between the fork and the line above
            os._exit(1)

    return tie
