"""What a file is, by its content. Names are only for people to read, and nothing is ever unpacked."""

import re
from typing import Final

from common.bounded import Unfit

#: So many bytes of the beginning tell.
ENOUGH: Final = 4096
_ARCHIVES: Final = {
    b"PK\x03\x04": "zip archive",
    b"PK\x05\x06": "zip archive",
    b"\x1f\x8b": "gzip archive",
    b"BZh": "bzip2 archive",
    b"\xfd7zXZ\x00": "xz archive",
    b"7z\xbc\xaf\x27\x1c": "7z archive",
    b"Rar!\x1a\x07": "rar archive",
    b"\x28\xb5\x2f\xfd": "zstd archive",
}
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
#: What files of these endings begin with; whatever else is called so is in disguise.
_BEGINNINGS: Final = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    **dict.fromkeys(("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"), (b"PK\x03\x04", b"PK\x05\x06")),
    "gz": (b"\x1f\x8b",),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
}
#: The endings of plain text; an archive is not called so.
_TEXTS: Final = frozenset({"txt", "md", "csv", "log", "xml", "json", "sarif", "spdx", "yaml", "yml"})
#: A page that a browser would run: how HTML and SVG begin, after comments, declarations and the like. Encodings of two bytes are
#: looked at with their zeros taken out.
_ACTIVE: Final = re.compile(
    rb"<\s*(?:[a-z][\w.-]{0,30}:)?(?:!doctype\s+(?:html|svg)|html|svg|script|iframe|body|head|object|embed|xsl|stylesheet)\b",
    re.IGNORECASE,
)


def refuse_packed(beginning: bytes) -> None:
    """Refuse an archive where a report is wanted. Raises Unfit."""
    if found := _archive(beginning):
        raise Unfit(f"It is a {found} and no report; unpack it, and show the report that is in it.")


def refuse_harmful(name: str, beginning: bytes) -> None:
    """Refuse as a file what a browser or a machine could run, and what is not what its name says. Raises Unfit."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if beginning.startswith(_PROGRAMS):
        raise Unfit("It is a program, and what runs is no evidence; show what came of running it.")
    if _ACTIVE.search(beginning.replace(b"\0", b"")) or ending in {"html", "htm", "xhtml", "svg", "svgz", "mht", "mhtml"}:
        raise Unfit("It is a page that can run scripts (HTML or SVG); print it as a PDF or a picture, and show that.")
    archive = _archive(beginning)
    if ending in _BEGINNINGS and not beginning.startswith(_BEGINNINGS[ending]):
        raise Unfit(f"It is called .{ending} and is {_a(archive)}; save it anew, under the name of what it is.")
    if archive and ending in _TEXTS:
        raise Unfit(f"It is called .{ending} and is {_a(archive)}; unpack it, and show what is in it.")


def _archive(beginning: bytes) -> str:
    return next((name for start, name in _ARCHIVES.items() if beginning.startswith(start)), "")


def _a(archive: str) -> str:
    return f"a {archive}" if archive else "something else"
