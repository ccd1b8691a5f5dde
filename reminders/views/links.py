"""The page of a link in a message: it says the same again, and takes an answer, for whoever has the message, without signing in.

Mail scanners follow links, so that asking for the page does nothing; an answer is a POST. What is asked may be done with the link alone
and rests on no session, which is why no other site can have it done either. What has to be decided is done on the thing's own page,
signed in.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import redis
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common import secret_addresses
from common.doors import answer
from common.moments import instant_words
from common.refusals import NotVisible, Refusal, TooMany
from reminders.actions import answering, subscriptions
from reminders.models import Delivery
from reminders.queries import links
from reminders.queries.letters import Letter, Letters
from reminders.queries.links import Answer
from reminders.queries.mine import HIDDEN, thing_of
from reminders.queries.visibility import Seen
from reminders.vocabulary import Attention, Audience

#: So often a minute what belongs to one delivery is asked for; nobody clicks as fast.
MOST_A_MINUTE: Final = 60
_MINUTE: Final = timedelta(minutes=1)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """What was said, and the answer that the link is for; a POST gives it."""
    at = timezone.now()
    try:
        response = _answered(request, token, at)
    except Refusal as refusal:
        response = answer(request, refusal)
    secret_addresses.close(response, vary="Cookie")
    response["Cache-Control"] = "no-store"
    return response


def _answered(request: HttpRequest, token: str, at: datetime) -> HttpResponse:
    delivery, asked = links.opened(token)
    _count(delivery)
    letter = _letter(delivery, at)
    done, refusal = "", None
    if request.method == "POST":
        try:
            done = _DEEDS[asked](delivery, letter, at)
        except Refusal as why_not:
            refusal = why_not
    context = {
        "letter": letter,
        "contents": letter.contents,
        "recipient": delivery.recipient,
        "asked": asked.name.lower(),
        "done": done,
        "refusal": refusal,
        "ways": {each.name.lower(): links.token(delivery.number, each) for each in Answer},
    }
    return render(request, "reminders/link.html", context, status=refusal.status if refusal else 200)


def _letter(delivery: Delivery, at: datetime) -> Letter:
    """What was said, as its recipient may read it now. Raises NotVisible."""
    reminder, reader = delivery.reminder, delivery.recipient
    subject = (reminder.subject_kind, reminder.subject_id)
    if not Seen([subject]).by(reader, subject):
        raise NotVisible(f"{HIDDEN}.")
    return Letters([reminder], at, in_full=True).letter(reminder, reader, Audience(delivery.audience), delivery.instead_of)


def _acknowledge(delivery: Delivery, letter: Letter, at: datetime) -> str:
    answering.acknowledge(delivery, by=delivery.recipient, at=at)
    return "Noted: you know of it. Only what is urgent is said again of this moment."


def _snooze(delivery: Delivery, letter: Letter, at: datetime) -> str:
    again = answering.snooze(delivery, by=delivery.recipient, at=at)
    return f"It comes again {instant_words(again.next_at, delivery.recipient.zone)}, if it is still true then."


def _mute(delivery: Delivery, letter: Letter, at: datetime) -> str:
    thing = thing_of(letter.scope) if letter.scope else None
    if thing is None:
        raise NotVisible(f"{HIDDEN}.")
    subscriptions.subscribe(thing, Attention.MUTE, by=delivery.recipient)
    return f"You hear no more of {letter.about}; only what is urgent reaches you. Among your reminders you can take that back."


_DEEDS: Final[Mapping[Answer, Callable[[Delivery, Letter, datetime], str]]] = {
    Answer.ACKNOWLEDGE: _acknowledge,
    Answer.SNOOZE: _snooze,
    Answer.MUTE: _mute,
}


def _count(delivery: Delivery) -> None:
    """Raises TooMany. While the cache is away nothing is limited."""
    key = f"reminder-link:{delivery.pk}"
    with suppress(redis.RedisError):
        cache.add(key, 0, _MINUTE.total_seconds())
        used: Any = 0
        with suppress(ValueError):  # it ended between the two
            used = cache.incr(key)
        if used > MOST_A_MINUTE:
            raise TooMany("This link was used very often within a minute; wait, then try again.", retry_after=_MINUTE.seconds)
