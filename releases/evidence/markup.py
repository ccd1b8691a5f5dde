"""XML, read as it streams: no document type, hence no entities; nothing from elsewhere; bounded depth; few encodings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO, Final
from xml.parsers import expat

from common.bounded import Unfit

GREATEST_DEPTH: Final = 100
ENCODINGS: Final = frozenset({"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})

#: Called with the path of local names down to an element, its namespace, and its attributes.
Begin = Callable[[Sequence[str], str, Mapping[str, str]], None]
End = Callable[[Sequence[str]], None]


def walk(stream: BinaryIO, begin: Begin, end: End | None = None) -> None:
    """Read a document from beginning to end, telling each element. Raises Unfit for what is no XML, or more than plain XML."""
    parser: Any = expat.ParserCreate(namespace_separator=" ")
    path: list[str] = []

    def starts(name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        path.append(local)
        if len(path) > GREATEST_DEPTH:
            raise Unfit(f"Its elements lie more than {GREATEST_DEPTH} deep in each other, as in no honest report; make it anew.")
        begin(path, namespace, attributes)

    def ends(name: str) -> None:
        if end is not None:
            end(path)
        path.pop()

    parser.StartElementHandler, parser.EndElementHandler = starts, ends
    parser.XmlDeclHandler, parser.StartDoctypeDeclHandler = _look_at_declaration, _refuse_document_type
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        raise Unfit(f"It is no XML that can be read: {words} in line {error.lineno}. Make the report anew.", error.lineno) from None
    except (ValueError, LookupError):
        raise Unfit("It is no XML that can be read: its encoding is unknown. Save it as UTF-8.") from None


def _look_at_declaration(version: str, encoding: str | None, standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ENCODINGS:
        raise Unfit(f"It is written in {encoding[:40]}, which is not read here; save it as UTF-8.")


def _refuse_document_type(*_: Any) -> None:
    raise Unfit("It declares a document type (DTD), which can make a reader fetch or unfold what is not in it; make it without.")
