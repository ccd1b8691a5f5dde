"""REST: what a release carries: items, candidates, contributions, prerequisites."""

from django.urls import path

from common.converters import NAME
from releases.api.within import ONE, ListOfRelease, PartOfRelease
from releases.queries.answers import CANDIDATES, CONTRIBUTIONS, ITEMS, PREREQUISITES


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


urlpatterns = [
    path(f"{ONE}/items/", Items.as_view(), name="api_items"),
    path(f"{ONE}/items/<{NAME}:name>/", Item.as_view(), name="api_item"),
    path(f"{ONE}/candidates/", Candidates.as_view(), name="api_candidates"),
    path(f"{ONE}/candidates/<{NAME}:name>/", Candidate.as_view(), name="api_candidate"),
    path(f"{ONE}/contributions/", Contributions.as_view(), name="api_contributions"),
    path(f"{ONE}/contributions/<{NAME}:name>/", Contribution.as_view(), name="api_contribution"),
    path(f"{ONE}/prerequisites/", Prerequisites.as_view(), name="api_prerequisites"),
    path(f"{ONE}/prerequisites/<{NAME}:name>/", Prerequisite.as_view(), name="api_prerequisite"),
]
