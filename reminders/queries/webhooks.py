"""What REST shows of webhooks and their messages, and how webhooks are named elsewhere."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from common.labels import Label, Named, ask
from common.reading import Noun, Plain, person
from environments.queries import PEOPLE
from reminders.models import Webhook, WebhookMessage
from reminders.queries.answers import Machinery

WEBHOOKS: Final = Noun(
    "webhook",
    "webhooks",
    Webhook,
    by="id",
    order=("id",),
    tables=(*PEOPLE, "reminders_webhook"),
    columns=(
        Plain("name"),
        Plain("target"),
        Plain("kinds"),
        person("owner"),
        Plain("is_on"),
        Plain("on_since"),
        Plain("switched_off_at"),
        Plain("switched_off_why"),
        Plain("earlier_secret_until", "earlier_until"),
    ),
)
MESSAGES: Final = Machinery(
    "webhook_message",
    "messages",
    WebhookMessage,
    by="id",
    order=("-id",),
    tables=(*PEOPLE, "reminders_webhook"),
    within=(WEBHOOKS, "webhook"),
    columns=(
        Plain("kind"),
        Plain("happened_at"),
        Plain("number"),
        Plain("state"),
        Plain("reason"),
        Plain("next_at"),
        Plain("sent_at"),
        Plain("attempts"),
        Plain("possible_duplicates"),
        Plain("status"),
        Plain("answer"),
        Plain("seconds"),
        Plain("created_at"),
    ),
)


def name_webhooks(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    """Webhooks by their names, to those who may look at them."""
    seen = set(Webhook.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    rows = Webhook.objects.filter(pk__in=ids).values_list("pk", "name")
    return {
        number: Label(name, f"/webhooks/{number}/", WEBHOOKS.address_of(number)) if number in seen else ask("an administrator")
        for number, name in rows
    }
