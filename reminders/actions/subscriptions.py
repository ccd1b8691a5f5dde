"""Verbs on subscriptions: watch a thing, mute it, or neither."""

from typing import Any, Final

from django.db import models

from accounts.models import User
from common.refusals import BadInput, NotAllowed, NotVisible
from common.rows import NOT_HERE, Seen, expect_seen, kind_of, pk_of
from history.deeds import deed, record
from reminders import rules
from reminders.models import Subscription
from reminders.vocabulary import WATCHABLE, Attention

NOT_YOURS: Final = "Only people watch things; a service account follows the changes instead."
_TEMPLATES: Final = {Attention.WATCH: "{subject} watches something", Attention.MUTE: "{subject} muted something"}


@deed
def subscribe(thing: models.Model, attention: Attention, *, by: User) -> Subscription:
    """Watch a thing, or mute it; what was asked of it before is forgotten. Raises NotAllowed, BadInput, NotVisible.

    What somebody asked to hear is theirs alone, so that what is told of it doesn't name the thing.
    """
    if not rules.may_subscribe(by):
        raise NotAllowed(NOT_YOURS)
    kind, number = kind_of(thing), pk_of(thing)
    if kind not in WATCHABLE:
        raise BadInput(f"A {kind} cannot be watched; choose one of {', '.join(WATCHABLE)}.")
    rows: Any = type(thing)._default_manager
    if not rows.visible_to(by).filter(pk=number).exists():
        raise NotVisible(NOT_HERE)
    found, is_new = Subscription.objects.get_or_create(
        user=by, subject_kind=kind, subject_id=number, defaults={"attention": attention}
    )
    has_changed = found.attention != attention
    if has_changed:
        Subscription.objects.filter(pk=found.pk).update(attention=attention)
        found.refresh_from_db()
    if is_new or has_changed:
        record(by, "subscribed", by=by, template=_TEMPLATES[attention], subscription=found.pk)
    return found


@deed
def unsubscribe(subscription: Subscription, *, by: User, seen: Seen = None) -> None:
    """Neither watch nor mute a thing any more. Raises NotAllowed for another person's, Stale, Subscription.DoesNotExist."""
    found: Subscription = Subscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
    if found.user_id != by.pk:
        raise NotAllowed("Only who made a subscription ends it.")
    expect_seen(found, seen)
    Subscription.objects.filter(pk=found.pk).delete()
    record(by, "unsubscribed", by=by, template="{subject} ended a subscription", subscription=found.pk)
