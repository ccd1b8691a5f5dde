"""What a break-fix goes without as it starts, it owes afterwards."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from common.workdays import days_after
from environments.models import Environment
from history.deeds import deed, record
from policies.queries import Speakers, standards
from policies.vocabulary import Urgency
from releases.models import Gate, Obligation, Promotion
from releases.queries import seats
from releases.queries.gates import states_of


def take_on(promotion: Promotion, *, by: User, at: datetime) -> bool:
    """Keep what a break-fix goes without at `at` (UTC): the gates that may follow, and the people that an emergency lets follow.

    Each is due at the end of so many working days as its rule says, in the region of who owns it, else of the environment. Gives
    whether there is anything. Called as it starts, when its verdict has let it go.
    """
    if promotion.release.urgency != Urgency.BREAK_FIX:
        return False
    owed = [*_gates(promotion, at), *_seats(promotion, at)]
    Obligation.objects.bulk_create(owed)
    return bool(owed)


@deed
def meet(promotions: Collection[int], *, by: User, at: datetime) -> None:
    """Mark those obligations of promotions (ids) met that are, by now; a step of the verb that decided a gate or gave a yes.

    What was met stays so.
    """
    owed = Obligation.objects.unmet().filter(promotion__in=promotions).order_by("pk")
    # Each belongs to a release that the outer verb has locked.
    related = ("promotion__release", "promotion__environment", "promotion__candidate", "gate__rule", "rule")
    for obligation in owed.select_related(*related):
        if _is_met(obligation, at):
            obligation.met_at = at
            obligation.save(update_fields=["met_at"])
            # A gate's name comes from the one place that knows who may read it; rules have no page, and no name elsewhere.
            what, more = ("{gate}", {"gate": obligation.gate}) if obligation.gate else ("the rest of its approvals", {})
            template = f"What {{subject}} owed is met: {what}"
            record(obligation.promotion, "met_obligation", by=by, template=template, obligation=obligation.pk, **more)


def _gates(promotion: Promotion, at: datetime) -> Iterable[Obligation]:
    found = Gate.objects.asked().filter(
        release=promotion.release_id, stage=promotion.environment.stage, rule__follow_days__isnull=False
    )
    gates = list(found.with_rules().order_by("pk"))
    states = states_of([(gate, promotion.candidate_id) for gate in gates], at)
    for gate in gates:
        if gate.rule is not None and gate.rule.follow_days is not None and not states[gate.pk, promotion.candidate_id].is_good:
            region = gate.owner_team.region if gate.owner_team else ""
            yield Obligation(promotion=promotion, gate=gate, due_at=_due(promotion.environment, region, gate.rule.follow_days, at))


def _seats(promotion: Promotion, at: datetime) -> Iterable[Obligation]:
    standing = seats.standing([promotion], at, known=standards())[promotion.pk]
    for speakers in standing.missing:
        asked = standing.seats_of(speakers)
        region = asked.rule.team.region if asked.rule.team else ""
        yield Obligation(promotion=promotion, rule=asked.rule, due_at=_due(promotion.environment, region, asked.follow_days, at))


def _due(environment: Environment, region: str, days: int, at: datetime) -> datetime:
    """The end of the last of so many working days, on the clock of the environment."""
    zone = ZoneInfo(environment.time_zone)
    last: date = days_after(at.astimezone(zone).date(), days, region or environment.region)
    return datetime.combine(last + timedelta(days=1), time(), zone)


def _is_met(obligation: Obligation, at: datetime) -> bool:
    promotion = obligation.promotion
    if obligation.gate is not None:
        return states_of([(obligation.gate, promotion.candidate_id)], at)[obligation.gate.pk, promotion.candidate_id].is_good
    rule = obligation.rule
    missing = seats.standing([promotion], at, known=standards())[promotion.pk].missing
    return rule is None or Speakers(rule.team_id, rule.role) not in missing
