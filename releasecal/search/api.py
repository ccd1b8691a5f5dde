"""REST `search/`."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from common import pagination
from common.reading import Question, ReadView, documents, list_of, tags, text_schema
from common.reading.documents import query
from common.reading.questions import CURSOR, LIMIT, WORDS, a_number, a_text, refused
from releasecal.search.finding import Hit, walk
from releasecal.search.kinds import BY_NAME, KINDS

KIND: Final = "kind"
TABLES: Final = tuple(sorted({table for kind in KINDS for table in kind.tables}))
_ADDRESS: Final = {"type": ["string", "null"], "format": "uri"}
_HIT: Final = {
    "type": "object",
    "properties": {
        "kind": text_schema(enum=list(BY_NAME)),
        "id": {"type": "integer"},
        "title": text_schema(),
        "context": text_schema(description="What tells it from others of its name, in one line for a person."),
        "url": _ADDRESS,
        "html_url": _ADDRESS,
    },
    "required": ["kind", "id", "title", "context", "url", "html_url"],
}


class Search(ReadView):
    """Everything one may see that words are found in: kind after kind, the best of each first."""

    operation = "search_list"
    parameters = (
        OpenApiParameter(
            WORDS,
            documents.SOME_WORDS,
            required=True,
            description="Words that all stand in it; a key, a code, name@version, a digest.",
        ),
        OpenApiParameter(
            KIND, {"type": "array", "items": {"type": "string", "enum": list(BY_NAME)}}, description="Only things of these kinds."
        ),
        query(LIMIT, documents.LIMIT, "How many at once."),
        query(CURSOR, documents.TEXT, "Where to go on; `next` holds it."),
    )
    answer = {
        "type": "object",
        "properties": {"results": list_of(_HIT), "next": _ADDRESS, "previous": {"type": "null"}},
        "required": ["results", "next", "previous"],
    }

    def get(self, request: Request) -> HttpResponse:
        question = Question.of(request)
        question.expect({WORDS, KIND, LIMIT, CURSOR}, {KIND})
        if not question.words.split():
            raise refused(WORDS, f"{WORDS} is missing; say what to search for.")
        return self.conditional(question, tags.last_number(TABLES), lambda: _answer(question))


def _answer(question: Question) -> dict[str, Any]:
    wanted = question.given.getlist(KIND)
    unknown = next((name for name in wanted if name not in BY_NAME), None)
    if unknown is not None:
        raise refused(KIND, f"kind has a value that does not exist; known are: {', '.join(BY_NAME)}.")
    kinds = [kind for kind in KINDS if not wanted or kind.name in wanted]
    names = {kind.name for kind in kinds}
    cursor = question.cursor((lambda value: _known(a_text(value), names), a_number, a_number))
    found = list(
        walk(
            kinds,
            question.user,
            question.words,
            limit=question.limit + 1,
            after=cursor[1] if cursor else None,
            base=question.base,
        )
    )
    more, found = len(found) > question.limit, found[: question.limit]
    return {
        "results": [_shown(hit, question) for hit in found],
        "next": question.address_with(pagination.encode("n", _place(found[-1]))) if more else None,
        "previous": None,
    }


def _known(name: str, names: set[str]) -> str:
    if name not in names:
        raise ValueError(name)
    return name


def _place(hit: Hit) -> tuple[Any, ...]:
    return hit.kind.name, hit.rank, hit.number


def _shown(hit: Hit, question: Question) -> dict[str, Any]:
    return {
        "kind": hit.kind.name,
        "id": hit.number,
        "title": hit.title,
        "context": hit.context,
        "url": hit.url or None,
        "html_url": f"{question.root}{hit.address[1:]}" if hit.address else None,
    }
