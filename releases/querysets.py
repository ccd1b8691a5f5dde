"""The phrases of releases' nouns."""

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.querysets import RestrictableQuerySet
from common.intervals import Interval
from releases.vocabulary import FINISHED, KEY_PREFIX, SUCCESSES, UNFINISHED, ContributionState


class ReleaseQuerySet(RestrictableQuerySet[Any]):
    def managed_by(self, user: Any) -> Q:
        """Its manager, and the owner teams of its services, see it though it is restricted."""
        return Q(release_manager=user.pk) | Q(items__service__owner__in=user.team_ids)

    def with_key(self, key: str) -> Self:
        """The one with this key (`REL-42`); none for what is no key."""
        number = key.removeprefix(KEY_PREFIX)
        is_key = (
            key.startswith(KEY_PREFIX)
            and number.isascii()
            and number.isdigit()
            and len(number) <= 18
            and number == str(int(number))
        )
        return self.filter(pk=int(number)) if is_key else self.none()

    def matching(self, words: str) -> Self:
        found = self
        for word in words.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(version__icontains=word)
                | Q(pk__in=self.model.objects.with_key(word.upper()).values("pk"))
            )
        return found


class OfReleaseQuerySet(models.QuerySet[Any]):
    """What belongs to a release and is seen with it."""

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        hidden = apps.get_model("releases", "Release").objects.hidden_from(user)
        return self.exclude(release__in=hidden) if hidden else self


class ContributionQuerySet(OfReleaseQuerySet):
    def standing(self) -> Self:
        """Without the declined ones: what a release really carries, or may come to carry."""
        return self.exclude(state=ContributionState.DECLINED)


class PromotionQuerySet(OfReleaseQuerySet):
    def overlapping(self, interval: Interval) -> Self:
        """Those whose planned interval has an instant in common with a half-open one."""
        return self.filter(during__overlap=(interval.start, interval.end))

    def under_way_at(self, moment: datetime) -> Self:
        """Those that began before `moment` and are not over at it: the first half of a range, few rows of the interval index."""
        return self.filter(during__contains=moment, starts_at__lt=moment)

    def starting_in(self, interval: Interval) -> Self:
        """Those that start in a half-open interval: the second half of a range, in the order of the index on the start."""
        return self.filter(starts_at__gte=interval.start, starts_at__lt=interval.end)

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def coming(self) -> Self:
        """What is not finished, the soonest first."""
        return self.unfinished().order_by("starts_at", "id")

    def recent(self) -> Self:
        """What is finished, the latest first."""
        return self.filter(status__in=FINISHED).order_by("-starts_at", "-id")

    def succeeded(self) -> Self:
        return self.filter(status__in=SUCCESSES)

    def matching(self, words: str) -> Self:
        found = self
        for word in words.split():
            found = found.filter(
                Q(release__name__icontains=word) | Q(release__version__icontains=word) | Q(environment__slug__icontains=word)
            )
        return found


class DeploymentQuerySet(OfReleaseQuerySet):
    def live_at(self, moment: datetime) -> Self:
        """What was there at an instant."""
        return self.filter(begins_at__lte=moment).filter(Q(ends_at=None) | Q(ends_at__gt=moment))

    def live(self) -> Self:
        """What is there and has no end yet."""
        return self.filter(ends_at=None)
