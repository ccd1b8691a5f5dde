"""The browser the suite drives: the machine's, else Debian's package, else Playwright's download."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from releasecal.embedded.bootstrap import InstallError, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_MACOS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find() -> str | None:
    """The path of a browser on this machine, or None; the variable CHROMIUM names another one."""
    if given := os.environ.get("CHROMIUM"):
        return given
    named = next((path for name in NAMES if (path := shutil.which(name))), None)
    return named or next((str(path) for path in ON_MACOS if path.exists()), None) or _playwrights_own()


def ensure() -> str:
    """The path of a browser, installed if need be. Raises InstallError: without a browser the suite fails, it never skips."""
    if found := find():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing chromium with apt-get …")
        quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"]):
            subprocess.run(command, check=False, env=quietly, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if found := find():
            return found
    say("Installing chromium with Playwright …")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, stdin=subprocess.DEVNULL)
    if found := find():
        return found
    raise InstallError("The browser tests need Chromium, and none could be installed. Install one, or set CHROMIUM to its path.")


def _playwrights_own() -> str | None:
    caches = (os.environ.get("PLAYWRIGHT_BROWSERS_PATH"), "~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
    inside = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium")
    folders = [Path(cache).expanduser() for cache in caches if cache]
    return next(
        (str(path) for folder in folders for pattern in inside for path in sorted(folder.glob(pattern), reverse=True)), None
    )
