"""The phrases of releases' nouns."""

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q

from accounts.querysets import RestrictableQuerySet
from common.searching import with_words
from environments.vocabulary import Stage
from releases.vocabulary import FINISHED, SUCCESSES, UNFINISHED, ContributionState, number_of_key


class ReleaseQuerySet(RestrictableQuerySet[Any]):
    def managed_by(self, user: Any) -> Q:
        """Its manager, and the owner teams of its services, see it though it is restricted."""
        return Q(release_manager=user.pk) | Q(items__service__owner__in=user.team_ids)

    def with_key(self, key: str) -> Self:
        """The one with this key (`REL-42`); none for what is no key."""
        number = number_of_key(key)
        return self.none() if number is None else self.filter(pk=number)

    def with_references(self) -> Self:
        return self.select_related("release_manager", "route", "route_version", "package")

    def newest_first(self) -> Self:
        return self.order_by("-id")

    def changing(self, service: Any) -> Self:
        """Those with an item of a service."""
        return self.filter(items__service=service)

    def carrying_from(self, projects: Any) -> Self:
        """Those that an output of one of `projects` feeds, each once; declined ones don't count."""
        contributions = apps.get_model("releases", "Contribution").objects.standing()
        return self.filter(pk__in=contributions.filter(output__project__in=projects).values("release"))

    def matching(self, words: str) -> Self:
        """Those in which every word stands in the name or version, or is the key."""
        return with_words(self, words, "name", "version", or_is=_is_key)


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
    def with_references(self) -> Self:
        return self.select_related("release__route", "candidate", "environment")

    def other_attempts(self, promotion: Any) -> Self:
        """The other tries of the same release at the same environment, in their order."""
        same = self.filter(release=promotion.release_id, environment=promotion.environment_id)
        return same.exclude(pk=promotion.pk).order_by("starts_at", "id")

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
        return with_words(self, words, "release__name", "release__version", "environment__slug")


class DeploymentQuerySet(OfReleaseQuerySet):
    def with_references(self) -> Self:
        return self.select_related("service", "environment", "release", "promotion")

    def by_place(self) -> Self:
        """Environment by environment, service by service, the latest first."""
        return self.order_by("environment__slug", "service__slug", "part", "line", "-begins_at")

    def latest_first(self) -> Self:
        return self.order_by("-begins_at", "-id")

    def in_production(self) -> Self:
        return self.filter(environment__stage=Stage.PRODUCTION)

    def live_at(self, moment: datetime) -> Self:
        """What was there at an instant."""
        return self.filter(begins_at__lte=moment).filter(Q(ends_at=None) | Q(ends_at__gt=moment))

    def live(self) -> Self:
        """What is there and has no end yet."""
        return self.filter(ends_at=None)


def _is_key(word: str) -> Q:
    """The release whose key a word is, however it is written; none for another word."""
    number = number_of_key(word.upper())
    return Q(pk__in=[] if number is None else [number])


class GateQuerySet(OfReleaseQuerySet):
    def asked(self) -> Self:
        """Those that items and policies still ask for."""
        return self.filter(is_asked=True)

    def guarding(self, stage: str) -> Self:
        """What stands before environments of a stage."""
        return self.filter(stage=stage)

    def with_rules(self) -> Self:
        return self.select_related("rule__version__policy", "rule__procedure", "owner_team", "owner", "release")

    def by_due_day(self) -> Self:
        return self.order_by("due_on", "id")

    def matching(self, words: str) -> Self:
        return with_words(self, words, "name", "release__name", "release__version")


class _WithinQuerySet(models.QuerySet[Any]):
    """What belongs to something of a release and is seen with it: `way` is the lookup of that release."""

    way: str

    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        hidden = apps.get_model("releases", "Release").objects.hidden_from(user)
        return self.exclude(**{f"{self.way}__in": hidden}) if hidden else self


class OfGateQuerySet(_WithinQuerySet):
    way = "gate__release"


class OfPromotionQuerySet(_WithinQuerySet):
    way = "promotion__release"


class ApprovalQuerySet(OfPromotionQuerySet):
    def standing(self) -> Self:
        """Those neither withdrawn nor void; whether one has lapsed is asked with a moment."""
        return self.filter(end=None)

    def holding(self, at: datetime) -> Self:
        """The standing ones that have not lapsed at an instant (UTC)."""
        return self.standing().filter(Q(lapses_at=None) | Q(lapses_at__gt=at))


class ObligationQuerySet(OfPromotionQuerySet):
    def unmet(self) -> Self:
        return self.filter(met_at=None)

    def overdue(self, at: datetime) -> Self:
        return self.unmet().filter(due_at__lte=at)


class PreparationQuerySet(_WithinQuerySet):
    way = "audience__release"

    def ahead(self) -> Self:
        """Those not done."""
        return self.filter(done_at=None)


class ReadinessQuerySet(_WithinQuerySet):
    way = "release"

    def due(self, at: datetime) -> Self:
        """Those that the clock alone has changed by an instant (UTC)."""
        return self.filter(next_change_at__lte=at)
