"""Verbs on subscriptions: watch a thing, mute it, or neither; for oneself, or what a team watches."""

from typing import Any, Final

from django.db import models

from accounts.models import Team, User
from common.refusals import BadInput, NotAllowed, NotVisible
from common.rows import NOT_HERE, Seen, expect_seen, kind_of, pk_of
from history.deeds import deed, record
from reminders import rules
from reminders.models import Subscription
from reminders.vocabulary import WATCHABLE, Attention

NOT_YOURS: Final = "Only people watch things; a service account follows the changes instead."
NOT_YOUR_TEAM: Final = "What a team watches is decided by who leads it, or by an administrator."
NO_MUTE: Final = "A team watches things; who wants to be spared mutes them for themselves."
_TEMPLATES: Final = {Attention.WATCH: "{subject} watches something", Attention.MUTE: "{subject} muted something"}


@deed
def subscribe(thing: models.Model, attention: Attention, *, by: User, team: Team | None = None) -> Subscription:
    """Watch a thing, or mute it; what was asked of it before is forgotten. With `team`, the team watches it.

    What somebody asked to hear is theirs alone, so that what is told of it doesn't name the thing.
    Raises NotAllowed, BadInput, NotVisible.
    """
    if not rules.may_subscribe(by):
        raise NotAllowed(NOT_YOURS)
    if team is not None:
        _expect_allowed(team, by)
        if attention != Attention.WATCH:
            raise BadInput(NO_MUTE, errors={"attention": [NO_MUTE]})
    kind, number = kind_of(thing), pk_of(thing)
    if kind not in WATCHABLE:
        raise BadInput(f"A {kind} cannot be watched; choose one of {', '.join(WATCHABLE)}.")
    rows: Any = type(thing)._default_manager
    if not rows.visible_to(by).filter(pk=number).exists():
        raise NotVisible(NOT_HERE)
    whose: dict[str, Any] = {"team": team} if team is not None else {"user": by}
    found, is_new = Subscription.objects.get_or_create(
        **whose, subject_kind=kind, subject_id=number, defaults={"attention": attention}
    )
    has_changed = found.attention != attention
    if has_changed:
        Subscription.objects.filter(pk=found.pk).update(attention=attention)
        found.refresh_from_db()
    if is_new or has_changed:
        record(team or by, "subscribed", by=by, template=_TEMPLATES[attention], subscription=found.pk)
    return found


@deed
def unsubscribe(subscription: Subscription, *, by: User, seen: Seen = None) -> None:
    """Neither watch nor mute a thing any more. Raises NotAllowed for another person's, Stale, Subscription.DoesNotExist."""
    locked = Subscription.objects.select_for_update(no_key=True, of=("self",)).select_related("team")
    found: Subscription = locked.get(pk=subscription.pk)
    if found.team is not None:
        _expect_allowed(found.team, by)
    elif found.user_id != by.pk:
        raise NotAllowed("Only who made a subscription ends it.")
    expect_seen(found, seen)
    Subscription.objects.filter(pk=found.pk).delete()
    record(found.team or by, "unsubscribed", by=by, template="{subject} ended a subscription", subscription=found.pk)


def _expect_allowed(team: Team, by: User) -> None:
    if not rules.may_subscribe_team(by, team):
        raise NotAllowed(NOT_YOUR_TEAM)
