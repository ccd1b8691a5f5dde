"""The README's first command, as somebody would run it: git clone, python3 run.py."""

import shutil
import subprocess
from pathlib import Path

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
        data = Path(str(start.run_json()["postgres"]["data"]))

    assert start.process.returncode == 0
    assert processes_of(clone) == {}
    assert not (clone / "var" / "run.json").exists()
    if not data.is_relative_to(clone):  # as root: PostgreSQL runs as somebody who cannot enter the clone
        assert f"PostgreSQL's data live in {data}" in start.said()
        shutil.rmtree(data.parent.parent)
