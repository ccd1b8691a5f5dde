"""What a request asks of a list or an object, understood once; what it does not know is a 400 that names it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest, QueryDict
from rest_framework.request import Request

from common import labels, pagination
from common.refusals import BadInput

API: Final = "api/v1/"
LIMIT, CURSOR, FIELDS, COUNT, WORDS = "limit", "cursor", "fields", "count", "q"
LONGEST_VALUE: Final = 500
MOST_WORDS: Final = 10


class Question:
    """Who asks, from where, and what."""

    def __init__(self, request: HttpRequest, user: Any) -> None:
        self.request = request
        self.user = user
        self.given: QueryDict = request.GET
        self._answers: dict[str, Any] = {}

    @classmethod
    def of(cls, request: Request) -> "Question":
        """What a request to the API asks, by the person whom its own sign-in found."""
        return cls(request._request, request.user)  # noqa: SLF001 - DRF documents _request as the way to Django's

    @cached_property
    def root(self) -> str:
        """The address of the installation as the caller reached it, with its last slash."""
        return f"{self.request.scheme}://{self.request.get_host()}/"

    @cached_property
    def base(self) -> str:
        """The beginning of every address of the API."""
        return self.root + API

    def expect(self, known: Collection[str], repeatable: Collection[str] = ()) -> None:
        """Refuse parameters that are not known, are empty, said twice though one is wanted, or hold what no text holds."""
        for name, values in self.given.lists():
            if name not in known:
                raise refused(name, f"There is no parameter “{_said(name)}” here; known are: {', '.join(sorted(known)) or 'none'}.")
            if len(values) > 1 and name not in repeatable:
                raise refused(name, f"{name} is given {len(values)} times; give it once.")
            for value in values:
                if value == "" or "\0" in value or len(value) > LONGEST_VALUE:
                    raise refused(name, f"{name} is empty, too long or holds a NUL character; leave it out or give it a value.")

    @cached_property
    def limit(self) -> int:
        return pagination.read_limit(self.given.get(LIMIT))

    @cached_property
    def counts(self) -> bool:
        return self.flag(COUNT)

    @cached_property
    def words(self) -> str:
        """The words of `?q=`."""
        words = self.given.get(WORDS, "")
        if len(words.split()) > MOST_WORDS:
            raise refused(WORDS, f"A search takes at most {MOST_WORDS} words.")
        return words

    def flag(self, name: str) -> bool:
        """A parameter that is `true` or `false`; false when absent."""
        value = self.given.get(name, "false")
        if value not in ("true", "false"):
            raise refused(name, f"{name} is “{_said(value)}”; write true or false.")
        return value == "true"

    def fields(self, known: Collection[str]) -> frozenset[str] | None:
        """The fields asked for, separated by commas; None when all are."""
        if FIELDS not in self.given:
            return None
        wanted = {name.strip() for value in self.given.getlist(FIELDS) for name in value.split(",")}
        unknown = sorted(wanted - set(known))
        if unknown:
            raise refused(FIELDS, f"There is no field “{_said(unknown[0])}” here; there are: {', '.join(known)}.")
        return frozenset(wanted)

    def cursor(self, readers: Iterable[Callable[[Any], Any]]) -> tuple[str, tuple[Any, ...]] | None:
        """The direction (`n`, `p`) and the ordering values that the cursor holds, each read as its column needs it."""
        text = self.given.get(CURSOR)
        if text is None:
            return None
        readers = list(readers)
        direction, key = pagination.decode(text, len(readers))
        try:
            return direction, tuple(read(value) for read, value in zip(readers, key, strict=True))
        except (ValueError, TypeError, OverflowError, BadInput):
            raise refused(CURSOR, "The cursor is not one we gave out for this list; begin again without it.") from None

    def once(self, name: str, ask: Callable[[], Any]) -> Any:
        """What several columns need and one query gives."""
        if name not in self._answers:
            self._answers[name] = ask()
        return self._answers[name]

    def hidden(self, kind: str, ask: Callable[[Any], Iterable[int]]) -> frozenset[int]:
        """The ids of a kind that the asker may not see, asked of the database once."""
        found: frozenset[int] = self.once(f"hidden {kind}", lambda: frozenset(ask(self.user)))
        return found

    def restricted(self, kind: str, numbers: Collection[int]) -> Mapping[int, dict[str, Any]]:
        """What stands in place of references to things the asker may not see: whom to ask, and nothing else."""
        named = labels.of(((kind, number) for number in numbers), self.user)
        contacts = ((number, named[kind, number]) for number in numbers)
        return {n: {"restricted": True, "contact": getattr(found, "contact", labels.Restricted.contact)} for n, found in contacts}

    def address_with(self, cursor: str) -> str:
        """This list from another place on."""
        query = self.given.copy()
        query[CURSOR] = cursor
        return f"{self.root}{self.request.path[1:]}?{query.urlencode()}"


def refused(name: str, sentence: str) -> BadInput:
    """A 400 that names the parameter."""
    return BadInput(sentence, errors={_said(name): [sentence]})


def a_number(value: Any) -> int:
    """An id out of a cursor."""
    if not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError(value)
    return value


def a_text(value: Any) -> str:
    """A code out of a cursor."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    value.encode()  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    return value


def an_instant(value: Any) -> datetime:
    """An instant out of a cursor."""
    return datetime.fromisoformat(a_text(value))


def _said(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text[:60])
