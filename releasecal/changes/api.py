"""REST `changes/`."""

from typing import Any, ClassVar, Final

from django.http import HttpResponse
from rest_framework.request import Request

from common.reading import Question, ReadView, documents, list_of, text_schema
from common.reading.documents import query
from common.reading.questions import LIMIT, refused
from common.refusals import Gone
from history import queries
from releasecal.changes import feed

AFTER: Final = "after"
GREATEST: Final = 2**63 - 1
_THING: Final = {
    "type": "object",
    "properties": {"kind": text_schema(), "id": {"type": "integer"}, "url": {"type": ["string", "null"], "format": "uri"}},
    "required": ["kind", "id", "url"],
}


class Changes(ReadView):
    """What happened after a number, in the order of commits. Continue from `last`; without `after` it tells the present end."""

    operation = "changes_list"
    parameters = (
        query(
            AFTER,
            {"type": "integer", "minimum": 0, "maximum": GREATEST},
            "The `last` of the answer before; 0 for everything from the beginning.",
        ),
        query(LIMIT, documents.LIMIT, "How many events at most."),
    )
    refusals: ClassVar = {410: "What the caller may see has changed since; mirror anew."}
    answer = {
        "type": "object",
        "properties": {
            "events": list_of(
                {
                    "type": "object",
                    "properties": {
                        "number": {"type": "integer"},
                        "at": text_schema(format="date-time"),
                        "actor": {"type": "object", "properties": {"id": {"type": "integer"}, "name": text_schema()}},
                        "reason": text_schema(),
                        "facts": list_of(
                            {
                                "type": "object",
                                "properties": {"verb": text_schema(), "subject": _THING, "sentence": text_schema()},
                            }
                        ),
                        "objects": list_of(_THING),
                    },
                }
            ),
            "last": {"type": "integer"},
        },
        "required": ["events", "last"],
    }

    def get(self, request: Request) -> HttpResponse:
        question = Question.of(request)
        question.expect({AFTER, LIMIT})
        number = _after(question)
        return self.conditional(question, queries.last_number(), lambda: _answer(number, question))


def _answer(number: int | None, question: Question) -> dict[str, Any]:
    limit = question.limit  # refused before anything is read
    if number is None:
        return {"events": [], "last": queries.last_number()}
    if 0 < number < queries.last_change_of_rights(question.user):
        raise Gone(
            f"Your roles or teams changed after event {number}, and with them what you may see. "
            f"Mirror anew: ask {LIMIT}={limit} without {AFTER}, read all lists, then go on from its last."
        )
    told = feed.after(number, question)
    return {"events": told.events, "last": told.last}


def _after(question: Question) -> int | None:
    text = question.given.get(AFTER)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= GREATEST):
        raise refused(AFTER, f"{AFTER} is not a number; write the `last` of the answer before, or 0.")
    return int(text)
