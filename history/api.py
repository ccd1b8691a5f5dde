"""REST: the events about one thing. The feed of all events is the site's, `releasecal.changes`."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.request import Request

from common import pagination
from common.reading import Question, ReadView, documents, list_of, text_schema
from common.reading.documents import query
from common.reading.questions import CURSOR, LIMIT, a_number
from history import queries

_PERSON = {"type": "object", "properties": {"id": {"type": "integer"}, "name": text_schema()}}
_EVENT = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"},
        "at": text_schema(format="date-time"),
        "actor": _PERSON,
        "reason": text_schema(),
        "sentences": list_of(text_schema()),
        "changes": list_of(
            {
                "type": "object",
                "properties": {
                    "name": text_schema(),
                    "before": {"type": ["string", "null"]},
                    "after": {"type": ["string", "null"]},
                },
            }
        ),
    },
}


class EventsView(ReadView):
    """What happened to the thing of `kind` that the address names, newest first."""

    kind: ClassVar[str]
    answer: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            "results": list_of(_EVENT),
            "next": {"type": ["string", "null"], "format": "uri"},
            "previous": {"type": ["string", "null"], "format": "uri"},
        },
        "required": ["results", "next", "previous"],
    }
    parameters = (
        query(LIMIT, documents.LIMIT, "How many at once."),
        query(CURSOR, documents.TEXT, "Where to go on; `next` and `previous` hold it."),
    )

    def number_of(self, user: Any, names: Mapping[str, str]) -> int:
        """The id of the thing, or NotVisible."""
        raise NotImplementedError

    def get(self, request: Request, **names: str) -> HttpResponse:
        question = Question.of(request)
        question.expect({LIMIT, CURSOR})
        number = self.number_of(request.user, names)
        return self.conditional(question, queries.last_number(), lambda: self._answer(question, number))

    def _answer(self, question: Question, number: int) -> dict[str, Any]:
        cursor = question.cursor([a_number])
        place = {} if cursor is None else {"before" if cursor[0] == "n" else "after": cursor[1][0]}
        found = queries.activity(self.kind, number, question.user, limit=question.limit, **place)
        earlier, later = (True, found.more) if "after" in place else (found.more, cursor is not None)
        shown = [_shown(entry) for entry in found.entries]
        return {
            "results": shown,
            "next": question.address_with(pagination.encode("n", (shown[-1]["number"],))) if shown and earlier else None,
            "previous": question.address_with(pagination.encode("p", (shown[0]["number"],))) if shown and later else None,
        }


def _shown(entry: queries.Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at,
        "actor": {"id": entry.actor_id, "name": entry.actor.text},
        "reason": entry.reason,
        "sentences": [str(sentence) for sentence in entry.sentences],
        "changes": [
            {
                "name": difference.name,
                "before": queries.text_of(difference.before) or None,
                "after": queries.text_of(difference.after) or None,
            }
            for difference in entry.differences
        ],
    }
