"""JSON, read whole: UTF-8, an object, of bounded depth."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from common.bounded import Unfit

BOM = b"\xef\xbb\xbf"


def load(stream: BinaryIO) -> dict[str, Any]:
    """The object a file holds. Raises Unfit for what is none."""
    try:
        # Of what there is, this takes the least memory: orjson wants twelve times the file before it begins.
        found = json.loads(stream.read().removeprefix(BOM).decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise Unfit("Its lists and objects lie too deep in each other, as in no honest report; make it anew.") from None
    except json.JSONDecodeError as error:
        words = f"{error.msg} in line {error.lineno}"
        raise Unfit(f"It is no JSON that can be read: {words}. Make the report anew.", error.lineno) from None
    except ValueError:
        raise Unfit("It is no JSON that can be read: it is not written in UTF-8. Make the report anew.") from None
    if not isinstance(found, dict):
        raise Unfit("It is JSON, but no object with the fields of a report; make the report anew.")
    return found


def things(value: Any, what: str) -> Iterator[dict[str, Any]]:
    """The objects of a list that may be left out. Raises Unfit where it is no list of objects."""
    if value is None:
        return
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Unfit(f"Its “{what}” is no list of objects, as the format wants it; make the report anew.")
    yield from value


def thing(value: Any) -> dict[str, Any]:
    """An object that may be left out, or be something else."""
    return value if isinstance(value, dict) else {}


def _refuse_constant(name: str) -> NoReturn:
    raise Unfit(f"It is no JSON that can be read: it holds {name}, which is no number. Make the report anew.")
