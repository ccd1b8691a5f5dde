"""REST `me/chat-address/`: where one is reached by chat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from zlib import crc32

from django.http import HttpResponse
from django.urls import path
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.models import User
from common.doors import dump
from common.forming import Nothing
from common.reading import Question, ReadView, tags
from common.reading.documents import HEADERS, refusals
from common.reading.questions import FIELDS
from common.reading.views import JSON
from common.refusals import NotVisible
from common.rows import NOT_HERE, Seen
from common.writing import Acts, Removes
from common.writing.documents import WRITING_REFUSALS
from common.writing.views import Writes, seen_by
from reminders.actions import chat_addresses
from reminders.forms.chat_addresses import ChatAddressShape
from reminders.queries.chat_addresses import CHAT_ADDRESSES

#: There is one of each person, which no address names.
_MINE = {"name": "mine"}


class _Mine(Writes):
    noun = CHAT_ADDRESSES

    def thing(self, request: Request, name: str, names: Mapping[str, str]) -> Any:
        found = self.noun.visible_to(request.user).first()
        if found is None:
            raise NotVisible(NOT_HERE)
        return found

    def answered(self, request: Request, thing: Any, **more: Any) -> HttpResponse:
        """The tag is that of all that is shown: what comes of a test is written without an event."""
        question = Question.of(request)
        found = self.noun.one_of(self.noun.visible_to(request.user).filter(pk=thing.pk), question)
        if found is None:
            raise NotVisible(NOT_HERE)
        body, revision = dump(found[0]), found[1]
        tag = tags.tag_of_object(revision, crc32(body))
        if request.method == "GET" and tags.is_known(question.request, tag):
            return tags.not_modified(tag)
        return tags.with_tag(HttpResponse(body, content_type=JSON), tag)


class ChatAddress(_Mine, Removes, ReadView):
    """Where one is reached by chat oneself. DELETE takes it away."""

    def get(self, request: Request, name: str) -> HttpResponse:
        """Where one is reached by chat: its service and host, never what is secret in it, and what came of the last test."""
        Question.of(request).expect({FIELDS}, {FIELDS})
        return self.answered(request, self.thing(request, name, {}))

    @extend_schema(
        operation_id="me_chat-address_put",
        summary="Say where one is reached by chat",
        parameters=[*HEADERS],
        request={"application/json": ChatAddressShape.schema()},
        responses={200: OpenApiResponse({"$ref": "#/components/schemas/ChatAddress"}, description="As it is now.")}
        | refusals(WRITING_REFUSALS),
    )
    def put(self, request: Request, name: str) -> HttpResponse:
        """Say where one is reached by chat; it takes the place of what was there."""
        Question.of(request).expect(set())
        given = self.given(request, ChatAddressShape)
        return self.answered(request, chat_addresses.put(given["address"], by=cast(User, request.user), seen=seen_by(request)))

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        chat_addresses.remove(thing, by=by, seen=seen)


class ChatAddressTest(_Mine, Acts, ReadView):
    """Have something said there, to see whether it works; what comes of it stands in the object within seconds."""

    new = Nothing

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return chat_addresses.ask_for_trial(thing, by=by, at=at, seen=seen)


urlpatterns = [
    path("me/chat-address/", ChatAddress.as_view(), _MINE, name="api_chat_address"),
    path("me/chat-address/test/", ChatAddressTest.as_view(), _MINE, name="api_chat_address_test"),
]
