"""Verbs on candidates: the numbered builds of a release."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import User
from common.refusals import Conflict, RuleBroken
from common.rows import Seen
from environments.models import Service
from history.deeds import deed, record
from releases import rules
from releases.actions import artefacts as parts
from releases.actions import deployments, losing
from releases.actions.opening import to_write
from releases.models import Artefact, Candidate, Item, Promotion, Release
from releases.vocabulary import PromotionStatus


@deed
def new(release: Release, *, by: User, artefacts: Sequence[Mapping[str, Any]] = (), seen: Seen = None) -> Candidate:
    """The next candidate of a release. Each of `artefacts` says what a `service` is in it: version, artefact_url, artefact_digest,
    artefact_identity, each as it was where left out; what is not named is carried over untouched.

    Earlier candidates stay what they were, their versions included. Promotions that are only drafts carry the new candidate from
    now on; those that somebody asked for keep what was asked. Raises NotAllowed, Stale, Conflict when the release is over, and
    RuleBroken for a service that the release does not change.
    """
    release = to_write(release, by=by, seen=seen)
    before = current(release)
    candidate = Candidate.objects.create(release=release, number=before.number + 1)
    items = {item.service_id: item for item in Item.objects.select_for_update(no_key=True).filter(release=release).order_by("pk")}
    _carry_over(before, candidate, items.values())
    named: set[int] = set()
    for row in artefacts:
        service: Service = row["service"]
        if service.pk not in items or service.pk in named:
            problem = "stands twice in the list; name it once" if service.pk in named else "is no item of the release; add it first"
            raise RuleBroken(f"{service} {problem}.", errors={"artefacts": [f"{service} {problem}."]})
        named.add(service.pk)
        parts.put(items[service.pk], candidate, row)
    drafts = Promotion.objects.select_for_update(no_key=True).filter(release=release, status=PromotionStatus.DRAFT)
    moved = [promotion.pk for promotion in drafts.order_by("pk")]
    Promotion.objects.filter(pk__in=moved).update(candidate=candidate)
    record(release, "new_candidate", by=by, template="{actor} made {candidate}", candidate=candidate, promotions=len(moved))
    losing.tell_lost(release, before, candidate, by=by)
    candidate.refresh_from_db()
    return candidate


def current(release: Release) -> Candidate:
    """The newest candidate of a release that is locked; its first one is made when it has none yet."""
    found: Candidate | None = release.candidates.order_by("-number").first()
    return found or Candidate.objects.create(release=release, number=1)


def to_fill(release: Release) -> Candidate:
    """The newest candidate of a release that is locked, if it may still change.

    Raises Conflict when it has left its first stop: what goes on is what was tested there (a changed artefact makes a new candidate).
    """
    candidate = current(release)
    if rules.is_fixed(candidate):
        raise Conflict(
            f"Candidate {candidate.number} has left its first stop, and what goes on is what was tested there;"
            " make a new candidate and change that."
        )
    return candidate


def keeps(item: Item, candidate: Candidate) -> bool:
    """Whether another candidate took the item somewhere, or was asked to, so that it can't become another thing."""
    taken = Promotion.objects.filter(candidate__artefacts__item=item).exclude(candidate=candidate)
    return bool(taken.exclude(status__in=rules.TOOK_NOTHING).exists())


def places_of(release: Release) -> set[deployments.Place]:
    """Where something of a release is, for the verbs that may move it; empty for nearly all of them, which never were anywhere."""
    return deployments.places_of([release.pk]) if Promotion.objects.filter(release=release).arrived().exists() else set()


def _carry_over(before: Candidate, candidate: Candidate, items: Any) -> None:
    known = {artefact.item_id: artefact for artefact in before.artefacts.all()}
    Artefact.objects.bulk_create(
        Artefact(candidate=candidate, item=item, address=old.address, identity=old.identity, digest=old.digest)
        for item in items
        for old in [known.get(item.pk) or Artefact()]
    )
