"""What one person hears: what they watch and muted, the ways that are open, and what was said to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import QuerySet

from accounts.models import Team, User
from accounts.queries import Subject
from accounts.querysets import commented_kinds
from common import labels
from common.labels import Named
from common.reading import Noun, Plain, Reference
from common.rows import kind_of, pk_of
from releases.queries.answers import RESTRICTIONS
from reminders.models import ChatAddress, Delivery, QuietChannel, Subscription
from reminders.queries.letters import Letters
from reminders.queries.visibility import Seen
from reminders.vocabulary import CARRIED, WATCHABLE, Attention, Audience, Channel, DeliveryState
from schedule.models import SavedView

#: So many of the last deliveries are shown.
SHOWN: Final = 50
HIDDEN: Final = "Something that you may not see any more, or that is gone"

#: What became of a delivery; what follows is a time, where there is one.
_WORDS: Final[Mapping[str, str]] = {
    DeliveryState.PLANNED: "to be sent from",
    DeliveryState.LEASED: "being sent",
    DeliveryState.HANDING_OVER: "being sent",
    DeliveryState.SENT: "sent",
    DeliveryState.FAILED: "not sent yet, tried again from",
    DeliveryState.DEAD: "given up",
    DeliveryState.SKIPPED: "not sent",
    DeliveryState.HELD: "held back after a restore, until an administrator lets it go",
}


@dataclass(frozen=True)
class Heard:
    """One delivery as its recipient reads it. `at` (UTC) belongs to `words`; `url` is empty where there is nothing to open."""

    delivery: Delivery
    headline: str
    url: str
    words: str
    at: datetime | None
    reason: str


def watchable() -> Mapping[str, type[models.Model]]:
    """What one can watch, and its model."""
    with_pages = commented_kinds()
    return {kind: with_pages.get(kind, SavedView) for kind in WATCHABLE}


def thing_of(scope: tuple[str, int]) -> models.Model | None:
    """What can be watched, by its kind and id; None when it is gone. Whether somebody may see it is the verb's to ask."""
    kind, number = scope
    return watchable()[kind]._default_manager.filter(pk=number).first()


def attention_to(thing: models.Model, user: User) -> Attention | None:
    """What a person asked of a thing; None for neither. One query."""
    mine = Subscription.objects.of_person(user).about([(kind_of(thing), pk_of(thing))])
    word = mine.values_list("attention", flat=True).first()
    return None if word is None else Attention(word)


def subscriptions_of(user: User) -> Mapping[Attention, Sequence[tuple[Subscription, Named]]]:
    """What a person watches, and what they muted, each with its name as they may read it."""
    rows = list(Subscription.objects.of_person(user))
    named = labels.of({(row.subject_kind, row.subject_id) for row in rows}, user)
    return {
        attention: [(row, named[row.subject_kind, row.subject_id]) for row in rows if row.attention == attention]
        for attention in Attention
    }


def subscriptions_of_teams(user: User) -> Sequence[tuple[Subscription, Named]]:
    """What the teams of a person watch, with whom they hear of it until they mute it for themselves."""
    return _named(Subscription.objects.through_teams(user).select_related("team").order_by("team__name", "pk"), user)


def subscriptions_of_team(team: Team, user: User) -> Sequence[tuple[Subscription, Named]]:
    """What a team watches, each with its name as a person may read it."""
    return _named(Subscription.objects.filter(team=team).select_related("team"), user)


def teams_of(user: User) -> "QuerySet[Team]":
    """The teams of which a person sees what they watch: their own; administrators see all."""
    teams = Team.objects.visible_to(user)
    found: QuerySet[Team] = teams if user.is_administrator else teams.of(user)
    return found.order_by("name", "pk")


def _named(found: Iterable[Subscription], user: User) -> Sequence[tuple[Subscription, Named]]:
    rows = list(found)
    named = labels.of({(row.subject_kind, row.subject_id) for row in rows}, user)
    return [(row, named[row.subject_kind, row.subject_id]) for row in rows]


def channels_of(user: User) -> Sequence[tuple[Channel, bool]]:
    """Every way that leads to a person, and whether it is on for them; a chat does once they gave its address."""
    quiet = {channel for _, channel in QuietChannel.objects.pairs([user.pk])}
    has_chat = bool(ChatAddress.objects.people([user.pk]))
    return [(channel, channel.value not in quiet) for channel in CARRIED if channel != Channel.CHAT or has_chat]


def heard_by(user: User) -> Sequence[Heard]:
    """The last deliveries to a person but for their inbox, newest first; of what they may not see any more it says only that."""
    found = Delivery.objects.visible_to(user).exclude(channel=Channel.INBOX).filter(digest_at=None)
    rows = list(found.select_related("reminder__rule", "instead_of", "carrier").order_by("-pk")[:SHOWN])
    if not rows:
        return []
    letters = Letters([row.reminder for row in rows])
    seen = Seen((row.reminder.subject_kind, row.reminder.subject_id) for row in rows)
    return [_heard(row, user, letters, seen) for row in rows]


def _heard(row: Delivery, user: User, letters: Letters, seen: Seen) -> Heard:
    headline, url = HIDDEN, ""
    if seen.by(user, (row.reminder.subject_kind, row.reminder.subject_id)):
        letter = letters.letter(row.reminder, user, Audience(row.audience), row.instead_of)
        headline, url = letter.headline, letter.url.removeprefix(settings.BASE_URL)
    # What becomes of something in a digest is what becomes of that.
    is_gathered = row.state == DeliveryState.GATHERED
    sent: Delivery = row.carrier if is_gathered else row
    at = {DeliveryState.SENT: sent.sent_at, DeliveryState.PLANNED: sent.next_at, DeliveryState.FAILED: sent.next_at}
    reason = "" if sent.state == DeliveryState.SENT else sent.reason
    words = f"in a digest, {_WORDS[sent.state]}" if is_gathered else _WORDS[sent.state]
    return Heard(row, headline, url, words, at.get(DeliveryState(sent.state)), _to_them(reason))


def _to_them(reason: str) -> str:
    """A reason of the queue's, said to whom it is about."""
    return {
        "no longer for them": "no longer for you",
        "they may not see it": "you may not see it",
        "they switched this off": "you switched this off",
        "they know of it": "you said that you know of it",
    }.get(reason, reason)


SUBSCRIPTIONS: Final = Noun(
    "subscription",
    "subscriptions",
    Subscription,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "reminders_subscription"),
    page="me/reminders/",
    columns=(Subject("subject"), Plain("attention"), Reference("team", "", by="slug")),
)
