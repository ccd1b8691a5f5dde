"""The phrases of releases' nouns."""

import re
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from accounts.querysets import RestrictableQuerySet
from common.searching import begins, with_words
from environments.vocabulary import Stage
from releases.vocabulary import (
    FINISHED,
    GOING_ON,
    LEFT_SOMETHING,
    SUCCESSES,
    UNFINISHED,
    WAITING,
    ContributionState,
    GateState,
    PreparationState,
    ReleaseStatus,
    number_of_key,
)


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

    def templates(self) -> Self:
        """Those offered to begin new ones from, by the name they are offered under."""
        return self.exclude(template_name="").order_by("template_name", "-id")

    def changing(self, service: Any) -> Self:
        """Those with an item of a service."""
        return self.filter(items__service=service)

    def carrying_from(self, projects: Any) -> Self:
        """Those that an output of one of `projects` feeds, each once; declined ones don't count."""
        contributions = apps.get_model("releases", "Contribution").objects.standing()
        return self.filter(pk__in=contributions.filter(output__project__in=projects).values("release"))

    def saying(self, words: str) -> Self:
        """Those whose name, version or description holds every word at the beginning of one, or whose key it is."""
        written = words.replace("@", " ").split()
        keys = [word for word in written if number_of_key(word.upper()) is not None]
        found = self.filter(*(Q(pk=number_of_key(key.upper())) | begins(key, *_WORDS) for key in keys))
        others = " ".join(word for word in written if word not in keys)
        return found if keys and not others else found.filter(begins(others, *_WORDS))

    def matching(self, words: str) -> Self:
        """Those that say every word, or that another system knows by these words, or that carry what has this digest."""
        known = [
            self.model.objects.saying(words).values("pk"),
            _rows("ExternalLink").filter(begins(words, "system", "identifier")).values("release"),
        ]
        if digest := _DIGEST.fullmatch(words.strip().lower()):
            named = [digest[0]] if digest[1] else [f"{algorithm}:{digest[0]}" for algorithm in _ALGORITHMS]
            is_that = reduce(or_, (Q(digest__startswith=beginning) for beginning in named))
            known.append(_rows("Artefact").filter(is_that).exclude(digest="").values("candidate__release"))
        first, *more = (each.order_by() for each in known)
        return self.filter(pk__in=first.union(*more, all=True))


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

    def arrived(self) -> Self:
        """Those that may have brought something: they succeeded, or ended otherwise, for good or not."""
        return self.filter(Q(status__in=SUCCESSES) | Q(status__in=LEFT_SOMETHING, ended_at__isnull=False))

    def counting(self) -> Self:
        """Those that count for later stops: they succeeded, decided here or vouched for."""
        return self.succeeded().filter(Q(was_recorded=False) | Q(is_trusted=True))

    def missed_by(self, at: datetime) -> Self:
        """Those asked for or approved whose approved window has ended by an instant (UTC)."""
        waiting = self.filter(status__in=WAITING)
        return waiting.filter(Q(approved_until__lte=at) | Q(approved_until=None, ends_at__lte=at))

    def beyond_their_places(self, at: datetime) -> Self:
        """Those that go on at an instant (UTC), though the place they have is over by then."""
        over = apps.get_model("environments", "Booking").objects.filter(holder_kind="promotion", ends_at__lte=at)
        return self.filter(Exists(over.filter(holder_id=OuterRef("pk"))), status__in=GOING_ON)

    def matching(self, words: str) -> Self:
        """Those of which every word is said by the release or stands in the environment's names."""
        releases, environments = (
            apps.get_model("releases", "Release").objects,
            apps.get_model("environments", "Environment").objects,
        )
        found = self
        for word in words.split():
            found = found.filter(
                Q(release__in=releases.saying(word).order_by().values("pk"))
                | Q(environment__in=environments.matching(word).order_by().values("pk"))
            )
        return found


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


#: The columns that have an index of their words.
_WORDS: Final = ("name", "version", "description")
_ALGORITHMS: Final = ("sha256", "sha512", "git")
#: A digest or its beginning, with its algorithm or without; shorter ones are more likely words.
_DIGEST: Final = re.compile(rf"(?:({'|'.join(_ALGORITHMS)}):)?[0-9a-f]{{7,128}}")


def _rows(model: str) -> Any:
    return apps.get_model("releases", model).objects.all()


class GateQuerySet(OfReleaseQuerySet):
    def asked(self) -> Self:
        """Those that items and policies still ask for."""
        return self.filter(is_asked=True)

    def guarding(self, stage: str) -> Self:
        """What stands before environments of a stage."""
        return self.filter(stage=stage)

    def with_rules(self) -> Self:
        rules = ("rule__version__policy", "rule__procedure", "rule__waived_by_team")
        return self.select_related(*rules, "owner_team", "owner", "release")

    def with_expired_waiver(self, at: datetime) -> Self:
        """Those that count as waived, though none of their waivers holds any longer at an instant (UTC)."""
        holding = apps.get_model("releases", "Waiver").objects.filter(gate=OuterRef("pk"), end=None, expires_at__gt=at)
        return self.filter(~Exists(holding), state=GateState.WAIVED)

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

    def with_references(self) -> Self:
        return self.select_related("audience__release", "owner")

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)

    def of_needs(self, *needs: str) -> Self:
        return self.filter(need__in=needs)

    def with_state(self) -> Self:
        """Each with its `state`, by the words of PreparationState."""
        is_off = When(audience__release__status=ReleaseStatus.CANCELLED, then=Value(PreparationState.CANCELLED.value))
        is_done = When(done_at__isnull=False, then=Value(PreparationState.DONE.value))
        planned = Value(PreparationState.PLANNED.value)
        return self.annotate(state=Case(is_done, is_off, default=planned, output_field=models.TextField()))

    def matching(self, words: str) -> Self:
        own = ("about", "audience__name", "audience__site", "audience__release__name", "audience__release__version")
        return with_words(self, words, *own)


class ReadinessQuerySet(_WithinQuerySet):
    way = "release"

    def due(self, at: datetime) -> Self:
        """Those that the clock alone has changed by an instant (UTC)."""
        return self.filter(next_change_at__lte=at)
