"""What a release loses of what was shown at its gates, said as it happens."""

from accounts.models import User
from history.deeds import record
from releases.models import Candidate, Gate, Release
from releases.queries.evidence import losses


def tell_lost(release: Release, before: Candidate, after: Candidate, *, by: User) -> None:
    """Say what a new candidate of a locked release loses of what was shown: a step of the verb that makes it."""
    lost = losses(release.pk, before.pk, after.pk)
    for gate in Gate.objects.filter(pk__in=lost).order_by("pk"):
        template = "What was shown at {subject} of {release} holds no more for all of {candidate}"
        record(gate, "lost_evidence", by=by, template=template, release=release, candidate=after, evidence=len(lost[gate.pk]))
