"""Ends the launcher's processes when the launcher itself is gone without having done so (SIGKILL, power to its terminal).

It reads one line per started process (its process id) from a pipe whose other end only the launcher holds, and `done`
when everything was stopped in order. End of file without `done` means the launcher died. Until it is finished it shares
the launcher's hold on the embedded servers, so that these stop last.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import IO

from releasecal.embedded import children

DONE = "done"
PATIENCE = 10.0


class Watchdog:
    """The launcher's end of it."""

    def __init__(self, holds: Sequence[int]) -> None:
        """Start it; `holds` are the open lock files it shares."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "releasecal.embedded.watchdog"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            pass_fds=holds,
        )

    def watch(self, pid: int) -> None:
        """Have `pid`, the leader of a process group, ended when we die."""
        self._say(str(pid))

    def done(self) -> None:
        """Everything has been stopped: send it home."""
        self._say(DONE)
        self._process.wait()

    def _say(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.write(line + "\n")
                pipe.flush()


def watch(pipe: IO[str]) -> None:
    """Read `pipe` to its end and clean up unless it ended with `done`."""
    leaders: list[int] = []
    for line in pipe:
        if line.strip() == DONE:
            return
        leaders.append(int(line))
    for leader in leaders:
        with contextlib.suppress(ProcessLookupError):
            os.kill(leader, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(_group_lives(leader) for leader in leaders):
        time.sleep(0.1)
    for leader in leaders:
        children.kill_group(leader)


def _group_lives(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    watch(sys.stdin)
