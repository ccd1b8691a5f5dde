"""The phrases of reminders' nouns."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Self

from django.db import models
from django.db.models import Q

from accounts.vocabulary import Role
from common.searching import with_words
from reminders.vocabulary import IN_HAND, WAITING, Channel, DeliveryState, ReminderState

#: What lies in inboxes, and what of it nobody has read yet.
IN_INBOX: Final = Q(channel=Channel.INBOX, state=DeliveryState.SENT)
UNREAD: Final = IN_INBOX & Q(read_at=None)


class RuleQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Rules are no secret among colleagues."""
        return self if user.is_authenticated and user.is_active else self.none()

    def matching(self, words: str) -> Self:
        """Those whose code or name holds every word."""
        return with_words(self, words, "code", "name")

    def on(self) -> Self:
        """Those that say anything at present."""
        return self.filter(is_on=True)


class ReminderQuerySet(models.QuerySet[Any]):
    def planned(self) -> Self:
        return self.filter(state=ReminderState.PLANNED)

    def held(self) -> Self:
        return self.filter(state=ReminderState.HELD)

    def due(self, at: datetime) -> Self:
        """Those to be said by an instant (UTC)."""
        return self.planned().filter(due_at__lte=at)


class DeliveryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """What one was sent is one's own."""
        return self.filter(recipient=user.pk) if user.is_authenticated and user.is_active else self.none()

    def overseen_by(self, user: Any) -> Self:
        """Administrators look after everybody's; others see their own."""
        return self.all() if user.is_authenticated and user.is_active and user.is_administrator else self.visible_to(user)

    def in_inbox_of(self, user: Any) -> Self:
        """What lies in a person's own inbox."""
        return self.visible_to(user).filter(IN_INBOX)

    def unread(self) -> Self:
        return self.filter(UNREAD)

    def matching(self, words: str) -> Self:
        """Those whose recipient, rule or reason holds every word."""
        return with_words(self, words, "recipient__name", "recipient__email", "reminder__rule__name", "reason")

    def waiting(self, at: datetime) -> Self:
        """Those that may be sent at an instant (UTC), for the first time or again."""
        return self.filter(state__in=WAITING, next_at__lte=at)

    def forsaken(self, at: datetime) -> Self:
        """Those whose worker has not come back in time."""
        return self.filter(state__in=IN_HAND, lease_until__lte=at)

    def dead(self) -> Self:
        return self.filter(state=DeliveryState.DEAD)

    def held(self) -> Self:
        return self.filter(state=DeliveryState.HELD)


class SubscriptionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own, and those of one's teams; administrators see those of all teams."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        of_teams = Q(team__isnull=False) if user.is_administrator else Q(team__in=user.team_ids)
        return self.filter(Q(user=user.pk) | of_teams)

    def of_person(self, user: Any) -> Self:
        """Those that somebody made for themselves."""
        return self.filter(user=user.pk)

    def through_teams(self, user: Any) -> Self:
        """Those of the teams somebody belongs to."""
        return self.filter(team__in=user.team_ids)

    def about(self, things: Any) -> Self:
        """Those of any of (kind, id)."""
        wanted = Q(pk__in=[])
        by_kind: dict[str, list[int]] = {}
        for kind, number in things:
            by_kind.setdefault(kind, []).append(number)
        for kind, numbers in by_kind.items():
            wanted |= Q(subject_kind=kind, subject_id__in=numbers)
        return self.filter(wanted)


class QuietChannelQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own only."""
        return self.filter(user=user.pk) if user.is_authenticated and user.is_active else self.none()

    def pairs(self, users: Iterable[int]) -> set[tuple[int, str]]:
        """Which of some people (ids) switched which channel off."""
        return set(self.filter(user__in=set(users)).order_by().values_list("user_id", "channel"))


class PreferenceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own only."""
        return self.filter(user=user.pk) if user.is_authenticated and user.is_active else self.none()

    def of(self, users: Iterable[int]) -> dict[int, Any]:
        """Those of some people, by their ids; who has none wants everything at once."""
        return {one.user_id: one for one in self.filter(user__in=set(users)).order_by("pk")}


class EpochQuerySet(models.QuerySet[Any]):
    def present(self) -> Any:
        """The one there is; made when it is first asked for."""
        return self.get_or_create(pk=1)[0]


class WebhookQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Administrators write them; release managers and auditors look at them."""
        may = user.is_authenticated and user.is_active and user.has_role(Role.ADMINISTRATOR, Role.RELEASE_MANAGER, Role.AUDITOR)
        return self.all() if may else self.none()

    def matching(self, words: str) -> Self:
        """Those whose name or address holds every word."""
        return with_words(self, words, "name", "target")


class WebhookMessageQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """What the other side answered is for administrators alone."""
        return self.all() if user.is_authenticated and user.is_active and user.is_administrator else self.none()

    def matching(self, words: str) -> Self:
        """Those whose kind or reason holds every word."""
        return with_words(self, words, "kind", "reason")

    def waiting(self, at: datetime) -> Self:
        """Those that may be sent at an instant (UTC), of webhooks that are not left alone then."""
        is_paused = Q(webhook__paused_until__gt=at)
        return self.filter(~is_paused, state__in=WAITING, next_at__lte=at)

    def forsaken(self, at: datetime) -> Self:
        """Those whose worker has not come back in time."""
        return self.filter(state__in=IN_HAND, lease_until__lte=at)

    def held(self) -> Self:
        return self.filter(state=DeliveryState.HELD)


class ChatAddressQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own only."""
        return self.filter(user=user.pk) if user.is_authenticated and user.is_active else self.none()

    def people(self, among: Iterable[int]) -> set[int]:
        """Which of some people (ids) can be reached by chat."""
        return set(self.filter(user__in=set(among)).order_by().values_list("user_id", flat=True))

    def to_be_tried(self, since: datetime) -> Self:
        """Those of which a test was asked for after an instant (UTC), and not begun yet."""
        return self.filter(trial_asked_at__gt=since, trial_at=None)
