"""Bringing the standard set, with which an installation begins."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from history.deeds import deed
from policies.actions import policies, procedures, versions
from policies.actions.standard_set import POLICIES, PROCEDURES
from policies.models import Policy, PolicyVersion, Procedure


def install(*, by: User, at: datetime) -> int:
    """Bring the procedures and policies of the standard set that are not there yet; gives how many policies came.

    What has its short name stays as it is, whatever became of it since. Drafted by `by` (the operator at the shell) and published in
    the clock's name, since nobody publishes what they drafted, an installation neither.
    """
    with transaction.atomic():
        there = set(Policy.objects.values_list("slug", flat=True))
        missing = [each for each in POLICIES if each[0] not in there]
        known = {procedure.slug: procedure for procedure in Procedure.objects.all()}
        if missing:
            drafts = _draft(missing, known, by=by)
            clock = User.objects.clock()
            with deed(by=clock):
                for version in drafts:
                    versions.publish(version, by=clock, at=at)
    return len(missing)


@deed
def _draft(missing: list[Any], known: dict[str, Procedure], *, by: User) -> list[PolicyVersion]:
    for slug, name, body in PROCEDURES:
        if slug not in known:
            known[slug] = procedures.create(by=by, slug=slug, name=name, body=body)
    drafts = []
    for slug, name, description, says in missing:
        policy = policies.create(by=by, slug=slug, name=name, description=description)
        drafts.append(versions.draft(policy, _with_procedures(says, known), by=by))
    return drafts


def _with_procedures(says: Mapping[str, Any], known: Mapping[str, Procedure]) -> dict[str, Any]:
    """What a version says, with procedures in place of their short names."""
    gates = [{**gate, "procedure": known[gate["procedure"]]} for gate in says["gate_rules"]]
    return {"note": "The standard set.", **says, "gate_rules": gates}
