"""Who wrote a draft."""

from typing import Final

from history.models import Fact
from policies.models import PolicyVersion

_WROTE: Final = ("drafted", "changed_draft")


def writers_of(version: PolicyVersion) -> frozenset[int]:
    """The ids of all who wrote in a draft: who began it, and everybody who changed it since."""
    facts = Fact.objects.filter(subject_kind="policy", subject_id=version.policy_id, verb__in=_WROTE, data__draft=version.pk)
    return frozenset({version.drafted_by_id, *facts.values_list("event__actor_id", flat=True)})
