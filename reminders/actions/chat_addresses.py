"""Verbs on addresses of chats: give one, take it away, have it tried; and trying it, which is a worker's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from common.refusals import Conflict, NotAllowed
from common.rows import Seen, expect_seen
from common.sealing import CannotOpen, opened, seal
from history.deeds import deed, record
from reminders import rules
from reminders.actions import waking
from reminders.actions.subscriptions import NOT_YOURS
from reminders.channels import Refused, Unanswered
from reminders.channels.chat import form
from reminders.channels.chat.addresses import Address
from reminders.channels.chat.transport import say
from reminders.models import ChatAddress
from reminders.vocabulary import Channel

#: A test that nobody made for so long is not made any more: who asked has gone.
FORGOTTEN: Final = timedelta(hours=1)
#: Two tests lie at least so far apart, since each is a call to somebody else's server.
APART: Final = timedelta(minutes=1)
TOO_SOON: Final = "You asked for a test less than a minute ago; wait for what comes of it."
#: What stands there while a test is made, and after a worker was lost with it.
BEGUN: Final = "it was begun, and nobody knows yet what came of it"
_LONGEST: Final = 300


@deed
def put(address: Address, *, by: User, seen: Seen = None) -> ChatAddress:
    """Give the address at which reminders reach one by chat; it takes the place of another. Raises NotAllowed, Stale."""
    # The person's row is what two windows of theirs wait for.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not rules.may_subscribe(by):
        raise NotAllowed(NOT_YOURS)
    found: ChatAddress | None = ChatAddress.objects.filter(user=by).first()
    if found is not None:
        expect_seen(found, seen)
        if _is_the_same(found, address):
            return found
    kept, _ = ChatAddress.objects.update_or_create(
        user=by,
        defaults={
            "service": address.service.schema,
            "host": address.host,
            "sealed": seal(address.url),
            "trial_asked_at": None,
            "trial_at": None,
            "trial_problem": "",
        },
    )
    record(by, "gave_chat_address", by=by, template="{subject} gave an address of a chat")
    kept.refresh_from_db()
    return kept


@deed
def remove(address: ChatAddress, *, by: User, seen: Seen = None) -> None:
    """Take an address away; what waits to be said there is not said. Raises NotAllowed, Stale, ChatAddress.DoesNotExist."""
    found = _locked(address, by)
    expect_seen(found, seen)
    ChatAddress.objects.filter(pk=found.pk).delete()
    record(by, "took_chat_address_away", by=by, template="{subject} took an address of a chat away")


@deed
def ask_for_trial(address: ChatAddress, *, by: User, at: datetime, seen: Seen = None) -> ChatAddress:
    """Have a worker say something at an address, so that one sees whether it works.

    Raises NotAllowed, Stale, Conflict a minute after the last one, ChatAddress.DoesNotExist.
    """
    found = _locked(address, by)
    expect_seen(found, seen)
    if found.trial_asked_at is not None and found.trial_asked_at <= at < found.trial_asked_at + APART:
        raise Conflict(TOO_SOON)
    ChatAddress.objects.filter(pk=found.pk).update(trial_asked_at=at, trial_at=None, trial_problem="")
    record(by, "asked_for_chat_test", by=by, template="{subject} asked for a test of their chat")
    transaction.on_commit(lambda: waking.to_deliver(Channel.CHAT))
    found.refresh_from_db()
    return found


def trials_waiting(*, at: datetime) -> int:
    """How many tests were asked for by an instant (UTC) and not begun."""
    return int(ChatAddress.objects.to_be_tried(at - FORGOTTEN).count())


def make_trials(*, clock: Callable[[], datetime], stop: Callable[[], bool]) -> int:
    """Make the tests that were asked for, each at most once, until `stop` says so; gives how many."""
    made = 0
    while not stop():
        found = _begun(clock())
        if found is None:
            break
        problem = _problem_with(found)
        # Only of what was tried: meanwhile there may be another address, or another test of it.
        tried = ChatAddress.objects.filter(pk=found.pk, sealed=found.sealed, trial_at=found.trial_at)
        tried.update(trial_problem=problem[:_LONGEST])
        made += 1
    return made


def _locked(address: ChatAddress, by: User) -> ChatAddress:
    found: ChatAddress = ChatAddress.objects.select_for_update(no_key=True).get(pk=address.pk)
    if found.user_id != by.pk:
        raise NotAllowed("An address of a chat is its owner's alone.")
    return found


def _is_the_same(found: ChatAddress, address: Address) -> bool:
    try:
        return opened(found.sealed) == address.url
    except CannotOpen:
        return False


@transaction.atomic
def _begun(at: datetime) -> ChatAddress | None:
    """The next address to be tried, marked so that nobody else tries it too."""
    waiting = ChatAddress.objects.to_be_tried(at - FORGOTTEN).order_by("trial_asked_at")
    found: ChatAddress | None = waiting.select_for_update(no_key=True, skip_locked=True).first()
    if found is not None:
        ChatAddress.objects.filter(pk=found.pk).update(trial_at=at, trial_problem=BEGUN)
        found.refresh_from_db()
    return found


def _problem_with(address: ChatAddress) -> str:
    """Say the test; what went wrong, in a few words, or nothing."""
    try:
        say(address, *form.trial())
    except Refused as refusal:
        return refusal.reason
    except Unanswered as silence:
        return f"no answer: {silence}"
    return ""
