"""What webhooks are told: a fact as its webhook's owner may see it, thin and with addresses where the rest can be read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from common import labels
from common.labels import Label, Named, Restricted
from history import queries as history
from history.models import Fact
from reminders.models import Webhook, WebhookMessage
from reminders.queries.kinds import OPEN_TO_ALL

NOBODY: Final = "its owner has left"
OFF: Final = "it was switched off"
NOT_SEEN: Final = "its owner may not see it"
GONE: Final = "it is no longer there, and nobody can say who was allowed to see it"


@dataclass(frozen=True)
class Payload:
    """The body of a call, as it is put into JSON. `happened_at` is UTC."""

    kind: str
    happened_at: datetime
    data: Mapping[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        return {"type": self.kind, "timestamp": self.happened_at, "data": self.data}


class Payloads:
    """What some messages say, each to the owner of its webhook: queries for each owner, whatever the number of messages.

    The messages come with their webhook and its owner, their fact and its event.
    """

    def __init__(self, messages: Sequence[WebhookMessage]) -> None:
        by_owner: dict[int, list[WebhookMessage]] = defaultdict(list)
        # Who has left may see nothing, and is not asked what.
        for one in (one for one in messages if one.webhook.owner.is_active):
            by_owner[one.webhook.owner_id].append(one)
        self._names = {number: _Names(some) for number, some in by_owner.items()}

    def why_not(self, message: WebhookMessage) -> str:
        """Why a webhook is not told after all; empty when it is."""
        webhook, fact = message.webhook, message.fact
        if not webhook.is_on:
            return OFF
        if not webhook.owner.is_active:
            return NOBODY
        if fact is None:
            return ""
        named = self._names[webhook.owner_id].of(fact.subject_kind, fact.subject_id)
        if isinstance(named, Restricted):
            return NOT_SEEN
        return GONE if named.is_gone and fact.subject_kind not in OPEN_TO_ALL else ""

    def payload(self, message: WebhookMessage) -> Payload:
        """What a webhook is told; asked only where nothing speaks against it."""
        told = _test(message.webhook) if message.fact is None else _fact(message.fact, self._names[message.webhook.owner_id])
        return Payload(message.kind, message.happened_at, told)


class _Names(history.Names):
    """The names of all that some messages of one owner are about."""

    def __init__(self, messages: Sequence[WebhookMessage]) -> None:
        facts = [one.fact for one in messages if one.fact is not None]
        things = {thing for fact in facts for thing in history.things_of(fact)}
        super().__init__(things | {("user", fact.event.actor_id) for fact in facts}, messages[0].webhook.owner)


def _test(webhook: Webhook) -> dict[str, Any]:
    return {
        "sentence": f"This is a test of the webhook “{webhook}”.",
        "webhook": {"id": webhook.pk, "name": webhook.name, "html_url": settings.BASE_URL + webhook.get_absolute_url()},
    }


def _fact(fact: Fact, names: _Names) -> dict[str, Any]:
    event = fact.event
    return {
        "event": event.number,
        "at": event.at,
        "actor": {"id": event.actor_id, "name": names.of("user", event.actor_id).text},
        "subject": _thing(fact.subject_kind, fact.subject_id, names),
        "sentence": str(history.sentence(fact, event.actor_id, names)),
        "data": {name: _value(value, names) for name, value in fact.data.items()},
    }


def _value(value: Any, names: _Names) -> Any:
    if isinstance(value, list):
        return [_value(one, names) for one in value]
    is_thing = isinstance(value, dict) and value.keys() == {"kind", "id"} and value["kind"] in labels.kinds()
    return _thing(value["kind"], int(value["id"]), names) if is_thing else value


def _thing(kind: str, number: int, names: _Names) -> dict[str, Any]:
    """A thing by kind, id and name, and where it is; of what the owner may not see only whom to ask."""
    named: Named = names.of(kind, number)
    if isinstance(named, Restricted):
        return {"restricted": True, "contact": named.contact}
    return {
        "kind": kind,
        "id": number,
        "key": _key(named) or str(number),
        "name": named.text,
        "url": _whole(named.api_url),
        "html_url": _whole(named.url),
    }


def _key(named: Label) -> str:
    """By what REST names it: the last part of its address."""
    return named.api_url.rstrip("/").rpartition("/")[2]


def _whole(address: str) -> str | None:
    return settings.BASE_URL + address if address else None


def with_everything(rows: Any) -> Iterable[WebhookMessage]:
    """Messages of a queryset as `Payloads` takes them."""
    found: Iterable[WebhookMessage] = rows.select_related("webhook__owner", "fact__event")
    return found
