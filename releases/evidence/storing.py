"""Where files of evidence lie: under their SHA-256, outside what any web server shows, readable by this program alone."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from django.conf import settings

GREATEST_SIZE: Final = 50_000_000
LONGEST_NAME: Final = 200
#: A file that nobody refers to for so long belongs to nothing that is still under way.
_ORPHANED_AFTER_SECONDS: Final = 3_600
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class TooLarge(Exception):
    """More than `GREATEST_SIZE` bytes came."""


@dataclass(frozen=True)
class Received:
    """A file that came, still beside the others; kept only by `keep`."""

    path: Path
    digest: str
    size: int


@contextmanager
def received(chunks: Iterable[bytes]) -> Iterator[Received]:
    """Write what comes to a file that is gone at the end, unless it was kept. Raises TooLarge as soon as it is too much."""
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(dir=_made(_folder() / "coming"), delete=False) as target:
        path = Path(target.name)
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > GREATEST_SIZE:
                    raise TooLarge
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
            yield Received(path, digest.hexdigest(), size)
        finally:
            path.unlink(missing_ok=True)


def keep(came: Received) -> None:
    """Put a file where it stays: at once and whole, safe from a loss of power. A second one of the same content changes nothing."""
    target = path_of(came.digest)
    _made(target.parent)
    came.path.chmod(0o400)
    came.path.replace(target)
    for folder in (target.parent, _folder()):
        _sync(folder)


def path_of(digest: str) -> Path:
    """Where the file of a SHA-256 lies, or would."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("no SHA-256 in hexadecimal digits")
    return _folder() / digest[:2] / digest


def sweep(known: Callable[[Collection[str]], Collection[str]]) -> int:
    """Delete what nobody refers to: what `known` does not give back of the digests it is asked about. Gives how many went.

    The caller holds `Lock.EVIDENCE` alone. What came less than an hour ago stays.
    """
    oldest, gone = time.time() - _ORPHANED_AFTER_SECONDS, 0
    for folder in sorted(_folder().glob("[0-9a-f][0-9a-f]")):
        old = [path for path in folder.iterdir() if path.stat().st_mtime < oldest]
        referred = set(known([path.name for path in old])) if old else set()
        for path in old:
            if path.name not in referred:
                path.unlink(missing_ok=True)
                gone += 1
    for path in (_folder() / "coming").glob("*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
    return gone


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "evidence"


def _made(folder: Path) -> Path:
    # Of parents that are made on the way, mkdir leaves the mode to the umask.
    for each in (_folder().parent, _folder(), folder):
        each.mkdir(parents=each == _folder().parent, exist_ok=True, mode=0o700)
    return folder


def _sync(folder: Path) -> None:
    """What a folder lists is safe only once it is written out too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
