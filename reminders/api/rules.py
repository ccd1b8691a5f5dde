"""REST: rules."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from common.converters import NAME
from common.doors import PROBLEM, dump
from common.reading import DetailView, ListView, Question, ReadView, list_of, text_schema
from common.reading.views import JSON
from common.refusals import NotAllowed, NotVisible
from common.rows import NOT_HERE, Seen
from common.writing import Changes
from reminders import models
from reminders.actions import rules
from reminders.filters import RuleFilter
from reminders.forms.rules import RuleShape
from reminders.queries.answers import RULES
from reminders.queries.preview import Preview, preview
from reminders.rules import may_write_rules
from reminders.vocabulary import Audience

_INSTANT: Final = {"type": "string", "format": "date-time"}
_COUNT: Final = {"type": "integer", "minimum": 0}


def _of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_PREVIEW: Final = _of(
    since=_INSTANT,
    until=_INSTANT,
    said={**_COUNT, "description": "Things of which something would have been said, as far as the caller may see them."},
    is_cut={"type": "boolean", "description": "There was more than is counted."},
    people=list_of(_of(person=text_schema(), messages=_COUNT)),
    days=list_of(_of(day={"type": "string", "format": "date"}, messages=_COUNT)),
    last=list_of(
        _of(
            due_at=_INSTANT,
            headline=text_schema(),
            html_url={"type": "string", "format": "uri"},
            to=list_of(_of(person=text_schema(), audience=text_schema(enum=list(Audience.values)))),
        )
    ),
)
_REFUSALS: Final = {
    400: "The body was not understood; `errors` names the fields.",
    401: "No token and no session, or not a good one.",
    403: "The caller is no release manager, or the token lacks the scope.",
    404: "There is no such rule.",
    413: "The body is larger than 10 MB.",
    415: "The body is not JSON.",
    422: "No rule may say that; `errors` names the fields.",
    429: "Too many requests; `Retry-After` says when to go on.",
    503: "The database is busy; `Retry-After` says when to come again.",
}


class Rules(ListView):
    """What reminders say, when and to whom."""

    noun, filters = RULES, RuleFilter


class Rule(Changes, DetailView):
    """One rule; release managers change it."""

    noun, shape = RULES, RuleShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return rules.change(thing, changes, by=by, at=at, seen=seen)


class RulePreview(ReadView):
    """What a rule would have said to whom in the last thirty days, reckoned from what is known today; release managers ask."""

    reads = True
    operation, answer = "reminder_rules_preview_get", _PREVIEW

    def get(self, request: Request, name: str) -> HttpResponse:
        Question.of(request).expect(set())
        return _previewed(request, name, {})

    @extend_schema(
        operation_id="reminder_rules_preview_ask",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH)],
        request={"application/json": RuleShape.schema(partial=True)},
        responses={200: OpenApiResponse(_PREVIEW, description="What would have been said.")}
        | {
            (status, PROBLEM): OpenApiResponse({"$ref": "#/components/schemas/Problem"}, description=words)
            for status, words in _REFUSALS.items()
        },
    )
    def post(self, request: Request, name: str) -> HttpResponse:
        """The same with other values than it has. Nothing is written."""
        Question.of(request).expect(set())
        return _previewed(request, name, request.data)


def _previewed(request: Request, name: str, given: Any) -> HttpResponse:
    user: Any = request.user
    found = RULES.named(user, name).first()
    if found is None:
        raise NotVisible(NOT_HERE)
    if not may_write_rules(user):
        raise NotAllowed(rules.NOT_YOURS)
    rule = models.Rule.objects.get(pk=found.pk)
    for column, value in RuleShape(user=user).read(given, partial=True).items():
        setattr(rule, column, value)
    rules.expect_sense(rule)
    response = HttpResponse(dump(_as_json(preview(rule, user, timezone.now()))), content_type=JSON)
    response["Cache-Control"] = "no-store"
    return response


def _as_json(found: Preview) -> dict[str, Any]:
    return {
        "since": found.since,
        "until": found.until,
        "said": found.said,
        "is_cut": found.is_cut,
        "people": [{"person": user.email, "messages": number} for user, number in found.people],
        "days": [{"day": day, "messages": number} for day, number in found.days],
        "last": [
            {
                "due_at": one.due_at,
                "headline": one.letter.headline,
                "html_url": one.letter.url,
                "to": [{"person": each.user.email, "audience": each.audience.value} for each in one.recipients],
            }
            for one in found.sayings
        ],
    }


urlpatterns = [
    path("reminder-rules/", Rules.as_view(), name="api_reminder_rules"),
    path(f"reminder-rules/<{NAME}:name>/", Rule.as_view(), name="api_reminder_rule"),
    path(f"reminder-rules/<{NAME}:name>/preview/", RulePreview.as_view(), name="api_reminder_rule_preview"),
]
