"""Verbs on the versions of policies: draft, change and discard a draft, publish it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from common.refusals import Conflict, NotAllowed
from common.rows import Seen, expect_seen, revise
from history.deeds import deed, record
from policies import rules
from policies.actions import rulebooks
from policies.actions.policies import to_write
from policies.models import Policy, PolicyVersion
from policies.queries.drafts import writers_of

NOT_A_SECOND = "Whoever wrote in a draft does not publish it; ask another policy owner to."
#: What says which releases a version is for.
SELECTION: Final = ("urgencies", "sizes", "risks", "natures", "tiers")


@deed
def draft(policy: Policy, changes: Mapping[str, Any] | None = None, *, by: User, seen: Seen = None) -> PolicyVersion:
    """A draft that begins as a copy of the newest version, with `changes` (see `change`) made to it. `seen` is of the policy.

    Raises NotAllowed, Stale, Conflict when there is a draft already or the policy is retired, RuleBroken for rules that hold no water.
    """
    policy = to_write(policy, by, seen)
    if policy.retired_at is not None:
        raise Conflict(f"{policy.name} is retired; take it up again before you draft a version of it.")
    newest = PolicyVersion.objects.filter(policy=policy).order_by("-number").first()
    if newest is not None and not newest.is_published:
        raise Conflict(f"There is a draft of {policy.name} already: version {newest.number}; publish or discard it first.")
    changes = changes or {}
    given = rulebooks.understood(changes)
    columns = {name: getattr(newest, name) for name in SELECTION} if newest else {}
    columns |= {name: value for name, value in changes.items() if name not in rulebooks.LISTS}
    number = newest.number + 1 if newest else 1
    version: PolicyVersion = PolicyVersion.objects.create(policy=policy, number=number, drafted_by=by, **columns)
    if newest is not None:
        rulebooks.copy(newest, version, rulebooks.LISTS.keys() - given.keys())
    for name, rows in given.items():
        rulebooks.renew(version, name, rows)
    record(policy, "drafted", by=by, template="{actor} drafted version {number} of {subject}", number=number, draft=version.pk)
    version.refresh_from_db()
    return version


@deed
def change(version: PolicyVersion, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> PolicyVersion:
    """Change a draft: urgencies, sizes, risks, natures, tiers, note; gate_rules, approval_rules, schedule_rules, risk_questions each
    as a whole list.

    A rule is a mapping of its columns; one of the same `code` is the same rule. Raises NotAllowed, Stale, Conflict when it is
    published, RuleBroken for rules that hold no water.
    """
    policy = to_write(version.policy, by, None)
    version = _draft(version, seen)
    differing = _write(version, changes)
    if differing:
        record(
            policy,
            "changed_draft",
            by=by,
            template="{actor} changed the draft of version {number} of {subject}",
            number=version.number,
            draft=version.pk,
            columns=differing,
        )
    version.refresh_from_db()
    return version


@deed
def discard(version: PolicyVersion, *, by: User, seen: Seen = None) -> None:
    """Throw a draft away. Raises NotAllowed, Stale, Conflict when it is published."""
    policy = to_write(version.policy, by, None)
    version = _draft(version, seen)
    record(
        policy,
        "discarded_draft",
        by=by,
        template="{actor} discarded the draft of version {number} of {subject}",
        number=version.number,
    )
    version.delete()


@deed
def publish(version: PolicyVersion, *, by: User, at: datetime, seen: Seen = None) -> PolicyVersion:
    """Put a draft in force from `at` on; it never changes again. Takes a policy owner who wrote nothing of it.

    Raises NotAllowed, Stale, Conflict when it is published already.
    """
    policy = to_write(version.policy, by, None)
    found = PolicyVersion.objects.select_for_update(no_key=True).filter(pk=version.pk).first()
    if found is None:
        raise Conflict("This draft was discarded meanwhile.")
    if not rules.may_publish(by, writers_of(found)):
        raise NotAllowed(NOT_A_SECOND)
    found = _draft(found, seen)
    found.published_by, found.published_at = by, at
    found.save(update_fields=["published_by", "published_at"])
    record(policy, "published", by=by, template="{actor} published version {number} of {subject}", number=found.number)
    found.refresh_from_db()
    return found


def _draft(version: PolicyVersion, seen: Seen) -> PolicyVersion:
    """The version, locked, as long as it is a draft and the one that was seen."""
    found: PolicyVersion | None = PolicyVersion.objects.select_for_update(no_key=True).filter(pk=version.pk).first()
    if found is None:
        raise Conflict("This draft was discarded meanwhile.")
    if found.is_published:
        raise Conflict(f"Version {found.number} is published and never changes; draft a new one.")
    expect_seen(found, seen)
    return found


def _write(version: PolicyVersion, changes: Mapping[str, Any]) -> list[str]:
    """Write what differs; the names of it. Rules are understood, and refused, before anything is written."""
    given = rulebooks.understood(changes)
    columns = {name: value for name, value in changes.items() if name not in rulebooks.LISTS}
    differing = sorted(name for name, value in columns.items() if getattr(version, name) != value)
    for name in differing:
        setattr(version, name, columns[name])
    if differing:
        version.save(update_fields=differing)
    renewed = [name for name, rows in given.items() if rulebooks.renew(version, name, rows)]
    if renewed and not differing:
        revise(version)
    return differing + renewed
