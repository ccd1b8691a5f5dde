"""The project speaks of itself only: no secrets, no machine's paths, no registry's address, no unfinished business."""

import re
import subprocess

import pytest
from django.conf import settings


def tracked() -> list[str]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout
    return [name for name in names.split("\0") if name and (settings.BASE_DIR / name).is_file()]


def text(name: str) -> str:
    return (settings.BASE_DIR / name).read_text(errors="replace")


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt", "package-lock.json"])
def test_no_lock_holds_the_address_of_a_registry(lock):
    assert not re.search(r"https?://[^\s\"]*(pypi|npmjs|registry|simple)|--index-url|--find-links|\"resolved\"", text(lock))


def test_nothing_is_left_unfinished():
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError\(\s*\)")
    found = [
        name
        for name in tracked()
        if name.endswith((".py", ".html", ".js", ".css", ".md")) and name != "tests/architecture/test_words.py"
        if unfinished.search(text(name))
    ]
    assert found == []


def test_no_test_is_skipped_or_expected_to_fail():
    excused = re.compile(r"mark\.(skip|skipif|xfail)\b|pytest\.(skip|xfail|importorskip)\(|unittest\.mock|MagicMock")
    found = [
        name
        for name in tracked()
        if name.startswith("tests/") and name.endswith(".py") and name != "tests/architecture/test_words.py"
        if excused.search(text(name))
    ]
    assert found == []


def test_no_private_key_or_token_is_tracked():
    secret = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|\brc_[a-z0-9]{32}\b|AKIA[0-9A-Z]{16}")
    assert [name for name in tracked() if secret.search(text(name))] == []
