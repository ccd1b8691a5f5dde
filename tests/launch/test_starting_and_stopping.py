"""run.py beside others, against obstacles, and at its end."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from releasecal.embedded import children
from tests.launch.clones import BASE_DIR, BASE_PYTHON, Start, copy_of_this, give_to, manage, processes_of, surroundings, wait_until


@pytest.fixture
def clone(open_folder):
    return copy_of_this(open_folder / "clone")


def test_a_taken_port_is_refused_before_anything_is_started(clone):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        start = Start(clone, port=other.getsockname()[1])
        assert start.process.wait(90) == 2
    assert start.said().startswith(f"Port {start.port} on 127.0.0.1 cannot be used")
    assert len(start.said().splitlines()) == 1
    assert not (clone / "var").exists()


@pytest.mark.parametrize("port", ["0", "65536", "web", "-1"])
def test_a_port_that_is_none_is_refused(port):
    refused = subprocess.run(
        [BASE_PYTHON, "run.py"], cwd=BASE_DIR, env=surroundings(PORT=port), capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert refused.stderr == f"PORT is {port!r}; write a number from 1 to 65535.\n"


def test_a_second_start_is_refused_a_command_joins_in_and_ctrl_c_stops_everything(clone):
    with Start(clone) as start:
        start.wait_for_address()
        assert "release@demo.example" in start.said()
        assert start.run_json().keys() == {"postgres", "redis", "launcher", "web", "worker", "beat"}

        second = Start(clone, "--no-demo")
        assert second.process.wait(90) == 2
        assert f"already runs from this clone ({start.address})" in second.said()

        before = start.run_json()["postgres"]["pid"]
        # The company was loaded at the start; a command that joins finds it.
        assert "nothing changed" in manage(clone, "demo").stdout
        assert start.run_json()["postgres"]["pid"] == before
        assert json.loads(start.ask("/readyz")[1]) == {"ready": True, "database": "up", "broker": "up"}

        assert start.stop(signal.SIGINT) == 0
    assert processes_of(clone) == {}
    assert not (clone / "var" / "run.json").exists()


def test_no_orphan_is_left_whoever_is_killed_and_the_next_start_succeeds(clone):
    with Start(clone, "--no-demo") as start:
        start.wait_for_address()
        assert len(processes_of(clone)) > 8
        start.stop(signal.SIGKILL)
        wait_until(lambda: processes_of(clone) == {}, "every process of the clone is gone")
    with Start(clone, "--no-demo", port=start.port) as again:
        again.wait_for_address()
        assert again.ask("/healthz")[0] == 200
        # Now with those who would clean up.
        supervisors = [
            pid for pid, command in processes_of(clone).items() if "run.py" in command or "releasecal.embedded" in command
        ]
        assert len(supervisors) == 4
        for pid in supervisors:
            os.kill(pid, signal.SIGKILL)
        again.process.wait()
        wait_until(lambda: processes_of(clone) == {}, "every process of the clone is gone")


def test_a_part_that_dies_is_named_with_its_last_words_and_everything_stops(clone):
    with Start(clone, "--no-demo") as start:
        start.wait_for_address()
        os.kill(int(str(start.run_json()["beat"]["pid"])), signal.SIGKILL)
        assert start.process.wait(90) == 1
    assert "The beat ended by itself" in start.said()
    assert processes_of(clone) == {}


def test_two_clones_run_side_by_side_one_of_them_a_normal_users(open_folder):
    one, two = (copy_of_this(open_folder / name) for name in ("one", "two"))
    account = children.unprivileged()
    if account is not None:  # otherwise we are a normal user already
        give_to(account, two)
    # A copied Python may have to be told where its library is.
    their_own = {"HOME": str(two), "LD_LIBRARY_PATH": str(two / "python" / "lib")}
    with Start(one, "--no-demo") as first, Start(two, "--no-demo", account=account, **their_own) as second:
        first.wait_for_address()
        second.wait_for_address()
        ours, theirs = first.run_json(), second.run_json()
        assert ours["postgres"]["socket"] != theirs["postgres"]["socket"]
        assert ours["redis"]["port"] != theirs["redis"]["port"]
        assert len({json.loads(start.ask("/healthz")[1])["instance"] for start in (first, second)}) == 2
        assert theirs["postgres"]["data"] == str(two / "var" / "postgres" / "data")
        assert Path(f"/proc/{theirs['web']['pid']}").stat().st_uid == (account.uid if account else os.geteuid()) != 0
        assert second.stop(signal.SIGINT) == 0
        assert first.ask("/healthz")[0] == 200
    assert processes_of(one, two) == {}


def test_servers_that_are_named_are_used_and_none_are_started(clone, foreign_servers):
    with Start(clone, "--no-demo", **foreign_servers) as start:
        start.wait_for_address()
        assert start.run_json().keys() == {"launcher", "web", "worker", "beat"}
        assert json.loads(start.ask("/readyz")[1])["database"] == "up"
        assert start.stop(signal.SIGTERM) == 0
    assert not (clone / "var" / "postgres").exists()
    assert not (clone / "var" / "redis").exists()
