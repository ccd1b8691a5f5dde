"""What must be true of releases together with what others did."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from history.deeds import Deed, Said
from history.signals import recorded
from releases.actions import approvals, deployments, gates, readiness
from releases.actions.promotions import obligations
from releases.actions.promotions.places import settle_all
from releases.models import Gate, Release
from releases.queries.asked import releases_asked_anew
from releases.queries.obligations import waiting_for

#: What is told of a gate when something was shown at it, or holds no more.
SHOWING = frozenset({"shown_evidence", "lost_evidence"})

#: What is told of a release when what its audiences need, or is done of it, is something else.
PREPARING = frozenset(
    {
        "named_audience",
        "changed_audience",
        "removed_audience",
        "planned_preparation",
        "changed_preparation",
        "removed_preparation",
        "finished_preparation",
        "reopened_preparation",
    }
)

#: What approvals are for, and the gates they saw; and what is told of approvals themselves, which changes none of it.
COVERED = frozenset({"promotion", "release", "service", "policy", "gate"})
MOVING = frozenset({"moved", "changed", "missed", "returned"})
OF_APPROVALS = frozenset(
    {"approval_given", "approval_taken_back", "approval_voided", "approved", "waits_again", "requested", "rejected", "withdrawn"}
)


@receiver(recorded)
def recompute_where_parts_changed(deed: Deed, facts: Sequence[Said], **_: Any) -> None:
    """What is in an environment is in each of its parts: other parts, other deployments."""
    environments = {fact.id for fact in facts if fact.kind == "environment" and "parts" in fact.data.get("columns", ())}
    if environments:
        deployments.recompute(deployments.places_in(environments), by=User(pk=deed.actor_id))


@receiver(recorded)
def keep_places_where_the_way_changed(deed: Deed, facts: Sequence[Said], **_: Any) -> None:
    """How long a release stays at a stop follows from its route: other stops, or another route, other places."""
    routes = {fact.id for fact in facts if fact.kind == "route" and "stops" in fact.data.get("columns", ())}
    travelling = {fact.id for fact in facts if fact.kind == "release" and "route" in fact.data.get("columns", ())}
    if routes:
        travelling |= set(Release.objects.filter(route__in=routes, route_version=None).values_list("pk", flat=True))
    if travelling:
        settle_all(travelling, by=User(pk=deed.actor_id), at=timezone.now())


@receiver(recorded)
def put_gates(deed: Deed, facts: Sequence[Said], **_: Any) -> None:
    """What has to be passed follows from what is planned, what a release is, and the policies; what a gate is from what was shown, or
    from what the audiences need."""
    by, at = User(pk=deed.actor_id), timezone.now()
    releases = releases_asked_anew(facts)
    if releases:
        gates.put(releases, by=by, at=at)
    shown = {fact.id for fact in facts if fact.kind == "gate" and fact.verb in SHOWING}
    if shown:
        gates.keep_states(Gate.objects.filter(pk__in=shown).with_rules(), at=at)
    prepared = {fact.id for fact in facts if fact.kind == "release" and fact.verb in PREPARING}
    if prepared:
        gates.follow(prepared, by=by, at=at)


@receiver(recorded)
def hold_approvals(deed: Deed, facts: Sequence[Said], **_: Any) -> None:
    """A yes is for exactly what was seen; who changes that does not say it. What a break-fix owes is met by the last yes."""
    by, at = User(pk=deed.actor_id), timezone.now()
    kinds = {fact.kind for fact in facts if fact.verb not in OF_APPROVALS}
    if kinds & COVERED:
        moved = {fact.id for fact in facts if fact.kind == "promotion" and fact.verb in MOVING}
        gone_on = {fact.id for fact in facts if fact.kind == "gate"}
        approvals.follow(deed.event_id, moved=moved, gates=gone_on, by=by, at=at)
    given = {fact.id for fact in facts if fact.verb == "approval_given"}
    if given:
        obligations.meet(given, by=by, at=at)


@receiver(recorded)
def keep_readiness(deed: Deed, facts: Sequence[Said], **_: Any) -> None:
    """How ready a release is follows from all that its verdict looks at. Asked last, when nobody tells anything more."""
    if deed.facts[-1] is facts[-1]:
        readiness.follow(deed.event_id, at=timezone.now())


@receiver(recorded)
def meet_what_is_owed(deed: Deed, facts: Sequence[Said], **_: Any) -> None:
    """A break-fix goes without some gates, and owes them: what is decided, waived or shown at one may meet that."""
    owing = waiting_for({fact.id for fact in facts if fact.kind == "gate"})
    if owing:
        obligations.meet(owing, by=User(pk=deed.actor_id), at=timezone.now())
