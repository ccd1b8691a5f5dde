"""The documentation's links lead somewhere, and what it says of commands is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

PAGES = [settings.BASE_DIR / "README.md", *sorted((settings.BASE_DIR / "docs").glob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page: Path):
    targets = [
        target.partition("#")[0] for target in LINK.findall(page.read_text()) if "://" not in target and not target.startswith("#")
    ]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "README.md"], ids=lambda page: page.name)
def test_every_page_can_be_reached_from_the_readme(page: Path):
    reached, open_pages = set(), [settings.BASE_DIR / "README.md"]
    while open_pages:
        at = open_pages.pop()
        for target in LINK.findall(at.read_text()):
            found = (at.parent / target.partition("#")[0]).resolve()
            if found.suffix == ".md" and found.exists() and found not in reached:
                reached.add(found)
                open_pages.append(found)
    assert page.resolve() in reached


def commands() -> list[str]:
    named = {
        words[2]
        for page in PAGES
        for line in page.read_text().splitlines()
        if (words := line.strip("`$ ").split()) and words[:2] == ["python3", "manage.py"] and len(words) > 2
    }
    return sorted(name for name in named if name.isidentifier())


@pytest.mark.parametrize("command", commands())
def test_every_command_of_manage_py_that_is_named_exists(command):
    done = subprocess.run([sys.executable, "manage.py", command, "--help"], cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
