"""REST: what a release carries: items, candidates, contributions, prerequisites."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import path

from common.converters import NAME
from common.reading import ReadView
from common.rows import Seen
from common.writing import Acts, Changes, Creates, Removes
from releases.actions import candidates, contributions, items, prerequisites
from releases.api.within import ONE, ListOfRelease, PartOfRelease, number_of, release_of
from releases.forms.contents import (
    CandidateShape,
    ContributionShape,
    DecisionShape,
    ItemShape,
    NewContributionShape,
    NewItemShape,
    PrerequisiteShape,
)
from releases.queries.answers import CANDIDATES, CONTRIBUTIONS, ITEMS, PREREQUISITES


class Items(Creates, ListOfRelease):
    """Which services a release changes, how, and to which version."""

    noun, new = ITEMS, NewItemShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return items.add(release_of(names["key"], by), by=by, **given)


class Item(Changes, Removes, PartOfRelease):
    """One item of a release."""

    noun, shape = ITEMS, ItemShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return items.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        items.remove(thing, by=by, seen=seen)


class Candidates(Creates, ListOfRelease):
    """The numbered builds of a release."""

    noun, new = CANDIDATES, CandidateShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return candidates.new(release_of(names["key"], by), by=by, **given)


class Candidate(PartOfRelease):
    """One candidate of a release."""

    noun = CANDIDATES


class Contributions(Creates, ListOfRelease):
    """The outputs of projects that feed a release."""

    noun, new = CONTRIBUTIONS, NewContributionShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return contributions.offer(release_of(names["key"], by), by=by, **given)


class Contribution(Changes, Removes, PartOfRelease):
    """One contribution to a release."""

    noun, shape = CONTRIBUTIONS, ContributionShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return contributions.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        contributions.withdraw(thing, by=by, seen=seen)


class ContributionDecision(Acts, ReadView):
    """Accepting or declining what a project offers."""

    noun, new = CONTRIBUTIONS, DecisionShape

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"release": number_of(names["key"], user)}

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return contributions.decide(thing, by=by, seen=seen, **given)


class Prerequisites(Creates, ListOfRelease):
    """What must be live before a release."""

    noun, new = PREREQUISITES, PrerequisiteShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return prerequisites.add(release_of(names["key"], by), by=by, **given)


class Prerequisite(Removes, PartOfRelease):
    """One prerequisite of a release."""

    noun = PREREQUISITES

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        prerequisites.remove(thing, by=by, seen=seen)


urlpatterns = [
    path(f"{ONE}/items/", Items.as_view(), name="api_items"),
    path(f"{ONE}/items/<{NAME}:name>/", Item.as_view(), name="api_item"),
    path(f"{ONE}/candidates/", Candidates.as_view(), name="api_candidates"),
    path(f"{ONE}/candidates/<{NAME}:name>/", Candidate.as_view(), name="api_candidate"),
    path(f"{ONE}/contributions/", Contributions.as_view(), name="api_contributions"),
    path(f"{ONE}/contributions/<{NAME}:name>/", Contribution.as_view(), name="api_contribution"),
    path(f"{ONE}/contributions/<{NAME}:name>/decision/", ContributionDecision.as_view(), name="api_contribution_decision"),
    path(f"{ONE}/prerequisites/", Prerequisites.as_view(), name="api_prerequisites"),
    path(f"{ONE}/prerequisites/<{NAME}:name>/", Prerequisite.as_view(), name="api_prerequisite"),
]
