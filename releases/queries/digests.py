"""What exactly an approval is for: values for people to read, and one digest of all of them for programs to compare."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from django.db.models import prefetch_related_objects

from common.moments import clock_words, interval_words, machine_words, zone_words
from policies.queries import Standards, Traits, standards_kept
from releases.models import Artefact, Candidate, Item, Promotion, Release

#: Columns of releases by which policies are chosen: another one may be another set of standards.
TRAITS: Final = frozenset({"urgency", "size", "risk", "nature"})
#: What an item is in a candidate: address, identity, digest and version of its artefact; a version of None is the item's own.
Built = tuple[str, str, str, str | None]


@dataclass(frozen=True)
class Shown:
    """What a promotion stands for. `digest` covers the ids of it; `values` name the same for people (instants as text in UTC).

    `traits` are what the policies were chosen by.
    """

    digest: str
    values: Mapping[str, Any]
    traits: Traits

    def words(self, zone: tzinfo, year: int | None = None) -> str:
        return words(self.values, zone, year)


@dataclass(frozen=True)
class Contents:
    """What is in releases: their items, what each is in which candidate, and the releases that have had several candidates."""

    items: Mapping[int, list[Item]]
    built: Mapping[int, Mapping[int, Built]]
    several: Set[int]

    def items_of(self, promotion: Promotion) -> list[Item]:
        """What a promotion's candidate has: the only one of a release whatever that changes, one of several what it was built of."""
        items, build = self.items.get(promotion.release_id, []), self.built.get(promotion.candidate_id, {})
        return [item for item in items if item.pk in build] if build and promotion.release_id in self.several else items


def of(promotions: Collection[Promotion], known: Standards | None = None, *, contents: Contents | None = None) -> dict[int, Shown]:
    """What each promotion stands for now: candidate, items, artefacts, target, approved window and policy versions.

    Verbs give the standards as they are in their transaction; readers go without. For any number four queries at most, where the
    promotions come `with_references`, and none where their `contents` are given.
    """
    if not promotions:
        return {}
    known = known or standards_kept()
    prefetch_related_objects(list(promotions), "release", "candidate", "environment")
    contents = contents or contents_of(promotions)
    items, built = contents.items, contents.built
    found: dict[int, Shown] = {}
    for promotion in promotions:
        release, environment, build = promotion.release, promotion.environment, built.get(promotion.candidate_id, {})
        all_items = items.get(release.pk, [])
        own = contents.items_of(promotion)
        parts = [_item(item, build.get(item.pk)) for item in own]
        traits = _traits(release, all_items)
        versions = [applied.version for applied in known.applying(traits)]
        versions.sort(key=lambda version: str(version.policy.slug))
        since, until = promotion.approved_from or promotion.starts_at, promotion.approved_until or promotion.ends_at
        covered = {
            "candidate": promotion.candidate_id,
            "items": [[item.service_id, *part.values()] for item, part in zip(own, parts, strict=True)],
            "environment": promotion.environment_id,
            "parts": sorted(promotion.parts),
            "window": [machine_words(since), machine_words(until)],
            "policies": [version.pk for version in versions],
        }
        values = {
            "release": str(release),
            "candidate": promotion.candidate.number,
            "environment": environment.name,
            "parts": sorted(promotion.parts),
            "approved_from": machine_words(since),
            "approved_until": machine_words(until),
            "items": [{"service": item.service.name, **part} for item, part in zip(own, parts, strict=True)],
            "policies": [f"{version.policy.slug} {version.number}" for version in versions],
        }
        found[promotion.pk] = Shown(hashlib.sha256(json.dumps(covered, sort_keys=True).encode()).hexdigest(), values, traits)
    return found


def traits_of(releases: Iterable[Release]) -> dict[int, Traits]:
    """By what policies select these releases; one query."""
    known = {release.pk: release for release in releases}
    items = _items_of(set(known))
    return {pk: _traits(release, items.get(pk, [])) for pk, release in known.items()}


def words(values: Mapping[str, Any], zone: tzinfo, year: int | None = None) -> str:
    """`payments 4.2.0, candidate 3, into Production, between Tue 24 Nov, 20:00 and Wed 25 Nov, 02:00 CET`."""
    where = values["environment"] + (f" ({', '.join(values['parts'])})" if values["parts"] else "")
    since, until = (datetime.fromisoformat(values[name]) for name in ("approved_from", "approved_until"))
    return f"{values['release']}, candidate {values['candidate']}, into {where}, {_between(since, until, zone, year)}"


def _between(since: datetime, until: datetime, zone: tzinfo, year: int | None) -> str:
    start, end = since.astimezone(zone), until.astimezone(zone)
    if start.date() == end.date() and zone_words(start) == zone_words(end):
        head = interval_words(since, until, zone, year).partition(",")[0]
        return f"between {head}, {clock_words(start)} and {clock_words(end)} {zone_words(end)}"
    return "between " + interval_words(since, until, zone, year).replace(" – ", " and ")


def contents_of(promotions: Iterable[Promotion]) -> Contents:
    """What is in the releases of promotions; three queries."""
    releases = {each.release_id for each in promotions}
    several = Candidate.objects.filter(release__in=releases, number__gt=1).values_list("release", flat=True)
    return Contents(_items_of(releases), _built({each.candidate_id for each in promotions}), set(several))


def _built(candidates: Collection[int]) -> dict[int, dict[int, Built]]:
    """By candidate, what each item is in it."""
    found: dict[int, dict[int, Built]] = defaultdict(dict)
    rows = Artefact.objects.filter(candidate__in=candidates)
    columns = ("candidate", "item", "address", "identity", "digest", "version")
    for candidate, item, address, identity, digest, version in rows.values_list(*columns):
        found[candidate][item] = (address, identity, digest, version)
    return found


def _items_of(releases: Collection[int]) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = defaultdict(list)
    for item in Item.objects.filter(release__in=releases).select_related("service").order_by("service__slug"):
        found[item.release_id].append(item)
    return found


def _item(item: Item, artefact: Built | None) -> dict[str, str]:
    address, identity, digest, version = artefact or ("", "recorded", "", None)
    return {
        "change": item.change,
        "version": item.version if version is None else version,
        "artefact_identity": identity,
        "artefact_url": address,
        "artefact_digest": digest,
    }


def _traits(release: Release, items: Iterable[Item]) -> Traits:
    tiers = [item.service.tier for item in items if item.service.tier is not None]
    return Traits(release.urgency, release.size, release.risk, release.nature, min(tiers, default=None))
