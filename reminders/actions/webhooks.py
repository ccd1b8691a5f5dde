"""Verbs on webhooks: make, change or switch, give a new secret, give up, delete."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from common import outgoing
from common.refusals import BadInput, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from common.sealing import seal
from history.deeds import deed, record
from history.queries import last_number
from reminders import rules
from reminders.models import Epoch, Webhook
from reminders.queries.kinds import unknown_among

NOT_YOURS: Final = "Only administrators write webhooks and see what the other side answers."
#: What may be changed about a webhook.
COLUMNS: Final = frozenset({"name", "target", "kinds", "owner", "is_on"})
#: How a secret begins, by the Standard Webhooks specification; 32 random bytes follow, in base64.
PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
#: So long the secret before a new one signs too, as the specification wants it.
BOTH_SIGN: Final = timedelta(hours=24)


@deed
@sensitive_variables("secret")
def create(
    *, by: User, at: datetime, name: str, target: str, kinds: Sequence[str], owner: User | None = None
) -> tuple[Webhook, str]:
    """A webhook that is told what happens from an instant (UTC) on, as far as `owner` may see it, by default who makes it.

    Gives it and the secret its calls are signed with, which is told this once. Raises NotAllowed, BadInput, RuleBroken.
    """
    _expect(by)
    secret = _new_secret()
    made = Webhook(name=name, target=target, kinds=list(kinds), owner=owner or by, on_since=at, secret=seal(secret))
    _look_at(made)
    made.save()
    # From now on facts are read for webhooks, even where nobody has looked yet.
    Epoch.objects.present()
    Epoch.objects.filter(called_until=None).update(called_until=last_number())
    record(made, "created", by=by, template="{actor} made the webhook {subject}")
    made.refresh_from_db()
    return made, secret


@deed
def change(webhook: Webhook, changes: Mapping[str, Any], *, by: User, at: datetime, seen: Seen = None) -> Webhook:
    """Give a webhook other values; see `COLUMNS`. An owner of None is who changes it. What waits goes to the new address.

    One that is switched on is told what happens from an instant (UTC) on; of one that is switched off nothing is sent that waits.
    Raises NotAllowed, Stale, BadInput, RuleBroken.
    """
    found = _to_write(webhook, by, seen)
    wanted = {name: changes[name] for name in COLUMNS & changes.keys()}
    if "owner" in wanted:
        wanted["owner"] = wanted["owner"] or by
    differing = sorted(name for name, value in wanted.items() if getattr(found, name) != value)
    if not differing:
        return found
    for name in differing:
        setattr(found, name, wanted[name])
    _look_at(found)
    more: dict[str, Any] = {}
    if "is_on" in differing and found.is_on:
        more |= {"on_since": at, "switched_off_at": None, "switched_off_why": ""}
    if {"is_on", "target"} & set(differing):
        # Another address is another machine, which has done nothing wrong yet.
        more |= {"failing_since": None, "paused_until": None, "given_up": 0}
    for name, value in more.items():
        setattr(found, name, value)
    found.save(update_fields=[*differing, *more])
    verb, template = _SWITCHED[found.is_on] if differing == ["is_on"] else ("changed", "{actor} changed the webhook {subject}")
    record(found, verb, by=by, template=template, columns=differing)
    found.refresh_from_db()
    return found


#: What is said of who only switches one on or off.
_SWITCHED: Final = {
    True: ("switched_on", "{actor} switched the webhook {subject} on"),
    False: ("switched_off", "{actor} switched the webhook {subject} off"),
}


@deed
def give_up(webhook: Webhook, *, why: str, by: User, at: datetime) -> None:
    """Switch a webhook off that nothing arrives at any more, and say why; one that is off already stays as it is."""
    found: Webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    if not found.is_on:
        return
    found.is_on, found.switched_off_at, found.switched_off_why = False, at, why[:300]
    found.save(update_fields=["is_on", "switched_off_at", "switched_off_why"])
    record(
        found, "given_up", by=by, template="The webhook {subject} of {owner} was switched off: {why}", owner=found.owner, why=why
    )


@deed
@sensitive_variables("secret")
def renew_secret(webhook: Webhook, *, by: User, at: datetime, seen: Seen = None) -> tuple[Webhook, str]:
    """A new secret, told this once; the one before signs too until a day after an instant (UTC). Raises NotAllowed, Stale."""
    found = _to_write(webhook, by, seen)
    secret = _new_secret()
    found.secret, found.earlier_secret, found.earlier_until = seal(secret), found.secret, at + BOTH_SIGN
    found.save(update_fields=["secret", "earlier_secret", "earlier_until"])
    record(found, "renewed_secret", by=by, template="{actor} gave the webhook {subject} a new secret")
    found.refresh_from_db()
    return found, secret


@deed
def delete(webhook: Webhook, *, by: User, seen: Seen = None) -> None:
    """Take a webhook away, with all that was and was to be told. Raises NotAllowed, Stale."""
    found = _to_write(webhook, by, seen)
    record(found, "deleted", by=by, template="{actor} deleted the webhook {subject}", name=found.name)
    found.delete()


def _expect(by: User) -> None:
    if not rules.may_write_webhooks(by):
        raise NotAllowed(NOT_YOURS)


def _to_write(webhook: Webhook, by: User, seen: Seen) -> Webhook:
    found: Webhook = Webhook.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=webhook.pk)
    _expect(by)
    expect_seen(found, seen)
    return found


def _look_at(webhook: Webhook) -> None:
    unknown = unknown_among(webhook.kinds)
    if unknown or not webhook.kinds:
        problem = f"“{unknown[0][:100]}” is no kind; choose of those listed." if unknown else "Name at least one kind."
        raise BadInput(problem, errors={"kinds": [problem]})
    if not webhook.owner.is_active:
        problem = f"{webhook.owner} can't sign in, and so sees nothing that could be told; name somebody else."
        raise RuleBroken(problem, errors={"owner": [problem]})
    try:
        outgoing.check(webhook.target)
    except outgoing.NotOut as refusal:
        raise RuleBroken(str(refusal), errors={"target": [str(refusal)]}) from refusal


def _new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
