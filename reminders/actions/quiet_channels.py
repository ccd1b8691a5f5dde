"""Verbs on the ways by which somebody wants to hear: switch one off, and on again."""

from accounts.models import User
from common.refusals import NotAllowed
from history.deeds import deed, record
from reminders import rules
from reminders.actions.subscriptions import NOT_YOURS
from reminders.models import QuietChannel
from reminders.vocabulary import Channel


@deed
def switch(channel: Channel, *, is_on: bool, by: User) -> None:
    """Let reminders come by a channel, or none of them, urgent ones included; what waits already is not sent either.

    Raises NotAllowed for who is no person.
    """
    if not rules.may_subscribe(by):
        raise NotAllowed(NOT_YOURS)
    if is_on:
        has_changed = bool(QuietChannel.objects.filter(user=by, channel=channel).delete()[0])
    else:
        _, has_changed = QuietChannel.objects.get_or_create(user=by, channel=channel)
    if has_changed:
        verb, word = ("switched_on", "on") if is_on else ("switched_off", "off")
        template = "{subject} switched reminders by {channel} {word}"
        record(by, verb, by=by, template=template, channel=channel.label, word=word)
