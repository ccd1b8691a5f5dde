"""Verbs on items: which services a release changes, how, and to which version, with what each is in the newest candidate.

As long as the newest candidate has not left its first stop, everything is changed in place, and what that moves of what is live
at the first stop is worked out anew, as after an import. Once it has, a new candidate comes first; in that one items may be added,
and have other versions and artefacts, while what earlier candidates took somewhere stays told.
"""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from common import referring
from common.refusals import Conflict
from common.rows import Seen, expect_seen
from environments.models import Service
from history.deeds import deed, record
from releases.actions import artefacts, candidates, deployments
from releases.actions.opening import locked_with_places, to_write
from releases.models import Candidate, Deployment, Item, Release
from releases.vocabulary import ItemChange


@deed
def add(
    release: Release,
    *,
    service: Service,
    by: User,
    change: str = "",
    version: str | None = None,
    artefact_url: str = "",
    artefact_digest: str = "",
    artefact_identity: str = "",
    seen: Seen = None,
) -> Item:
    """Make a release change a service too; without a `version` to the release's own, without a `change` as `changed`.

    Raises NotAllowed, Stale, RuleBroken, and Conflict when the release changes it already or its candidate is fixed.
    """
    # Where it goes, its deployments may be other ones now.
    locked_with_places(release)
    release = to_write(release, by=by, seen=seen)
    candidate = candidates.to_fill(release)
    if Item.objects.filter(release=release, service=service).exists():
        sentence = f"The release changes {service} already; change that item."
        raise Conflict(sentence, errors={"service": [sentence]})
    item: Item = Item.objects.create(
        release=release,
        service=service,
        change=change or ItemChange.CHANGED,
        version=release.version if version is None else version,
    )
    given = {"artefact_url": artefact_url, "artefact_digest": artefact_digest, "artefact_identity": artefact_identity}
    artefacts.put(item, candidate, given)
    deployments.recompute(candidates.places_of(release), by=by)
    record(release, "added_item", by=by, template="{actor} added {service} to {subject}", service=service)
    item.refresh_from_db()
    return item


@deed
def change(item: Item, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Item:
    """Change what `add` takes, but for the service. An item's revision counts its artefact in the newest candidate too.

    Raises NotAllowed, Stale, RuleBroken, and Conflict when the candidate is fixed, or an earlier one took the item somewhere and
    it were to become another kind of change.
    """
    item, candidate = _to_write(item, by, seen)
    differing: list[str] = []
    kind = changes.get("change") or item.change
    if kind != item.change:
        _expect_not_taken(item, candidate)
        item.change = kind
        item.save(update_fields=["change"])
        differing.append("change")
    differing += artefacts.put(item, candidate, changes)
    if differing:
        if {"change", "version"} & set(differing):
            deployments.recompute(candidates.places_of(item.release), by=by)
        template = "{actor} changed what {subject} does to {service}"
        record(item.release, "changed_item", by=by, template=template, service=item.service, columns=sorted(differing))
        item.refresh_from_db()
    return item


@deed
def remove(item: Item, *, by: User, seen: Seen = None) -> None:
    """Take an item out of a release, and with it what the release put at its first stop.

    Raises NotAllowed, Stale, and Conflict when the candidate is fixed, or an earlier one took the item somewhere.
    """
    item, candidate = _to_write(item, by, seen)
    _expect_not_taken(item, candidate)
    release, service = item.release, item.service
    places = candidates.places_of(release)
    # A deployment of an item that is none any more goes with it; what follows of that, recompute() finds out.
    Deployment.objects.filter(item=item).delete()
    referring.delete(item, by=by)
    deployments.recompute(places, by=by)
    record(release, "removed_item", by=by, template="{actor} took {service} out of {subject}", service=service)


def _to_write(item: Item, by: User, seen: Seen) -> tuple[Item, Candidate]:
    locked_with_places(item.release)
    release = to_write(item.release, by=by)
    found: Item = Item.objects.select_for_update(no_key=True, of=("self",)).select_related("service").get(pk=item.pk)
    expect_seen(found, seen)
    found.release = release
    return found, candidates.to_fill(release)


def _expect_not_taken(item: Item, candidate: Candidate) -> None:
    if candidates.keeps(item, candidate):
        raise Conflict(
            f"An earlier candidate took {item.service} on its way, and what it took stays told; make a new release for what is to go on."
        )
