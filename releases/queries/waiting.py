"""What waits for somebody: approvals in which they could take a seat, and gates that are theirs to decide, the soonest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Team, User
from common.kept import Kept
from history import queries as history
from policies.queries import standards_kept
from policies.vocabulary import EvidenceKind, Urgency
from releases.models import Gate, Obligation, Promotion
from releases.queries.answers import RESTRICTIONS
from releases.queries.approval_answers import STANDING_TABLES
from releases.queries.seats import SeatsStanding, is_asked, standing
from releases.queries.voices import voices
from releases.vocabulary import ENDED, GateState, PromotionStatus

#: So many promotions are looked at, the soonest; of what comes later nobody needs to know today.
MOST: Final = 200
#: A gate waits for people once it is due within so many days (or was, or failed); one that is due later can wait.
NEAR: Final = timedelta(days=14)
#: What decides what waits for whom.
TABLES: Final = tuple(
    dict.fromkeys(
        [
            *RESTRICTIONS,
            *STANDING_TABLES,
            "releases_promotion",
            "releases_candidate",
            "releases_gate",
            "releases_obligation",
            "policies_gaterule",
            "environments_environment",
        ]
    )
)
_COUNTS: Final = Kept(2_000)


class Awaited(NamedTuple):
    """A promotion that waits for people, and how its approvals stand."""

    promotion: Promotion
    stand: SeatsStanding


@dataclass(frozen=True)
class Waiting:
    """The promotions that wait for approvals: those in which somebody could take a seat, and the others that they see.

    `goes_on`: there are later ones, which were not looked at.
    """

    mine: Sequence[Awaited]
    others: Sequence[Awaited]
    goes_on: bool


def approvals(user: User, at: datetime) -> Waiting:
    """What waits for approvals at an instant (UTC), as far as `user` sees it, the soonest first. The same few queries for any number.

    Also what was approved as an emergency, or ran as one, and takes the rest of its people still.
    """
    found = list(_undecided(user).with_references().order_by("starts_at", "id")[: MOST + 1])
    kept = found[:MOST]
    stands = standing(kept, at)
    mine = [one for one in kept if is_asked(user.pk, stands[one.pk], at)]
    chosen = {one.pk for one in mine}
    others = [one for one in kept if one.status == PromotionStatus.REQUESTED and one.pk not in chosen]
    return Waiting(
        [Awaited(one, stands[one.pk]) for one in mine],
        [Awaited(one, stands[one.pk]) for one in others],
        len(found) > MOST,
    )


def gates(user: User, at: datetime) -> Any:
    """The gates that are open or failed and for `user` to decide, or for somebody they stand in for, the soonest first.

    Each has `waits_until`: when the window opens that it stands before, or until when a break-fix still owes it; and `is_near`:
    whether it waits at `at` already. What lies before nothing that is planned, or follows from what audiences need, waits for
    nobody's decision.
    """
    people = voices(user, at)
    teams = Team.objects.filter(Q(memberships__user__in=people) | Q(lead__in=people)).order_by().values("pk")
    roles = {role for one in people for role in one.role_names}
    owned = Q(owner__in=[one.pk for one in people]) | Q(owner=None) & (Q(owner_team__in=teams) | Q(owner_role__in=roles))
    into = Promotion.objects.coming().filter(environment__stage=OuterRef("stage"))
    windows = into.filter(Q(release=OuterRef("release")) | Q(release=OuterRef("release__package"))).values("starts_at")
    owed = Obligation.objects.unmet().filter(gate=OuterRef("pk")).order_by("due_at").values("due_at")
    found = Gate.objects.visible_to(user).asked().filter(owned, state__in=[GateState.OPEN, GateState.FAILED])
    found = found.exclude(release__status__in=ENDED).exclude(rule__evidence=EvidenceKind.PREPARATIONS)
    found = found.annotate(waits_until=Coalesce(Subquery(windows[:1]), Subquery(owed[:1])))
    near = Q(due_on__lte=(at + NEAR).date()) | Q(waits_until__lte=at + NEAR) | Q(state=GateState.FAILED)
    found = found.filter(waits_until__isnull=False).annotate(is_near=ExpressionWrapper(near, output_field=BooleanField()))
    return found.order_by("waits_until", F("due_on").asc(nulls_last=True), "id")


def count(user: User, at: datetime) -> int:
    """How much waits for `user` at an instant (UTC). One query while nothing changed that decides it."""
    state = history.state(TABLES)
    key = (user.pk, state, at.replace(second=0, microsecond=0))
    known: int | None = _COUNTS.get(key) if state else None
    if known is None:
        known = _count(user, at)
        if state:
            _COUNTS.put(key, known)
    return known


def _count(user: User, at: datetime) -> int:
    number: int = gates(user, at).filter(is_near=True).count()
    if _undecided(user).exists() and may_be_asked(user, at):
        number += len(approvals(user, at).mine)
    return number


def may_be_asked(user: User, at: datetime) -> bool:
    """Whether a policy in force asks for approvals of somebody, or of those they stand in for at an instant (UTC)."""
    teams, roles = _capacities(voices(user, at))
    rules = [rule for version in standards_kept().versions for rule in version.approval_rules.all()]
    return any(rule.team_id in teams or rule.role in roles for rule in rules)


def decides_something(user: User, at: datetime) -> bool:
    """Whether a policy in force has somebody decide gates or approve, or those they stand in for at an instant (UTC)."""
    teams, roles = _capacities(voices(user, at))
    gate_rules = [rule for version in standards_kept().versions for rule in version.gate_rules.all()]
    return may_be_asked(user, at) or any(rule.owner_team_id in teams or rule.owner_role in roles for rule in gate_rules)


def _capacities(people: Sequence[User]) -> tuple[set[int], set[str]]:
    """The teams and roles that people have between them."""
    return {team for one in people for team in one.team_ids}, {role for one in people for role in one.role_names}


def _undecided(user: User) -> Any:
    """What waits for approvals, and what owes some. Put together of three, so that each finds its index."""
    requested = Promotion.objects.filter(status=PromotionStatus.REQUESTED)
    emergencies = Promotion.objects.filter(status=PromotionStatus.APPROVED, release__urgency=Urgency.BREAK_FIX)
    owing = Obligation.objects.unmet().filter(rule__isnull=False).order_by().values("promotion")
    some = requested.order_by().values("pk").union(emergencies.order_by().values("pk"), owing, all=True)
    return Promotion.objects.visible_to(user).filter(pk__in=some)
