"""Everything a release's own page shows: route map, items and artefacts, what it carries, what it waits for, where it went."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from common import labels
from environments.models import Environment
from releases.models import (
    Artefact,
    Candidate,
    Contribution,
    Deployment,
    ExternalLink,
    Item,
    Prerequisite,
    Promotion,
    PromotionItem,
    Release,
)
from releases.queries.glances import promotions_of
from releases.queries.live import by_stage, in_order
from releases.queries.stations import Station, stations


@dataclass(frozen=True)
class Carried:
    """An output the release carries. Where the reader may not see its project, `project` says whom to ask, and nothing else is shown."""

    contribution: Contribution
    project: labels.Named

    @property
    def is_open(self) -> bool:
        return not isinstance(self.project, labels.Restricted)


@dataclass(frozen=True)
class Built:
    """What an item is in one candidate, in the version it had in that."""

    artefact: Artefact
    version: str


@dataclass(frozen=True)
class Contents:
    """A release in full, for one reader. `needs` (with the numbers of the prerequisites), `needed_by` and `members` are labels: what is
    restricted says whom to ask."""

    stations: list[Station]
    items: list[tuple[Item, Artefact | None]]
    candidates: list[Candidate]
    carried: list[Carried]
    needs: list[tuple[int, labels.Named]]
    needed_by: list[labels.Named]
    members: list[labels.Named]
    package: labels.Named | None
    promotions: list[tuple[Environment, list[Promotion]]]
    deployments: list[Deployment]
    links: list[ExternalLink]

    @property
    def latest(self) -> Candidate | None:
        return self.candidates[-1] if self.candidates else None

    @property
    def live(self) -> list[Deployment]:
        return [deployment for deployment in self.deployments if deployment.ends_at is None]

    @property
    def live_in(self) -> list[tuple[Environment, Any]]:
        """Where something of it is live, production last, and since when."""
        since: dict[Environment, Any] = {}
        for deployment in self.live:
            known = since.get(deployment.environment)
            since[deployment.environment] = min(known, deployment.begins_at) if known else deployment.begins_at
        return [(environment, since[environment]) for environment in in_order(since)]


def contents(release: Release, user: Any) -> Contents:
    """A release in full; a fixed number of queries."""
    promotions = promotions_of([release.pk]).get(release.pk, [])
    candidates = list(release.candidates.order_by("number"))
    artefacts = {artefact.item_id: artefact for artefact in artefacts_of(candidates[-1].pk)} if candidates else {}
    items = Item.objects.filter(release=release).select_related("service").order_by("service__slug")
    needs = list(Prerequisite.objects.filter(release=release).values_list("pk", "needs"))
    needed_by = list(Prerequisite.objects.filter(needs=release).values_list("release", flat=True))
    members = list(release.members.order_by("pk").values_list("pk", flat=True))
    package = [release.package_id] if release.package_id else []
    names = labels.of({("release", number) for number in [*(other for _, other in needs), *needed_by, *members, *package]}, user)
    return Contents(
        stations=stations([release], {release.pk: promotions})[release.pk],
        items=[(item, artefacts.get(item.pk)) for item in items],
        candidates=candidates,
        carried=_carried(release, user),
        needs=[(number, names["release", other]) for number, other in needs],
        needed_by=[names["release", number] for number in needed_by],
        members=[names["release", number] for number in members],
        package=names["release", package[0]] if package else None,
        promotions=_by_environment(promotions),
        deployments=by_stage(Deployment.objects.filter(release=release).with_references().by_place()),
        links=list(release.links.order_by("system", "identifier")),
    )


def artefacts_of(candidate: int) -> list[Artefact]:
    """The artefacts of a candidate with their items, service by service."""
    return list(Artefact.objects.filter(candidate=candidate).select_related("item__service").order_by("item__service__slug"))


def items_in(candidate: Candidate) -> list[Item]:
    """The items of a candidate with their services: the only one of a release has whatever the release changes, one of several
    what it was built of."""
    items = Item.objects.filter(release=candidate.release_id).select_related("service").order_by("service__slug")
    if Candidate.objects.filter(release=candidate.release_id, number__gt=1).exists():
        items = items.filter(artefacts__candidate=candidate)
    return list(items)


def carried_by(promotion: Promotion) -> list[tuple[Item, Artefact | None, PromotionItem | None]]:
    """The items of a promotion's candidate, each with its artefact, and how it ended once that is said."""
    artefacts = {artefact.item_id: artefact for artefact in artefacts_of(promotion.candidate_id)}
    ended = {one.item_id: one for one in promotion.item_outcomes.all()}
    return [(item, artefacts.get(item.pk), ended.get(item.pk)) for item in items_in(promotion.candidate)]


def built(candidates: Sequence[Candidate]) -> list[tuple[Candidate, list[Built]]]:
    """What each candidate is made of, the newest first; one query."""
    found = Artefact.objects.filter(candidate__in=candidates).select_related("item__service").order_by("item__service__slug")
    made: dict[int, list[Built]] = {}
    for artefact in found:
        version = artefact.item.version if artefact.version is None else artefact.version
        made.setdefault(artefact.candidate_id, []).append(Built(artefact, version))
    return [(candidate, made.get(candidate.pk, [])) for candidate in reversed(candidates)]


def _carried(release: Release, user: Any) -> list[Carried]:
    contributions = list(
        Contribution.objects.filter(release=release).select_related("output__project").order_by("output__code", "id")
    )
    names = labels.of({("project", contribution.output.project_id) for contribution in contributions}, user)
    return [Carried(contribution, names["project", contribution.output.project_id]) for contribution in contributions]


def _by_environment(promotions: Sequence[Promotion]) -> list[tuple[Environment, list[Promotion]]]:
    """Environment by environment, as a release meets them; in each the latest first."""
    order = {environment: place for place, environment in enumerate(in_order({promotion.environment for promotion in promotions}))}
    ranked = sorted(promotions, key=lambda promotion: (-promotion.starts_at.timestamp(), -promotion.pk))
    ranked.sort(key=lambda promotion: order[promotion.environment])
    return [(environment, list(own)) for environment, own in groupby(ranked, lambda promotion: promotion.environment)]
