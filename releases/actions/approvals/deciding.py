"""People say yes or no to promotions, and take it back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from accounts.models import User
from common.refusals import BadInput, Conflict, IllegalMove, NotAllowed, RuleBroken
from history.deeds import deed, record
from policies.models import ApprovalRule
from policies.queries import Speakers, standards
from policies.vocabulary import GateArea
from releases import rules
from releases.actions.approvals.weighing import gates_seen, locked, void, weigh
from releases.models import Approval, ApprovalEnd, Gate, Obligation, Promotion, Release
from releases.queries.seats import SeatsStanding, capacities, standing
from releases.queries.speakers import names_of
from releases.vocabulary import ApprovalDecision, ApprovalEndKind, PromotionStatus

REJECTED: Final = "the promotion was rejected"
NOT_SEEN: Final = "It is no longer what you looked at: something that an approval covers was changed. Look at what is there now, and decide again."
_ASKED_FOR: Final = frozenset({PromotionStatus.REQUESTED, PromotionStatus.APPROVED})

Condition = Mapping[str, Any]


@deed
def decide(
    promotion: Promotion,
    *,
    decision: str,
    digest: str,
    rule: ApprovalRule | None = None,
    conditions: Sequence[Condition] = (),
    comment: str = "",
    by: User,
    at: datetime,
) -> Approval:
    """Say yes or no, at `at` (UTC), to exactly what `digest` stands for: for one rule, or for any that `by` may speak for.

    A yes fills a seat; when all are taken the promotion is approved. Each of its conditions (`text`, `owner`, perhaps `due_on`)
    becomes a gate. A no sends the promotion back to its draft, with the comment as the reason, and voids every yes. Who stands in for
    somebody absent speaks for them where they have no voice of their own, or none that is missing. What ran as an emergency is
    approved afterwards.

    Raises NotAllowed, IllegalMove, Conflict for another digest or a second yes of one person, RuleBroken for a rule that is not
    asked, a no without a reason or with conditions, and a condition that nobody can meet or that was due before today (there).
    """
    (found,) = locked([promotion.pk])
    stand = standing([found], at, known=standards())[found.pk]
    return _decide(found, stand, ApprovalDecision(decision), digest, rule, conditions, comment.strip(), by, at)


@deed
def decide_together(
    package: Release,
    *,
    decision: str,
    promotions: Mapping[int, str],
    comment: str = "",
    by: User,
    at: datetime,
) -> list[Approval]:
    """Say the same to several promotions of a package's members, each with the digest that was seen: all or nothing.

    Whoever wants to leave one out does not name it. Raises what `decide` does, naming the promotion, and RuleBroken for one that is
    none of the package's.
    """
    known = Promotion.objects.filter(pk__in=promotions, release__package=package.pk).values_list("pk", flat=True)
    if not promotions or set(known) != set(promotions):
        sentence = "Name at least one promotion, and only promotions of the package's members."
        raise RuleBroken(sentence, errors={"promotions": [sentence]})
    return decide_several(decision=decision, promotions=promotions, comment=comment, by=by, at=at)


@deed
def decide_several(*, decision: str, promotions: Mapping[int, str], comment: str = "", by: User, at: datetime) -> list[Approval]:
    """Say the same to several promotions, each with the digest that was seen: all or nothing.

    Raises what `decide` does, naming the promotion, and BadInput where none is named.
    """
    if not promotions:
        sentence = "Tick at least one promotion to decide on."
        raise BadInput(sentence, errors={"promotions": [sentence]})
    made = []
    for one in locked(promotions):
        stand = standing([one], at, known=standards())[one.pk]
        try:
            made.append(_decide(one, stand, ApprovalDecision(decision), promotions[one.pk], None, (), comment.strip(), by, at))
        except (NotAllowed, Conflict, RuleBroken) as refusal:
            raise type(refusal)(f"{one.release} into {one.environment.name}: {refusal.sentence}", errors=refusal.errors) from None
    return made


@deed
def take_back(promotion: Promotion, *, by: User, at: datetime) -> ApprovalEnd:
    """Take one's own yes back, as long as nothing has started; the promotion waits again where it was needed.

    Raises IllegalMove when it has started or is over, Conflict when there is none.
    """
    (found,) = locked([promotion.pk])
    if found.status not in _ASKED_FOR:
        words = found.get_status_display().lower()
        raise IllegalMove(f"The promotion is {words}; an approval is taken back only before it starts.")
    own = found.approvals.filter(by=by, decision=ApprovalDecision.APPROVE, end=None).order_by("-pk").first()
    if own is None:
        raise Conflict("You have no approval here that stands, so there is none to take back.")
    end: ApprovalEnd = ApprovalEnd.objects.create(approval=own, kind=ApprovalEndKind.WITHDRAWN, by=by, at=at)
    Gate.objects.filter(condition_of=own).update(is_asked=False)
    record(found, "approval_taken_back", by=by, template="{actor} took the approval of {subject} back", approval=own.pk)
    weigh([found.pk], by=by, at=at)
    return end


def _decide(
    found: Promotion,
    stand: SeatsStanding,
    decision: ApprovalDecision,
    digest: str,
    rule: ApprovalRule | None,
    conditions: Sequence[Condition],
    comment: str,
    by: User,
    at: datetime,
) -> Approval:
    speakers = Speakers(rule.team_id, rule.role) if rule is not None else None
    if refused := rules.why_not_decide(by, found, stand, at):
        raise NotAllowed(refused)
    if speakers is not None and speakers not in stand.needs:
        sentence = f"This rule is not asked here; what is asked: {names_of(stand.asked) or 'nothing'}."
        raise RuleBroken(sentence, errors={"rule": [sentence]})
    who = _who(by, stand, speakers, at)
    _expect_state(found, stand, decision)
    if digest != stand.shown.digest:
        raise Conflict(NOT_SEEN, errors={"digest": [NOT_SEEN]})
    if decision == ApprovalDecision.APPROVE and not who:
        raise Conflict("You have approved this already, for yourself or for somebody else; one person counts once.")
    _expect_sense(decision, comment, conditions, at.astimezone(ZoneInfo(found.environment.time_zone)).date())
    delegator = User.objects.get(pk=who[0]) if who and who[0] is not None else None
    made: Approval = Approval.objects.create(
        promotion=found,
        rule=rule,
        decision=decision,
        by=by,
        for_delegator=delegator,
        digest=digest,
        shown=dict(stand.shown.values),
        gates_seen=gates_seen(found, at),
        comment=comment,
        at=at,
        lapses_at=_lapse(stand, speakers, delegator or by, at) if decision == ApprovalDecision.APPROVE else None,
    )
    for_whom = ", standing in for {delegator}" if delegator else ""
    data: dict[str, Any] = {"approval": made.pk, **({"delegator": delegator} if delegator else {})}
    if decision == ApprovalDecision.REJECT:
        void(found, reason=REJECTED, by=by, at=at)
        found.status = PromotionStatus.DRAFT
        found.save(update_fields=["status"])
        record(found, "rejected", by=by, reason=comment, template="{actor} rejected {subject}" + for_whom, **data)
        return made
    for condition in conditions:
        _put(condition, made, found)
    words = f", on {len(conditions)} condition{'s' if len(conditions) > 1 else ''}" if conditions else ""
    record(found, "approval_given", by=by, reason=comment, template="{actor} approved {subject}" + for_whom + words, **data)
    if found.status == PromotionStatus.REQUESTED:
        weigh([found.pk], by=by, at=at)
    return made


def _who(by: User, stand: SeatsStanding, speakers: Speakers | None, at: datetime) -> list[int | None]:
    """In whose place somebody decides, the best first; empty for who has spoken already. Raises NotAllowed for who may not."""
    if speakers is not None and not rules.speaks_for(by, stand, speakers, at):
        raise NotAllowed(f"You do not speak for {names_of([stand.seats_of(speakers)])}; ask one of those who do.")
    return capacities(by.pk, stand, speakers, at)


def _expect_state(found: Promotion, stand: SeatsStanding, decision: ApprovalDecision) -> None:
    if found.status == PromotionStatus.REQUESTED or (
        found.status == PromotionStatus.APPROVED and decision == ApprovalDecision.REJECT
    ):
        return
    if found.status == PromotionStatus.APPROVED:
        # A break-fix that is approved as an emergency takes the others before it runs, too.
        if stand.missing:
            return
        raise IllegalMove("The promotion is approved already, by as many people as it takes.")
    owes = Obligation.objects.unmet().filter(promotion=found, rule__isnull=False).exists()
    if owes and decision == ApprovalDecision.APPROVE:
        return
    words = found.get_status_display().lower()
    wish = "it has to be requested first" if found.status == PromotionStatus.DRAFT else "nothing is left to decide"
    raise IllegalMove(f"The promotion is {words}; {wish}.")


def _expect_sense(decision: ApprovalDecision, comment: str, conditions: Sequence[Condition], today: date) -> None:
    if decision == ApprovalDecision.REJECT and not comment:
        sentence = "Say why it is rejected, so that it can be mended."
        raise RuleBroken(sentence, errors={"comment": [sentence]})
    if decision == ApprovalDecision.REJECT and conditions:
        sentence = "Conditions belong to a yes; a no says what is missing in its reason."
        raise RuleBroken(sentence, errors={"conditions": [sentence]})
    for place, condition in enumerate(conditions):
        if not condition["owner"].is_active or condition["owner"].is_service:
            sentence = f"Condition {place + 1}: {condition['owner']} cannot meet it; name somebody who can sign in."
            raise RuleBroken(sentence, errors={"conditions": [sentence]})
        due_on = condition.get("due_on")
        if due_on is not None and due_on < today:
            sentence = f"Condition {place + 1} was due on {due_on:%Y-%m-%d}, which is over; give it a day from today on."
            raise RuleBroken(sentence, errors={"conditions": [sentence]})


def _lapse(stand: SeatsStanding, speakers: Speakers | None, who: User, at: datetime) -> datetime:
    """When a yes lapses; for any of several seats after the shortest of their times."""
    own = stand.people.may.get(who.pk, frozenset())
    days = [each.holds_days for each in stand.asked if (each.speakers == speakers if speakers else each.speakers in own)]
    return at + timedelta(days=min(days))


def _put(condition: Condition, approval: Approval, found: Promotion) -> None:
    text: str = condition["text"]
    Gate.objects.create(
        release=found.release,
        condition_of=approval,
        area=GateArea.ACCEPTANCE,
        name=text[:300],
        ask=text,
        stage=found.environment.stage,
        owner=condition["owner"],
        due_on=condition.get("due_on"),
    )
