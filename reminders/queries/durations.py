"""How long a kind of gate takes here, so that one can say when work on it has to begin.

A kind of gate is a rule of a policy, the same through its versions. It took the working days from when the gate was there and the build
it was decided for was too, until somebody passed it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from math import ceil
from statistics import median
from typing import Final

from common.workdays import days_between
from releases.models import Gate, GateDecision
from releases.vocabulary import GateOutcome
from reminders.vocabulary import ENOUGH_HISTORY, MOST_DAYS

Kind = tuple[int, str]

#: How far back history is asked, and how many decisions of it at most.
_SINCE: Final = timedelta(days=730)
_MOST: Final = 5_000


def longest(assumed_days: int) -> int:
    """The most working days that any gate is taken to need."""
    return max(MOST_DAYS, assumed_days)


def working_days_of(gates: Iterable[Gate], assumed_days: int, at: datetime) -> dict[int, int]:
    """How many working days each gate (by id) needs: the median of its kind, or `assumed_days` while fewer than five were passed.

    The gates come with their rules' versions. One query.
    """
    kinds = {gate.pk: (gate.rule.version.policy_id, gate.rule.code) for gate in gates if gate.rule is not None}
    known = medians(set(kinds.values()), at)
    return {number: known.get(kind, assumed_days) for number, kind in kinds.items()}


def medians(kinds: Collection[Kind], at: datetime) -> Mapping[Kind, int]:
    """The median of working days of those kinds of gate that have enough history before an instant (UTC), rounded up."""
    if not kinds:
        return {}
    policies, codes = ({kind[place] for kind in kinds} for place in (0, 1))
    passed = GateDecision.objects.filter(outcome=GateOutcome.PASSED, at__gt=at - _SINCE, at__lte=at)
    rows = (
        passed.filter(gate__rule__version__policy__in=policies, gate__rule__code__in=codes)
        .order_by("-id")
        .values_list(
            "gate__rule__version__policy_id",
            "gate__rule__code",
            "gate__created_at",
            "candidate__created_at",
            "at",
            "gate__owner_team__region",
        )
    )
    took: dict[Kind, list[int]] = defaultdict(list)
    for policy, code, put_at, built_at, decided_at, region in rows[:_MOST]:
        began = max(put_at, built_at) if built_at else put_at
        took[policy, code].append(min(days_between(_day(began), _day(decided_at), region or ""), MOST_DAYS))
    return {kind: ceil(median(days)) for kind, days in took.items() if len(days) >= ENOUGH_HISTORY}


def _day(instant: datetime) -> date:
    return instant.astimezone(UTC).date()
