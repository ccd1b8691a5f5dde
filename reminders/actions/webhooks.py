"""Verbs on webhooks: make, change, switch on and off, give a new secret, delete."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from common import outgoing
from common.refusals import BadInput, IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from common.sealing import seal
from history.deeds import deed, record
from history.queries import last_number
from reminders import rules
from reminders.models import Epoch, Webhook
from reminders.queries.kinds import unknown_among

NOT_YOURS: Final = "Only administrators write webhooks and see what the other side answers."
#: What may be changed about a webhook.
COLUMNS: Final = frozenset({"name", "target", "kinds", "owner"})
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
def change(webhook: Webhook, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Webhook:
    """Give a webhook other values; see `COLUMNS`. What waits goes to the new address. Raises NotAllowed, Stale, BadInput, RuleBroken."""
    found = _to_write(webhook, by, seen)
    differing = sorted(name for name in COLUMNS & changes.keys() if getattr(found, name) != changes[name])
    if not differing:
        return found
    for name in differing:
        setattr(found, name, changes[name])
    _look_at(found)
    if "target" in differing:
        # Another address is another machine, which has done nothing wrong yet.
        found.failing_since, found.paused_until, found.given_up = None, None, 0
        differing += ["failing_since", "paused_until", "given_up"]
    found.save(update_fields=differing)
    columns = sorted(COLUMNS.intersection(differing))
    record(found, "changed", by=by, template="{actor} changed the webhook {subject}", columns=columns)
    found.refresh_from_db()
    return found


@deed
def switch(webhook: Webhook, *, is_on: bool, by: User, at: datetime, seen: Seen = None) -> Webhook:
    """Have a webhook be told what happens from an instant (UTC) on, or nothing any more; what waits is left out then.

    Raises NotAllowed, Stale, IllegalMove where it is so already.
    """
    found = _to_write(webhook, by, seen)
    if found.is_on == is_on:
        raise IllegalMove(f"It is {'on' if is_on else 'off'} already.")
    found.is_on = is_on
    changed = ["is_on"]
    if is_on:
        found.on_since, found.switched_off_at, found.switched_off_why = at, None, ""
        found.failing_since, found.paused_until, found.given_up = None, None, 0
        changed += ["on_since", "switched_off_at", "switched_off_why", "failing_since", "paused_until", "given_up"]
    found.save(update_fields=changed)
    verb, word = ("switched_on", "on") if is_on else ("switched_off", "off")
    record(found, verb, by=by, template=f"{{actor}} switched the webhook {{subject}} {word}")
    found.refresh_from_db()
    return found


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
