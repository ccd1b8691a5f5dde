"""What each item of a release is in one of its candidates, so that two builds can be told apart; and what depends on what in them."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from environments.models import Dependency
from releases.models import Artefact, Candidate, Item

#: What each item is, by its id as text: a short digest of artefact, identity and version. As JSON keeps it.
Builds = Mapping[str, str]
#: An item: its id, release, service and that one's name, version and change.
_Item = tuple[int, int, int, str, str, str]


@dataclass(frozen=True)
class Build:
    """What a candidate is made of: each item's mark, the name of its service, and which others of its items it needs to work."""

    builds: Builds
    names: Mapping[str, str]
    needs: Mapping[str, frozenset[str]]


def builds_of(candidates: Collection[int]) -> dict[int, Build]:
    """The builds of candidates by their ids, in three queries."""
    releases = dict(Candidate.objects.filter(pk__in=candidates).values_list("pk", "release_id"))
    items = list(
        Item.objects.filter(release__in=set(releases.values())).values_list(
            "pk", "release_id", "service_id", "service__name", "version", "change"
        )
    )
    artefacts = {
        (candidate, item): (address, identity, digest, version)
        for candidate, item, address, identity, digest, version in Artefact.objects.filter(candidate__in=releases).values_list(
            "candidate_id", "item_id", "address", "identity", "digest", "version"
        )
    }
    return builds_from(releases, items, artefacts)


def builds_from(
    releases: Mapping[int, int], items: Iterable[_Item], artefacts: Mapping[tuple[int, int], tuple[str, str, str, str | None]]
) -> dict[int, Build]:
    """The builds of candidates, from rows that are at hand: `releases` by candidate, `artefacts` by candidate and item. One query at most."""
    by_release = defaultdict(list)
    for item in items:
        by_release[item[1]].append(item)
    several = {service for rows in by_release.values() if len(rows) > 1 for _, _, service, *_ in rows}
    needed = defaultdict(set)
    if several:
        edges = Dependency.objects.filter(service__in=several, needs__in=several).values_list("service_id", "needs_id")
        for service, needs in edges:
            needed[service].add(needs)
    found: dict[int, Build] = {}
    for candidate, release in releases.items():
        rows = by_release[release]
        own = {service: str(pk) for pk, _, service, *_ in rows}
        found[candidate] = Build(
            {str(pk): _mark(artefacts.get((candidate, pk)), version, change) for pk, _, _, _, version, change in rows},
            {str(pk): name for pk, _, _, name, _, _ in rows},
            {own[service]: frozenset(own[each] for each in _reached(service, needed) if each in own) for service in own},
        )
    return found


def _mark(artefact: tuple[str, str, str, str | None] | None, version: str, change: str) -> str:
    address, identity, digest, built = artefact or ("", "recorded", "", None)
    # Known by its digest, the same thing may lie elsewhere.
    told = (change, version if built is None else built, identity, digest or address)
    return hashlib.blake2b(repr(told).encode(), digest_size=10).hexdigest()


def _reached(service: int, needed: Mapping[int, Iterable[int]]) -> set[int]:
    """What a service needs to work, and what these need; not itself."""
    waiting, reached = [service], {service}
    while waiting:
        further = set(needed.get(waiting.pop(), ())) - reached
        reached |= further
        waiting += further
    return reached - {service}
