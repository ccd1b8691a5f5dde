"""CycloneDX, JSON and XML: the components a thing is made of, those inside components too."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final

from common.bounded import Unfit
from releases.evidence import markup
from releases.evidence.objects import things

NAMESPACE: Final = "http://cyclonedx.org/schema/bom/"


def read_object(bom: Mapping[str, Any]) -> dict[str, Any]:
    """components, dependencies, vulnerabilities of JSON that says it is a BOM. Raises Unfit."""
    if bom.get("bomFormat") != "CycloneDX":
        raise Unfit(f"Its bomFormat is “{str(bom.get('bomFormat'))[:40]}” and not CycloneDX; export the component list anew.")
    waiting, count = [bom], 0
    while waiting:
        components = list(things(waiting.pop().get("components"), "components"))
        count += len(components)
        waiting += components
    return {
        "format": f"CycloneDX {str(bom.get('specVersion', ''))[:10]}".rstrip(),
        "components": count,
        "dependencies": len(list(things(bom.get("dependencies"), "dependencies"))),
        "vulnerabilities": len(list(things(bom.get("vulnerabilities"), "vulnerabilities"))),
    }


def read_markup(stream: BinaryIO) -> dict[str, Any]:
    """The same of XML. Components that only tell of a tool or of a pedigree are none of the thing's own."""
    counts: Counter[str] = Counter()
    version = ""

    def begin(path: Sequence[str], namespace: str, attributes: Mapping[str, str]) -> None:
        nonlocal version
        if len(path) == 1:
            version = _version_of(path[0], namespace)
        elif path[0] == "bom" and path[-1] == "component" and _is_nested(path):
            counts["components"] += 1
        elif len(path) == 3 and (path[1], path[2]) in {("dependencies", "dependency"), ("vulnerabilities", "vulnerability")}:
            counts[path[1]] += 1

    markup.walk(stream, begin)
    return {"format": f"CycloneDX {version}"} | {name: counts[name] for name in ("components", "dependencies", "vulnerabilities")}


def _version_of(root: str, namespace: str) -> str:
    if root == "RDF":
        raise Unfit("It is SPDX as RDF, which is not read here; save it as JSON or tag-value.")
    if root != "bom" or not namespace.startswith(NAMESPACE):
        raise Unfit(f"It begins with <{root[:60]}>, and CycloneDX with <bom> in its namespace; export the component list anew.")
    return namespace.removeprefix(NAMESPACE)[:10]


def _is_nested(path: Sequence[str]) -> bool:
    """bom/components/component, and so on inwards."""
    return len(path) % 2 == 1 and all(name == ("components", "component")[place % 2] for place, name in enumerate(path[1:]))
