"""May it go? One answer for the page, for REST, for lists and for the start of a promotion."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from accounts.models import User
from environments.actions import bookings
from environments.models import Environment
from policies.queries import Standards
from releases.models import Promotion, Release
from releases.queries import cases
from releases.queries.cases import Case
from releases.verdicts import standards, travel
from releases.verdicts.requirements import Requirement, RequirementState, RequirementType, Verdict, weighed
from releases.verdicts.threats import NOT_BEGUN
from releases.vocabulary import PromotionStatus, ReadinessState

#: Each type's question, in the order in which they are told.
_TYPES: Final[Sequence[Callable[[Case], Iterator[Requirement]]]] = (
    travel.timing,
    standards.lead_time,
    travel.booking,
    travel.route_order,
    travel.soak,
    travel.prerequisites,
    travel.contributions,
    travel.artefact_identity,
    standards.gates,
    standards.approvals,
    travel.roll_back,
    standards.obligations,
)
#: Of these a member of a package is asked only if it is planned by itself: else it goes in the window and the place of its package.
_OF_ITS_PLAN: Final = frozenset({travel.timing, standards.lead_time, travel.booking})


def verdict(promotion: Promotion, at: datetime, *, starting: bool = False, known: Standards | None = None) -> Verdict:
    """May this promotion go? Asked at an instant (UTC) of its planned interval, or `starting`: of one as long that begins just then.

    Verbs give `known`, the standards as they are in their transaction.
    """
    return verdicts([promotion], at, starting=starting, known=known)[promotion.pk]


def verdicts(
    promotions: Collection[Promotion], at: datetime, *, starting: bool = False, known: Standards | None = None
) -> dict[int, Verdict]:
    """The same of many promotions, by their ids, in the same number of queries."""
    found = cases.cases(list(promotions), at, known=known, is_starting=starting)
    return {case.promotion.pk: weigh(case) for case in found}


def verdict_of_plan(
    release: Release, environment: Environment, starts_at: datetime, ends_at: datetime, at: datetime, *, user: User
) -> Verdict:
    """May a release go into an environment in `[starts_at, ends_at)`, UTC, if somebody plans it so? Nothing is written.

    Whoever has the lanes then is named as far as `user` may see them.
    """
    case = cases.cases([cases.planned(release, environment, starts_at, ends_at)], at)[0]
    full = bookings.obstacle(None, environment, starts_at=starts_at, ends_at=ends_at, user=user)
    state = RequirementState.MISSING if full else RequirementState.SATISFIED
    sentence = full or f"There is a place for it in {environment.name}."
    lanes = Requirement(RequirementType.BOOKING, state, sentence, "", None, environment.get_absolute_url(), "a place")
    return weighed([lanes, *weigh(case).requirements])


def readiness(found: Verdict, at: datetime) -> tuple[ReadinessState, int, int]:
    """What a verdict comes to in a list: its state, how much is missing, and how much of that is late."""
    missing = found.standing_in_the_way
    late = sum(1 for each in missing if each.is_late(at))
    if late:
        return ReadinessState.LATE, len(missing), late
    if any(each.state != RequirementState.MISSING for each in missing):
        return ReadinessState.BLOCKED, len(missing), late
    return (ReadinessState.WAITING if missing else ReadinessState.READY), len(missing), late


def weigh(case: Case) -> Verdict:
    """The answer to one case; knows no database."""
    status = PromotionStatus(case.promotion.status)
    if status not in NOT_BEGUN:
        words = str(status.label).lower()
        return Verdict(False, f"It is {words}: there is nothing left to ask." if status not in _ENDED else f"It has {words}.")
    own = [each for ask in _TYPES for each in ask(case)]
    for member in case.members:
        for ask in _TYPES:
            if not (member.is_plan and ask in _OF_ITS_PLAN):
                own += [each.of(member.release.key) for each in ask(member)]
    found = weighed(own)
    if status == PromotionStatus.REQUESTED and found.allowed:
        return replace(found, sentence=f"{found.sentence} It is not approved yet.")
    return found


_ENDED: Final = frozenset({PromotionStatus.SUCCEEDED, PromotionStatus.SUCCEEDED_WITH_ISSUES, PromotionStatus.FAILED})
