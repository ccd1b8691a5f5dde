"""REST `me/reminder-preferences/`: when reminders reach the caller."""

from typing import Any, Final, cast

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.models import User
from common.doors import dump
from common.reading import Question, ReadView, tags
from common.reading.documents import refusals
from common.reading.views import JSON
from common.writing.documents import WRITING_REFUSALS
from common.writing.views import Writes, seen_by
from reminders.actions import preferences
from reminders.forms.preferences import PreferenceShape
from reminders.models import Preference
from reminders.vocabulary import Pace

_TIME: Final = {"type": ["string", "null"], "pattern": r"^\d\d:\d\d$"}
_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "quiet_from": _TIME,
        "quiet_until": _TIME,
        "quiet_weekends": {"type": "boolean"},
        "pace": {"type": "string", "enum": Pace.values},
        "digest_hour": {"type": "integer"},
        "digest_weekday": {"type": "integer", "description": "1 is Monday."},
        "revision": {"type": "integer"},
    },
    "required": ["quiet_from", "quiet_until", "quiet_weekends", "pace", "digest_hour", "digest_weekday", "revision"],
}
_TABLES: Final = ("reminders_preference",)


class Preferences(Writes, ReadView):
    """When reminders reach the caller."""

    operation, answer = "me_reminder_preferences", _ANSWER

    def get(self, request: Request) -> HttpResponse:
        """When one wants to be left alone, on one's own clock; what is urgent comes all the same."""
        Question.of(request).expect(set())
        return _answered(request, Preference.objects.visible_to(request.user).first() or Preference(revision=0))

    @extend_schema(
        operation_id="me_reminder_preferences_change",
        summary="Say when one wants to be left alone",
        request={"application/json": PreferenceShape.schema(partial=True)},
        responses={200: OpenApiResponse(_ANSWER, description="As it is now.")} | refusals(WRITING_REFUSALS),
    )
    def patch(self, request: Request) -> HttpResponse:
        """Change what is given of it; null takes a time away."""
        Question.of(request).expect(set())
        given = self.given(request, PreferenceShape, partial=True)
        return _answered(request, preferences.change(given, by=cast(User, request.user), at=timezone.now(), seen=seen_by(request)))


def _answered(request: Request, found: Preference) -> HttpResponse:
    tag = tags.tag_of_object(found.revision, tags.last_number(_TABLES))
    if request.method == "GET" and tags.is_known(Question.of(request).request, tag):
        return tags.not_modified(tag)
    clock = {name: None if value is None else f"{value:%H:%M}" for name, value in _clocks(found).items()}
    rest = {name: getattr(found, name) for name in ("quiet_weekends", "pace", "digest_hour", "digest_weekday", "revision")}
    body = {**clock, **rest}
    return tags.with_tag(HttpResponse(dump(body), content_type=JSON), tag)


def _clocks(found: Preference) -> dict[str, Any]:
    return {"quiet_from": found.quiet_from, "quiet_until": found.quiet_until}


urlpatterns = [path("me/reminder-preferences/", Preferences.as_view(), name="api_reminder_preferences")]
