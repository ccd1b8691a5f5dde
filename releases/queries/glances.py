"""What a list of releases says beside each: what it changes, for whom, where it stands, and when it moves next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from common import labels
from environments.models import Service
from releases.models import Contribution, Item, Promotion, Release
from releases.queries.stations import Station, stations
from releases.vocabulary import UNFINISHED


@dataclass
class Glance:
    """`promotion`: the next unfinished one, else the last that was. `verdict` and `readiness` (state, missing, late): the answer to it,
    where a list asks for it."""

    release: Release
    services: list[Service] = field(default_factory=list)
    projects: list[labels.Named] = field(default_factory=list)
    stations: list[Station] = field(default_factory=list)
    promotion: Promotion | None = None
    verdict: Any = None
    readiness: tuple[str, int, int] | None = None


def glances(releases: Sequence[Release], user: Any) -> list[Glance]:
    """One for each release, in their order; the same few queries for one as for a thousand."""
    found = {release.pk: Glance(release) for release in releases}
    for item in Item.objects.filter(release__in=found).select_related("service").order_by("service__slug"):
        found[item.release_id].services.append(item.service)
    _add_projects(found, user)
    by_release = promotions_of(found)
    lines = stations(releases, by_release)
    for number, glance in found.items():
        glance.stations = lines[number]
        glance.promotion = _next_or_last(by_release.get(number, []))
    return list(found.values())


def promotions_of(releases: Iterable[int]) -> dict[int, list[Promotion]]:
    """The promotions of each release in the order of their start, with their environments."""
    found: dict[int, list[Promotion]] = {}
    for promotion in Promotion.objects.filter(release__in=list(releases)).select_related("environment").order_by("starts_at", "id"):
        found.setdefault(promotion.release_id, []).append(promotion)
    return found


def _add_projects(found: dict[int, Glance], user: Any) -> None:
    standing = Contribution.objects.filter(release__in=found).standing().order_by("output__project_id")
    pairs = list(standing.values_list("release_id", "output__project_id").distinct())
    names = labels.of({("project", project) for _, project in pairs}, user)
    for release, project in pairs:
        found[release].projects.append(names["project", project])


def _next_or_last(promotions: Sequence[Promotion]) -> Promotion | None:
    for promotion in promotions:
        if promotion.status in UNFINISHED:
            return promotion
    return promotions[-1] if promotions else None
