"""Component lists: which format one is, by its content."""

from typing import Any, BinaryIO, Final

from releases.evidence import cyclonedx, objects, spdx

_XML_BEGINNINGS: Final = (b"<", b"\xff\xfe", b"\xfe\xff")


def read(stream: BinaryIO) -> dict[str, Any]:
    """components, dependencies and what else the format counts. Raises Unfit."""
    beginning = stream.read(1024).removeprefix(objects.BOM).lstrip()
    stream.seek(0)
    if beginning.startswith(_XML_BEGINNINGS):
        return cyclonedx.read_markup(stream)
    if not beginning.startswith((b"{", b"[")):
        return spdx.read_tags(stream)
    document = objects.load(stream)
    if "bomFormat" in document:
        return cyclonedx.read_object(document)
    return spdx.read_graph(document) if "@graph" in document else spdx.read_object(document)
