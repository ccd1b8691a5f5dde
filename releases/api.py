"""REST: releases and what they are made of, promotions, deployments, and what is live."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter

from common.converters import NAME
from common.intervals import read_moment
from common.reading import DetailView, ListView, Question
from common.reading.questions import refused
from common.refusals import BadInput, NotVisible
from history.api import EventsView
from releases import models
from releases.filters import DeploymentFilter, LiveFilter, PromotionFilter, ReleaseFilter
from releases.queries.answers import (
    CANDIDATES,
    CONTRIBUTIONS,
    DEPLOYMENTS,
    ITEMS,
    PREREQUISITES,
    PROMOTIONS,
    RELEASES,
)

AT = "at"


class Releases(ListView):
    """What travels: sets of changes to services."""

    noun, filters = RELEASES, ReleaseFilter


class Release(DetailView):
    """One release."""

    noun = RELEASES


class ListOfRelease(ListView):
    """What lies in the release that the address names."""

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"release": _number_of(names["key"], user)}


class PartOfRelease(DetailView):
    """One thing that lies in the release that the address names."""

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"release": _number_of(names["key"], user)}


class Items(ListOfRelease):
    """Which services a release changes, how, and to which version."""

    noun = ITEMS


class Item(PartOfRelease):
    """One item of a release."""

    noun = ITEMS


class Candidates(ListOfRelease):
    """The numbered builds of a release."""

    noun = CANDIDATES


class Candidate(PartOfRelease):
    """One candidate of a release."""

    noun = CANDIDATES


class Contributions(ListOfRelease):
    """The outputs of projects that feed a release."""

    noun = CONTRIBUTIONS


class Contribution(PartOfRelease):
    """One contribution to a release."""

    noun = CONTRIBUTIONS


class Prerequisites(ListOfRelease):
    """What must be live before a release."""

    noun = PREREQUISITES


class Prerequisite(PartOfRelease):
    """One prerequisite of a release."""

    noun = PREREQUISITES


class Members(ListView):
    """The members of a package release."""

    noun, filters = RELEASES, ReleaseFilter

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"package": _number_of(names["key"], user)}


class PromotionsOfRelease(ListOfRelease):
    """The promotions of a release."""

    noun, filters = PROMOTIONS, PromotionFilter


class Events(EventsView):
    """What happened to a release, newest first."""

    kind, operation = "release", "releases_events_list"

    def number_of(self, user: Any, names: Mapping[str, str]) -> int:
        return _number_of(names["key"], user)


class Promotions(ListView):
    """Candidates going into environments, by their planned start."""

    noun, filters = PROMOTIONS, PromotionFilter


class Promotion(DetailView):
    """One promotion."""

    noun = PROMOTIONS


class Deployments(ListView):
    """What is and was where."""

    noun, filters = DEPLOYMENTS, DeploymentFilter


class Deployment(DetailView):
    """One deployment."""

    noun = DEPLOYMENTS


class Live(ListView):
    """What is live now, or was `at` a day (its first instant in UTC) or an instant."""

    noun, filters = DEPLOYMENTS, LiveFilter
    parameters = (OpenApiParameter(AT, str, description="A day or an instant; now when absent."),)
    own_parameters = frozenset({AT})

    def narrowed(self, found: Any, question: Question) -> Any:
        return found.live_at(_moment(question))

    def depends(self, question: Question) -> tuple[Any, ...]:
        return (_moment(question).replace(second=0, microsecond=0),)


def _moment(question: Question) -> datetime:
    moment: datetime = question.once(AT, lambda: _read_at(question))
    return moment


def _read_at(question: Question) -> datetime:
    if AT not in question.given:
        return timezone.now()
    try:
        return read_moment(str(question.given[AT]))
    except BadInput as refusal:
        raise refused(AT, refusal.sentence) from None


def _number_of(key: str, user: Any) -> int:
    number: int | None = models.Release.objects.visible_to(user).with_key(key).values_list("pk", flat=True).first()
    if number is None:
        raise NotVisible("There is no such release, or none you may see. Check its key, such as REL-42.")
    return number


_ONE = f"releases/<{NAME}:key>"
urlpatterns = [
    path("releases/", Releases.as_view(), name="api_releases"),
    path(f"releases/<{NAME}:name>/", Release.as_view(), name="api_release"),
    path(f"{_ONE}/items/", Items.as_view(), name="api_items"),
    path(f"{_ONE}/items/<{NAME}:name>/", Item.as_view(), name="api_item"),
    path(f"{_ONE}/candidates/", Candidates.as_view(), name="api_candidates"),
    path(f"{_ONE}/candidates/<{NAME}:name>/", Candidate.as_view(), name="api_candidate"),
    path(f"{_ONE}/contributions/", Contributions.as_view(), name="api_contributions"),
    path(f"{_ONE}/contributions/<{NAME}:name>/", Contribution.as_view(), name="api_contribution"),
    path(f"{_ONE}/prerequisites/", Prerequisites.as_view(), name="api_prerequisites"),
    path(f"{_ONE}/prerequisites/<{NAME}:name>/", Prerequisite.as_view(), name="api_prerequisite"),
    path(f"{_ONE}/members/", Members.as_view(), name="api_members"),
    path(f"{_ONE}/promotions/", PromotionsOfRelease.as_view(), name="api_promotions_of_release"),
    path(f"{_ONE}/events/", Events.as_view(), name="api_events_of_release"),
    path("promotions/", Promotions.as_view(), name="api_promotions"),
    path(f"promotions/<{NAME}:name>/", Promotion.as_view(), name="api_promotion"),
    path("deployments/", Deployments.as_view(), name="api_deployments"),
    path(f"deployments/<{NAME}:name>/", Deployment.as_view(), name="api_deployment"),
    path("live/", Live.as_view(), name="api_live"),
]
