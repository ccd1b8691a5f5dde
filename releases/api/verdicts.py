"""REST: may it go? Of a promotion, and of a plan that does not exist."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from common.converters import NAME
from common.doors import PROBLEM, dump
from common.intervals import Interval
from common.reading import Question, ReadView, list_of, tags, text_schema
from common.reading.views import JSON
from common.refusals import BadInput, NotVisible
from common.rows import NOT_HERE
from releases.forms.verdicts import AskShape
from releases.models import Promotion
from releases.queries.answers import PROMOTIONS
from releases.queries.concerned import TABLES
from releases.verdicts import NOT_BEGUN, RequirementState, RequirementType, Verdict, verdict, verdict_of_plan

_SOMETIME: Final = timedelta(hours=1)
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_ANSWER: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "allowed": {"type": "boolean"},
        "sentence": text_schema(),
        "requirements": list_of(
            {
                "type": "object",
                "properties": {
                    "type": text_schema(enum=list(RequirementType.values)),
                    "state": text_schema(enum=list(RequirementState.values)),
                    "sentence": text_schema(),
                    "who": {**_TEXT_OR_NULL, "description": "Who can meet it."},
                    "due_at": {**_TEXT_OR_NULL, "format": "date-time"},
                    "url": {**_TEXT_OR_NULL, "format": "uri", "description": "The page where it is met."},
                },
                "required": ["type", "state", "sentence", "who", "due_at", "url"],
            }
        ),
    },
    "required": ["allowed", "sentence", "requirements"],
}
_KEPT: Final = {
    **_ANSWER,
    "properties": {
        **_ANSWER["properties"],
        "kept": {**_ANSWER, "description": "The answer with which it was started; left out while it has not been."},
    },
}
_REFUSALS: Final = {
    400: "The body was not understood; `errors` names the fields.",
    401: "No token and no session, or not a good one.",
    403: "The token lacks the scope.",
    413: "The body is larger than 10 MB.",
    415: "The body is not JSON.",
    429: "Too many requests; `Retry-After` says when to go on.",
    503: "The database is busy; `Retry-After` says when to come again.",
}


class PromotionVerdict(ReadView):
    """May this promotion go, and if not, what is missing, and who can supply it?"""

    operation, answer = "promotions_verdict_get", _KEPT

    def get(self, request: Request, name: str) -> HttpResponse:
        question = Question.of(request)
        question.expect(set())
        found = PROMOTIONS.named(request.user, name).first()
        if found is None:
            raise NotVisible(NOT_HERE)
        at = timezone.now()
        number = tags.last_number(TABLES)
        return self.conditional(question, number, lambda: _with_kept(found, at, question), at.replace(second=0, microsecond=0))


class Verdicts(ReadView):
    """The same of a plan that does not exist, for pipelines. Nothing is written."""

    reads = True

    @extend_schema(
        operation_id="verdicts_ask",
        parameters=[],
        request={"application/json": AskShape.schema()},
        responses={200: OpenApiResponse(_ANSWER, description="May it go?")}
        | {
            (status, PROBLEM): OpenApiResponse({"$ref": "#/components/schemas/Problem"}, description=words)
            for status, words in _REFUSALS.items()
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """May a release go into an environment then? Without an interval: as it is planned there, else an hour from now on."""
        question = Question.of(request)
        question.expect(set())
        given = AskShape(user=request.user).read(request.data)
        user: Any = request.user
        release, environment, at = given["release"], given["environment"], timezone.now()
        start, end = given.get("starts_at"), given.get("ends_at")
        if (start is None) != (end is None):
            sentence = "An interval has both ends, or none."
            raise BadInput(sentence, errors={"ends_at" if end is None else "starts_at": [sentence]})
        if start is None or end is None:
            planned = Promotion.objects.filter(release=release, environment=environment, status__in=NOT_BEGUN).coming().first()
            if planned is not None:
                return _said(_answer(verdict(planned, at), question))
            start, end = at, at + _SOMETIME
        Interval(start, end)
        return _said(_answer(verdict_of_plan(release, environment, start, end, at, user=user), question))


def _answer(found: Verdict, question: Question) -> dict[str, Any]:
    return found.as_json(question.root.rstrip("/"))


def _with_kept(promotion: Promotion, at: datetime, question: Question) -> dict[str, Any]:
    """The answer now, and the one it was started with; that was written without the host by which somebody asks."""
    root, now, kept = question.root.rstrip("/"), _answer(verdict(promotion, at), question), promotion.verdict
    if not kept:
        return now
    requirements = [each | {"url": f"{root}{each['url']}" if each["url"] else None} for each in kept["requirements"]]
    return now | {"kept": kept | {"requirements": requirements}}


def _said(body: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(dump(body), content_type=JSON)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path(f"promotions/<{NAME}:name>/verdict/", PromotionVerdict.as_view(), name="api_promotion_verdict"),
    path("verdicts/", Verdicts.as_view(), name="api_verdicts"),
]
