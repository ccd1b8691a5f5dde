"""Verbs on policies: create, change, retire, restore. What they ask is written by `policies.actions.versions`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from common.refusals import Conflict, NotAllowed
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from policies import rules
from policies.models import Policy, PolicyVersion

NOT_YOURS = "Only policy owners may write policies."


@deed
def create(*, by: User, slug: str, name: str, description: str = "") -> Policy:
    """A new policy. It counts for nothing until a version of it is published. Raises NotAllowed, Conflict when the slug is taken."""
    if not rules.may_write_standards(by):
        raise NotAllowed(NOT_YOURS)
    if Policy.objects.filter(slug=slug).exists():
        raise Conflict(f"There is already a policy {slug}; choose another.", errors={"slug": ["This short name is taken."]})
    policy: Policy = Policy.objects.create(slug=slug, name=name, description=description)
    record(policy, "created", by=by, template="{actor} made the policy {subject}")
    policy.refresh_from_db()
    return policy


@deed
def change(policy: Policy, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Policy:
    """Change name or description, which bind nobody. Raises NotAllowed, Stale."""
    policy = to_write(policy, by, seen)
    differing = sorted(name for name, value in changes.items() if getattr(policy, name) != value)
    if differing:
        for name in differing:
            setattr(policy, name, changes[name])
        policy.save(update_fields=differing)
        record(policy, "changed", by=by, template="{actor} changed the policy {subject}", columns=differing)
        policy.refresh_from_db()
    return policy


@deed
def retire(policy: Policy, *, by: User, at: datetime, reason: str = "", seen: Seen = None) -> Policy:
    """Put a policy away. Only one that asks for nothing any more, since nobody takes standards out of force alone.

    Raises NotAllowed, Stale, Conflict while it has a draft, or its version in force has rules.
    """
    policy = to_write(policy, by, seen)
    if policy.retired_at is not None:
        raise Conflict(f"{policy.name} is retired already.")
    if PolicyVersion.objects.drafts().filter(policy=policy).exists():
        raise Conflict(f"{policy.name} has a draft; publish or discard it before you retire the policy.")
    in_force = PolicyVersion.objects.in_force().filter(policy=policy).first()
    if in_force is not None and in_force.has_rules():
        raise Conflict(
            f"{policy.name} still asks for something; publish a version without rules first, which takes a second policy owner."
        )
    policy.retired_at = at
    policy.save(update_fields=["retired_at"])
    record(policy, "retired", by=by, template="{actor} retired the policy {subject}", reason=reason)
    policy.refresh_from_db()
    return policy


@deed
def restore(policy: Policy, *, by: User, seen: Seen = None) -> Policy:
    """Take a policy up again. Raises NotAllowed, Stale, Conflict when it is not retired."""
    policy = to_write(policy, by, seen)
    if policy.retired_at is None:
        raise Conflict(f"{policy.name} is not retired.")
    policy.retired_at = None
    policy.save(update_fields=["retired_at"])
    record(policy, "restored", by=by, template="{actor} took the policy {subject} up again")
    policy.refresh_from_db()
    return policy


def to_write(policy: Policy, by: User, seen: Seen) -> Policy:
    """The policy, locked for a verb of a policy owner: with it are locked all its versions, which nobody writes otherwise."""
    found: Policy = Policy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    if not rules.may_write_standards(by):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    return found
