"""What policies ask of a promotion: gates, approvals, lead time, and what break-fixes still owe."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from common import moments
from common.workdays import days_after
from policies.models import GateRule
from policies.queries import Seats
from policies.vocabulary import Urgency
from releases.queries.cases import Case, Toll
from releases.verdicts.requirements import Requirement, RequirementState, RequirementType
from releases.vocabulary import GateState, PromotionStatus

_S, _T = RequirementState, RequirementType
RELEASING: Final = "the release's manager or any release manager"


def gates(case: Case) -> Iterator[Requirement]:
    """One for each gate that stands before the stage, and for each that policies ask for and that was not put yet."""
    for toll in case.gates:
        yield _gate(case, toll)
    put = {(gate.rule.version.policy_id, gate.rule.code) for gate, *_ in case.gates if gate.rule is not None}
    for rule in case.asked.gates:
        if (case.policies[rule.version_id], rule.code) not in put:
            who = rule.owner_team.name if rule.owner_team else _holder_of(rule.owner_role)
            if _follows(case, rule):
                yield Requirement(_T.GATE, _S.WAIVED, _later(rule.name, rule.follow_days), who, None, case.url, rule.name)
            else:
                yield Requirement(_T.GATE, _S.MISSING, f"{rule.name} is not asked yet: {rule.ask}", who, None, case.url, rule.name)


def _gate(case: Case, toll: Toll) -> Requirement:
    gate, state, sentence, waived_until = toll
    who = gate.owner_team.name if gate.owner_team else _holder_of(gate.owner_role) if gate.owner_role else "its owner"
    due_at = _end_of(case, gate.due_on) if gate.due_on else None

    def so(how: RequirementState, words: str, changes_at: datetime | None = None) -> Requirement:
        return Requirement(_T.GATE, how, words, who, due_at, gate.get_absolute_url(), gate.name, changes_at)

    said = f"{gate.name}: {sentence[:1].lower()}{sentence[1:]}"
    if state == GateState.PASSED:
        return so(_S.SATISFIED, said)
    if state == GateState.WAIVED:
        if waived_until is None or waived_until > max(case.at, case.promotion.starts_at):
            # Until it begins the waiver holds through; after that the clock ends it.
            return so(_S.WAIVED, said, waived_until)
        until = moments.instant_words(waived_until, case.zone, case.year)
        return so(_S.MISSING, f"{gate.name} is waived only until {until}, which is over when it begins.", _ahead(case, due_at))
    if state == GateState.FAILED:
        return so(_S.FAILED, said, _ahead(case, due_at))
    if gate.rule is not None and _follows(case, gate.rule):
        return so(_S.WAIVED, _later(gate.name, gate.rule.follow_days))
    by_when = f" It is due by {moments.day_words(gate.due_on, case.year)}." if gate.due_on else ""
    return so(_S.MISSING, f"{said}{by_when}", _ahead(case, due_at))


def _follows(case: Case, rule: GateRule) -> bool:
    """Whether a break-fix may meet it afterwards."""
    return case.release.urgency == Urgency.BREAK_FIX and rule.follow_days is not None


def _later(name: str, days: int | None) -> str:
    return f"{name} may follow: a break-fix owes it within {days} working day{'' if days == 1 else 's'} of its start."


def approvals(case: Case) -> Iterator[Requirement]:
    """One for each kind of people who have to say yes; where nobody has to, that it was asked for."""
    standing = case.seats
    for seats in standing.asked:
        yield _seats(case, seats)
    if not standing.asked and case.promotion.status == PromotionStatus.DRAFT and not case.is_plan:
        sentence = "It has not been asked for yet; request it, and it is approved at once, since nobody has to say yes."
        yield Requirement(_T.APPROVAL, _S.MISSING, sentence, RELEASING, None, case.url, "the request")


def _seats(case: Case, seats: Seats) -> Requirement:
    standing, speakers = case.seats, seats.speakers
    who = speakers_in_words(seats)
    lapse = min(
        (approval.lapses_at for approval, seated in standing.approvals if seated is not None and approval.lapses_at is not None),
        default=None,
    )
    taken, missing = standing.taken.get(speakers, 0), standing.missing.get(speakers, 0)
    people = f"{taken} of {seats.people}" if seats.people > 1 else ("one" if taken else "nobody")

    def so(how: RequirementState, words: str, changes_at: datetime | None = None) -> Requirement:
        return Requirement(
            _T.APPROVAL, how, words, who, None if how == _S.SATISFIED else case.planned[0], case.url, f"{seats.name}", changes_at
        )

    if not missing:
        return so(_S.SATISFIED, f"{seats.name}: approved by {_count(seats.people)} of {who}.", lapse)
    late = _ahead(case, case.planned[0])
    soonest = min((each for each in (lapse, late) if each), default=None)
    if standing.is_met_in_emergency:
        days = seats.follow_days
        sentence = (
            f"{seats.name}: {_count(missing)} more may follow, within {days} working day{'' if days == 1 else 's'} of the start."
        )
        return Requirement(_T.APPROVAL, _S.WAIVED, sentence, who, None, case.url, seats.name, lapse)
    if case.is_plan or case.promotion.status == PromotionStatus.DRAFT:
        return so(
            _S.MISSING,
            f"{seats.name}: {_count(seats.people)} of {who} {_has(seats.people)} to say yes, and nobody was asked yet.",
            soonest,
        )
    able = standing.who_may.get(speakers, ())
    nobody = "" if able else " Nobody of them may, who has not had a hand in it."
    return so(
        _S.MISSING, f"{seats.name}: {people} of {who} has said yes; {_count(missing)} more {_has(missing)} to.{nobody}", soonest
    )


def speakers_in_words(seats: Seats) -> str:
    """`Security`, or `the release managers`."""
    rule = seats.rule
    return str(rule.team.name) if rule.team is not None else _holders_of(rule.role)


def lead_time(case: Case) -> Iterator[Requirement]:
    """That it is asked for long enough ahead, by the rule that asks for most."""
    days = max((rule.lead_days for rule in case.asked.schedules), default=0)
    if not days:
        return
    asked_at = case.promotion.requested_at
    asked_on = (asked_at or case.at).astimezone(case.zone).date()
    earliest = days_after(asked_on, days, case.environment.region)
    starts_on = case.promotion.starts_at.astimezone(case.zone).date()
    # What is not asked for yet comes a day later each day.
    tomorrow = None if asked_at else _end_of(case, asked_on)
    how, words = _S.SATISFIED, f"It is asked for {days} working day{'' if days == 1 else 's'} ahead."
    if starts_on < earliest:
        how = _S.MISSING
        said = "was" if asked_at else "would be"
        words = (
            f"It takes {days} working day{'' if days == 1 else 's'} of notice: it {said} asked for on"
            f" {moments.day_words(asked_on, case.year)}, so it begins on {moments.day_words(earliest, case.year)} at the earliest."
        )
    url = case.url if case.is_plan else f"{case.url}move/"
    yield Requirement(_T.LEAD_TIME, how, words, RELEASING, None, url, "lead time", tomorrow)


def obligations(case: Case) -> Iterator[Requirement]:
    """What a break-fix of one of its services should have met by now; a break-fix is not held up."""
    if case.release.urgency == Urgency.BREAK_FIX:
        return
    moment = max(case.at, case.promotion.starts_at)
    for debt in case.debts:
        whose = debt.release or "a restricted break-fix (ask the PMO)"
        due = moments.instant_words(debt.due_at, case.zone, case.year)
        if debt.due_at > moment:
            sentence = f"{debt.service} owes {debt.what} of {whose} until {due}, after this begins."
            yield Requirement(_T.OBLIGATION, _S.SATISFIED, sentence, "", None, "", f"{debt.what} of {debt.service}", debt.due_at)
            continue
        sentence = f"{debt.service} still owes {debt.what} of {whose}, which was due by {due}."
        if debt.due_at > case.at:
            sentence = f"{debt.service} owes {debt.what} of {whose}, which is due by {due}, before this begins."
        url = f"/promotions/{debt.promotion}/" if debt.release else ""
        yield Requirement(
            _T.OBLIGATION,
            _S.MISSING,
            sentence,
            RELEASING,
            debt.due_at,
            url,
            f"{debt.what} of {debt.service}",
            _ahead(case, debt.due_at),
        )


def _ahead(case: Case, moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment > case.at else None


def _end_of(case: Case, day: date) -> datetime:
    """The instant at which a day is over where the environment is."""
    return datetime.combine(day + timedelta(days=1), time.min, case.zone).astimezone(UTC)


def _count(number: int) -> str:
    return {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}.get(number, str(number))


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


def _holder_of(role: str) -> str:
    return f"any {role.lower()}" if role != role.upper() else f"the {role}"


def _holders_of(role: str) -> str:
    return f"the {role.lower()}s" if role != role.upper() else f"the {role}"
