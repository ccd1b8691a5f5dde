"""The README's first command, as somebody would run it: git clone, python3 run.py."""

import subprocess

from tests.launch.clones import BASE_DIR, Start, manage, processes_of


def test_a_fresh_clone_in_a_private_folder_with_a_space_starts_empty_and_stops(tmp_path):
    private = tmp_path / "private folder"
    private.mkdir(mode=0o700)
    clone = private / "my clone"
    subprocess.run(["git", "clone", "--quiet", "--no-local", str(BASE_DIR), str(clone)], check=True, capture_output=True)

    with Start(clone, "--no-demo") as start:
        start.wait_for_address(patience=240)
        assert "admin@demo.example" in start.said()
        assert "project@demo.example" not in start.said()
        status, page = start.ask("/")
        assert status == 200
        assert b"<html" in page
        # A command joins the running servers instead of starting others.
        assert manage(clone, "token", "admin@demo.example").stdout.startswith("rc_")
        data = start.run_json()["postgres"]["data"]

    assert start.process.returncode == 0
    assert processes_of(clone) == {}
    assert not (clone / "var" / "run.json").exists()
    assert str(data).startswith(str(clone)) or str(data) in start.said()
