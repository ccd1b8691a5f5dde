"""Lock files name every package by its hash, and no place where it came from."""

import json
import re

import pytest

from tests.launch.clones import BASE_DIR

PYTHON_LOCKS = ["requirements.txt", "requirements-dev.txt", "requirements-node.txt"]


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_python_locks_hold_hashes_and_no_address(name):
    text = (BASE_DIR / name).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|-f|--find-links|--trusted-host)\b", text, re.MULTILINE)
    requirements = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(requirements) >= 2
    for requirement in requirements:
        assert re.match(r"[\w.\[\],-]+==[^\s\\]+", requirement)
        assert "--hash=sha256:" in requirement, requirement.splitlines()[0]


def test_development_has_the_same_versions_as_production():
    def pins(name):
        return dict(re.findall(r"^([\w.-]+(?:\[[\w,-]+\])?)==(\S+)", (BASE_DIR / name).read_text(), re.MULTILINE))

    production, development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert production.items() <= development.items()


def test_the_npm_lock_holds_hashes_and_no_registry():
    lock = json.loads((BASE_DIR / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name
    settings = (BASE_DIR / ".npmrc").read_text().split()
    assert settings == ["omit-lockfile-registry-resolved=true", "ignore-scripts=true", "audit=false", "fund=false"]
