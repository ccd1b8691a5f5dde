"""REST `inbox/`: what was said to one in the program itself, and what of it one has read."""

from datetime import datetime
from typing import Any, Final, cast

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.models import User
from common.converters import NAME
from common.doors import dump
from common.forming import Nothing
from common.reading import ListView, Question, ReadView
from common.reading.documents import refusals
from common.reading.questions import FIELDS
from common.reading.views import JSON
from common.refusals import NotVisible
from common.rows import NOT_HERE, Seen
from common.writing import Acts, Undoes
from common.writing.documents import IDEMPOTENCY, WRITING_REFUSALS
from common.writing.views import Writes
from history import queries as history
from reminders.actions import inbox
from reminders.filters import InboxFilter
from reminders.forms.inbox import ReadingShape
from reminders.queries.inbox import INBOX, state_of

_READ: Final = {"type": "object", "properties": {"read": {"type": "integer"}}, "required": ["read"]}


class Inbox(ListView):
    """What lies in one's inbox, the newest first."""

    noun, filters = INBOX, InboxFilter

    def depends(self, question: Question) -> tuple[Any, ...]:
        """What it says names things, which any event may rename or hide; what came and what was read is written without one."""
        return (history.last_number(), *state_of(question.user))


class Entry(ReadView):
    """One of them."""

    noun = INBOX

    def get(self, request: Request, name: str) -> HttpResponse:
        question = Question.of(request)
        question.expect({FIELDS}, {FIELDS})
        depends = (history.last_number(), *state_of(_caller(request)))
        one = self.noun.one_of(self.noun.named(request.user, name), question)
        if one is None:
            raise NotVisible(NOT_HERE)
        return self.conditional(question, 0, lambda: one[0], *depends)


class Reading(Acts, Undoes, ReadView):
    """POST marks one as read, DELETE as unread again."""

    noun, new = INBOX, Nothing

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return inbox.read(thing, by=by, at=at)

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return inbox.keep_unread(thing, by=by)


class ReadingOfAll(Writes, ReadView):
    """All of them at once."""

    @extend_schema(
        operation_id="inbox_read_all",
        summary="Mark everything in the inbox as read",
        parameters=[IDEMPOTENCY],
        request={"application/json": ReadingShape.schema()},
        responses={200: OpenApiResponse(_READ, description="How many were unread.")} | refusals(WRITING_REFUSALS),
    )
    def post(self, request: Request) -> HttpResponse:
        """Mark everything as read; with `until`, the id of one, only that one and what came before it."""
        Question.of(request).expect(set())

        def act() -> HttpResponse:
            given = self.given(request, ReadingShape)
            number = inbox.read_all(by=_caller(request), at=timezone.now(), until=given.get("until"))
            return HttpResponse(dump({"read": number}), content_type=JSON)

        return self.once(request, act)


def _caller(request: Request) -> User:
    return cast(User, request.user)


urlpatterns = [
    path("inbox/", Inbox.as_view(), name="api_inbox"),
    path("inbox/reading/", ReadingOfAll.as_view(), name="api_inbox_read_all"),
    path(f"inbox/<{NAME}:name>/", Entry.as_view(), name="api_inbox_entry"),
    path(f"inbox/<{NAME}:name>/reading/", Reading.as_view(), name="api_inbox_reading"),
]
