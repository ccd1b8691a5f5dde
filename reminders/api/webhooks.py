"""REST `webhooks/`: what other programs are told, the log of it, tests and new secrets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request

from accounts.vocabulary import Scope
from common.converters import NAME
from common.forming import Nothing
from common.reading import DetailView, ListView, Question, ReadView, text_schema
from common.reading.columns import list_of
from common.reading.questions import FIELDS
from common.refusals import NotAllowed, NotVisible
from common.rows import NOT_HERE, Seen
from common.writing import Acts, Changes, Creates, Removes
from reminders import rules
from reminders.actions import telling, webhooks
from reminders.filters import WebhookFilter, WebhookMessageFilter
from reminders.forms.webhooks import NewWebhookShape, WebhookShape
from reminders.queries.kinds import KINDS
from reminders.queries.webhooks import MESSAGES, WEBHOOKS

_KINDS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "results": list_of(
            {
                "type": "object",
                "properties": {"subject": text_schema(), "kinds": list_of(text_schema())},
                "required": ["subject", "kinds"],
            }
        )
    },
    "required": ["results"],
}


class Webhooks(Creates, ListView):
    """The webhooks there are; for administrators, release managers and auditors."""

    noun, filters, new, scope = WEBHOOKS, WebhookFilter, NewWebhookShape, Scope.ADMIN

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        """Its `secret` is told now and never again."""
        made, secret = webhooks.create(by=by, at=at, **given)
        return made, {"secret": secret}


class OneWebhook(Changes, Removes, DetailView):
    """One webhook; administrators change it."""

    noun, shape, scope = WEBHOOKS, WebhookShape, Scope.ADMIN

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return webhooks.change(thing, changes, by=by, at=at, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        webhooks.delete(thing, by=by, seen=seen)


class Kinds(ReadView):
    """What webhooks can be told, by subject."""

    operation, answer = "webhooks_kinds_get", _KINDS

    def get(self, request: Request) -> HttpResponse:
        """What webhooks can be told, by subject; `release.*` stands for all of one."""
        question = Question.of(request)
        question.expect(set())
        told = [{"subject": subject, "kinds": [f"{subject}.{verb}" for verb in verbs]} for subject, verbs in KINDS.items()]
        return self.conditional(question, 0, lambda: {"results": told})


class Secret(Acts, ReadView):
    """Give a webhook a new secret, which is told now and never again; the one before signs too for a day."""

    noun, new, scope = WEBHOOKS, Nothing, Scope.ADMIN

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        found, secret = webhooks.renew_secret(thing, by=by, at=at, seen=seen)
        return found, {"secret": secret}


class _OfWebhook:
    """What one webhook was told; administrators only."""

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        webhook = WEBHOOKS.named(user, names["webhook"]).first()
        if webhook is None:
            raise NotVisible(NOT_HERE)
        if not rules.may_write_webhooks(user):
            raise NotAllowed(webhooks.NOT_YOURS)
        return {"webhook": webhook.pk}


class Messages(_OfWebhook, ListView):
    """What a webhook was told, and what came of it, the newest first; administrators only."""

    noun, filters = MESSAGES, WebhookMessageFilter

    def depends(self, question: Question) -> tuple[Any, ...]:
        """Messages are written without events, so that nothing tells whether they are unchanged."""
        return (timezone.now(),)


class Message(_OfWebhook, ReadView):
    """One message of a webhook."""

    noun = MESSAGES

    def get(self, request: Request, name: str, **names: str) -> HttpResponse:
        question = Question.of(request)
        question.expect({FIELDS}, {FIELDS})
        found = self.noun.named(request.user, name).filter(**self.inside(request.user, names))
        one = self.noun.one_of(found, question)
        if one is None:
            raise NotVisible(NOT_HERE)
        return self.conditional(question, 0, lambda: one[0], timezone.now())


class Redelivery(Acts, _OfWebhook, ReadView):
    """Tell a webhook the same again, under the same number; administrators only."""

    noun, new, scope = MESSAGES, Nothing, Scope.ADMIN

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return telling.tell_again(thing, by=by, at=at)


class Test(Acts, ReadView):
    """Send a webhook a test, `webhook.test`; administrators only. Answers its message."""

    noun, new, scope = WEBHOOKS, Nothing, Scope.ADMIN
    in_full, status = MESSAGES, 201

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return telling.test(thing, by=by, at=at)


_ONE: Final = f"webhooks/<{NAME}:name>"
_MESSAGES: Final = f"webhooks/<{NAME}:webhook>/messages"

urlpatterns = [
    path("webhooks/", Webhooks.as_view(), name="api_webhooks"),
    path("webhooks/kinds/", Kinds.as_view(), name="api_webhook_kinds"),
    path(f"{_ONE}/", OneWebhook.as_view(), name="api_webhook"),
    path(f"{_ONE}/secret/", Secret.as_view(), name="api_webhook_secret"),
    path(f"{_ONE}/test/", Test.as_view(), name="api_webhook_test"),
    path(f"{_MESSAGES}/", Messages.as_view(), name="api_webhook_messages"),
    path(f"{_MESSAGES}/<{NAME}:name>/", Message.as_view(), name="api_webhook_message"),
    path(f"{_MESSAGES}/<{NAME}:name>/redelivery/", Redelivery.as_view(), name="api_webhook_redelivery"),
]
