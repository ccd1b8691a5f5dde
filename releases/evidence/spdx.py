"""SPDX: 2.x as JSON and as tag-value, 3.x as JSON-LD. Its packages are the components."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from common.bounded import Unfit
from releases.evidence.objects import things

_TAG: Final = re.compile(rb"([A-Za-z0-9]{1,60}):[ \t]*(.*)")
_LONGEST_LINE: Final = 1_000_000


def read_object(document: Mapping[str, Any]) -> dict[str, Any]:
    """components, files, dependencies of SPDX 2 as JSON. Raises Unfit."""
    version = _known(str(document.get("spdxVersion", "")))
    names = {"components": "packages", "files": "files", "dependencies": "relationships"}
    counts = {name: len(list(things(document.get(field), field))) for name, field in names.items()}
    return {"format": version, **counts}


def read_graph(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same of SPDX 3, a graph of elements. Raises Unfit."""
    types: Counter[str] = Counter()
    version = ""
    for element in things(document.get("@graph"), "@graph"):
        kind = element.get("type", element.get("@type", ""))
        types[kind if isinstance(kind, str) else ""] += 1
        if kind == "CreationInfo":
            version = str(element.get("specVersion", ""))[:10]
    if not version.startswith("3."):
        raise Unfit("It is JSON-LD, but no SPDX 3: nothing in its graph says with which version it was made. Export it anew.")
    relations = sum(count for kind, count in types.items() if kind.endswith("Relationship"))
    return {
        "format": f"SPDX {version}",
        "components": types["software_Package"],
        "files": types["software_File"],
        "dependencies": relations,
    }


def read_tags(stream: BinaryIO) -> dict[str, Any]:
    """The same of tag-value. Texts between <text> and </text> are skipped, whatever stands in them. Raises Unfit."""
    tags: Counter[bytes] = Counter()
    version, is_text = "", False
    while line := stream.readline(_LONGEST_LINE):
        if is_text:
            is_text = b"</text>" not in line
            continue
        found = _TAG.match(line)
        if not found:
            continue
        tags[found[1]] += 1
        is_text = b"<text>" in found[2] and b"</text>" not in found[2]
        if found[1] == b"SPDXVersion":
            version = found[2].decode("ascii", "replace").strip()
    known = _known(version)
    return {
        "format": known,
        "components": tags[b"PackageName"],
        "files": tags[b"FileName"],
        "dependencies": tags[b"Relationship"],
    }


def _known(version: str) -> str:
    if not re.fullmatch(r"SPDX-2\.[0-9]", version):
        raise Unfit(
            "It is no component list that is read here: CycloneDX as JSON or XML, SPDX as JSON or tag-value. Export it as one."
        )
    return version.replace("-", " ")
