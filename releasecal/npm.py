"""Static files of npm packages, by the allow-list `staticFiles` in package.json, as /static/npm/<package>/<file>."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

PREFIX = "npm/"


class NpmStorage(FileSystemStorage):
    """Reads from node_modules, without the references to source maps: we don't serve these, and collectstatic would look for them."""

    prefix = PREFIX.rstrip("/")

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        lines = Path(self.path(name)).read_bytes().splitlines(keepends=True)
        return ContentFile(b"".join(line for line in lines if b"sourceMappingURL=" not in line), name=name)


class NpmFinder(BaseFinder):
    """Finds `npm/<package>/<file>` when package.json names it."""

    def __init__(self, app_names: Iterable[str] | None = None, *args: Any, **kwargs: Any) -> None:
        wanted: dict[str, list[str]] = json.loads((settings.BASE_DIR / "package.json").read_text())["staticFiles"]
        self.root: Path = settings.BASE_DIR / "node_modules"
        self.files = [f"{package}/{path}" for package, paths in wanted.items() for path in paths]
        self.storage = NpmStorage(location=self.root)
        super().__init__()

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return [
            Error(f"The front-end file {name} is missing; run npm ci.", id="releasecal.E001")
            for name in self.files
            if not (self.root / name).is_file()
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        name = path.replace("\\", "/")
        wanted = name.startswith(PREFIX) and name.removeprefix(PREFIX) in self.files
        found = str(self.root / name.removeprefix(PREFIX)) if wanted else None
        if find_all:
            return [found] if found else []
        return found or []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        for name in self.files:
            yield name, self.storage
