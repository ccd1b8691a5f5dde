"""REST: deliveries, the backlog, and what administrators decide about it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, cast

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.models import User
from accounts.vocabulary import Scope
from common.converters import NAME
from common.doors import dump
from common.forming import Nothing
from common.reading import ListView, Question, ReadView, text_schema
from common.reading.documents import HEADERS, refusals
from common.reading.questions import FIELDS
from common.reading.views import JSON
from common.refusals import NotAllowed, NotVisible
from common.rows import NOT_HERE, Seen
from common.writing import Acts
from common.writing.documents import IDEMPOTENCY, WRITING_REFUSALS
from common.writing.views import Writes
from reminders import rules
from reminders.actions import answering, deliveries, epochs
from reminders.actions.deliveries import NOT_YOURS
from reminders.filters import DeliveryFilter
from reminders.forms.deliveries import Decision, DecisionShape
from reminders.models import Delivery as DeliveryRow
from reminders.queries.answers import DELIVERIES
from reminders.queries.backlog import backlog

_NUMBER: Final = {"type": "integer"}
_INSTANT: Final = {"type": ["string", "null"], "format": "date-time"}
_BACKLOG: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("planned", "waiting", "in_hand", "failed", "dead", "held", "sent", "possible_duplicates"), _NUMBER),
        **dict.fromkeys(("oldest_due_at", "held_until", "looked_at"), _INSTANT),
    },
}
_DECIDED: Final = {"type": "object", "properties": {"decision": text_schema(), "number": _NUMBER, "backlog": _BACKLOG}}


class Deliveries(ListView):
    """What was said to whom, the newest first: one's own; administrators see everybody's."""

    noun, filters = DELIVERIES, DeliveryFilter

    def depends(self, question: Question) -> tuple[Any, ...]:
        """Deliveries are written without events, so that nothing tells whether they are unchanged."""
        return (timezone.now(),)


class Delivery(ReadView):
    """One delivery."""

    noun = DELIVERIES

    def get(self, request: Request, name: str) -> HttpResponse:
        question = Question.of(request)
        question.expect({FIELDS}, {FIELDS})
        one = self.noun.one_of(self.noun.named(request.user, name), question)
        if one is None:
            raise NotVisible(NOT_HERE)
        return self.conditional(question, 0, lambda: one[0], timezone.now())


class DeliveryRetry(Acts, ReadView):
    """Send again what was given up; administrators only. What is no longer true by then is left out."""

    noun, new, scope = DELIVERIES, Nothing, Scope.ADMIN

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return deliveries.retry_one(thing, by=by, at=at)


class DeliveryAcknowledgement(Acts, ReadView):
    """Say that one knows of what one was told: the same rule says no more of this moment, unless it is urgent. One's own only."""

    noun, new = DELIVERIES, Nothing

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return answering.acknowledge(thing, by=by, at=at)


class DeliverySnooze(Acts, ReadView):
    """Have what one was told come once more a day later, if it is still true then; five times at most. One's own only."""

    noun, new = DELIVERIES, Nothing

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return answering.snooze(thing, by=by, at=at)


class Backlog(Writes, ReadView):
    """How reminders stand, and what administrators decide about all that was given up or is held after a restore."""

    scope = Scope.ADMIN
    operation, answer = "deliveries_backlog_get", _BACKLOG

    def get(self, request: Request) -> HttpResponse:
        """How reminders stand as a whole; administrators only."""
        question, at = Question.of(request), timezone.now()
        question.expect(set())
        if not rules.may_manage_deliveries(_caller(request)):
            raise NotAllowed(NOT_YOURS)
        return self.conditional(question, 0, lambda: vars(backlog(at)), at)

    @extend_schema(
        operation_id="deliveries_backlog_decide",
        summary="Send again what was given up, or release or drop what is held",
        parameters=[*HEADERS, IDEMPOTENCY],
        request={"application/json": DecisionShape.schema()},
        responses={200: OpenApiResponse(_DECIDED, description="To how many it was done, and how reminders stand now.")}
        | refusals(WRITING_REFUSALS),
    )
    def post(self, request: Request) -> HttpResponse:
        """`retry` all that was given up, `release` or `drop` all that is held; administrators only."""
        Question.of(request).expect(set())

        def act() -> HttpResponse:
            by, at = _caller(request), timezone.now()
            decision = Decision(self.given(request, DecisionShape)["decision"])
            number = _DECISIONS[decision](by, at)
            body = {"decision": decision.value, "number": number, "backlog": vars(backlog(at))}
            return HttpResponse(dump(body), content_type=JSON)

        return self.once(request, act)


def _retry(by: User, at: datetime) -> int:
    return deliveries.retry(list(DeliveryRow.objects.dead().values_list("pk", flat=True)), by=by, at=at)


_DECISIONS: Final[Mapping[Decision, Callable[[User, datetime], int]]] = {
    Decision.RETRY: _retry,
    Decision.RELEASE: lambda by, _: epochs.release(by=by),
    Decision.DROP: lambda by, _: epochs.drop(by=by),
}


def _caller(request: Request) -> User:
    return cast(User, request.user)


urlpatterns = [
    path("deliveries/", Deliveries.as_view(), name="api_deliveries"),
    path("deliveries/backlog/", Backlog.as_view(), name="api_deliveries_backlog"),
    path(f"deliveries/<{NAME}:name>/", Delivery.as_view(), name="api_delivery"),
    path(f"deliveries/<{NAME}:name>/acknowledgement/", DeliveryAcknowledgement.as_view(), name="api_delivery_acknowledgement"),
    path(f"deliveries/<{NAME}:name>/snooze/", DeliverySnooze.as_view(), name="api_delivery_snooze"),
    path(f"deliveries/<{NAME}:name>/retry/", DeliveryRetry.as_view(), name="api_delivery_retry"),
]
