"""Gates that follow from what the audiences of releases need: made what that comes to."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from accounts.models import User
from history.deeds import record
from policies.vocabulary import EvidenceKind
from releases.actions.gates.putting import keep_states
from releases.models import Gate
from releases.vocabulary import GateState

_BECAME: Final = {
    GateState.PASSED: "{subject} of {release} is passed: what its audiences need is done",
    GateState.OPEN: "{subject} of {release} is open again: its audiences need something still",
}


def follow(releases: Collection[int], *, by: User, at: datetime) -> None:
    """Make gates what the preparations of their releases (ids, locked) come to at an instant (UTC): a step of what changed these.

    What becomes of each that is asked for is told, so that approvals which saw it, and debts which wait for it, hear of it.
    """
    own = Gate.objects.filter(release__in=releases, rule__evidence=EvidenceKind.PREPARATIONS).with_rules().order_by("pk")
    gates = list(own)
    before = {gate.pk: gate.state for gate in gates}
    keep_states(gates, at=at)
    for gate in gates:
        template = _BECAME.get(GateState(gate.state), "")
        if gate.is_asked and gate.state != before[gate.pk] and template:
            record(gate, "followed", by=by, template=template, release=gate.release)
