"""What follows from approvals: which are void, and whether a promotion is approved by those that are left."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from accounts.models import User
from history.deeds import deed, record
from policies.queries import standards
from releases.models import Approval, ApprovalEnd, Gate, Promotion, Release
from releases.queries import digests
from releases.queries.gates import GOOD, states_of
from releases.queries.seats import SeatsStanding, standing
from releases.vocabulary import MOVABLE, ApprovalDecision, ApprovalEndKind, PromotionStatus

NOT_ASKED: Final = "it is no longer asked for"
#: Where nobody waits for approvals any more, or nobody has asked for them yet.
_NOT_ASKED_FOR: Final = frozenset({PromotionStatus.DRAFT, PromotionStatus.MISSED})
_WAITING: Final = frozenset({PromotionStatus.REQUESTED, PromotionStatus.APPROVED})


def locked(promotions: Iterable[int]) -> list[Promotion]:
    """Promotions as they are now, with their references, locked after their releases, in the order of their keys."""
    wanted = set(promotions)
    releases = Promotion.objects.filter(pk__in=wanted).values("release")
    list(Release.objects.select_for_update(no_key=True).filter(pk__in=releases).order_by("pk").values_list("pk", flat=True))
    found = Promotion.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted)
    return list(found.with_references().order_by("pk"))


@deed
def void_what_changed(promotions: Iterable[int], *, reason: str, by: User, at: datetime) -> int:
    """End the approvals of promotions that stand for something else now; those that are not met any more wait again. Gives how many.

    So it is with another digest, with a gate that was good when somebody approved and is not any more, and with a promotion that
    nobody asks for now. A gate that got better, or another interval within the approved window, changes nothing. `reason` says what
    changed, as the end of a sentence.
    """
    given = Approval.objects.filter(promotion__in=set(promotions), promotion__status__in=MOVABLE, decision=ApprovalDecision.APPROVE)
    concerned = set(given.standing().values_list("promotion", flat=True))
    if not concerned:
        return 0
    found = locked(concerned)
    known = standards()
    shown = digests.of(found, known)
    worse = _worse(found, at)
    ended = 0
    for promotion in found:
        for approval in _standing(promotion):
            if promotion.status in _NOT_ASKED_FOR:
                why = NOT_ASKED
            elif approval.digest != shown[promotion.pk].digest:
                why = reason
            elif approval.pk in worse:
                why = worse[approval.pk]
            else:
                continue
            _end(approval, promotion, why, by, at)
            ended += 1
    weigh(concerned, by=by, at=at)
    return ended


@deed
def void(promotion: Promotion, *, reason: str, by: User, at: datetime) -> None:
    """End every approval of a promotion that its verb has locked, such as one that is withdrawn."""
    for approval in _standing(promotion):
        _end(approval, promotion, reason, by, at)


@deed
def weigh(promotions: Collection[int], *, by: User, at: datetime) -> None:
    """Have promotions that were asked for be approved when all their seats are taken, and wait again when they are not any more.

    A break-fix is approved by as many as its rules let it run on. Beside the approved window nothing is approved.
    """
    found = [one for one in locked(promotions) if one.status in _WAITING]
    stand = standing(found, at, known=standards())
    for promotion in found:
        is_good = stands(promotion, stand[promotion.pk])
        if is_good and promotion.status == PromotionStatus.REQUESTED:
            promotion.status = PromotionStatus.APPROVED
            promotion.save(update_fields=["status"])
            template = (
                "{subject} is approved" if stand[promotion.pk].is_met else "{subject} is approved as an emergency; the rest follows"
            )
            record(promotion, "approved", by=by, template=template)
        elif not is_good and promotion.status == PromotionStatus.APPROVED:
            promotion.status = PromotionStatus.REQUESTED
            promotion.save(update_fields=["status"])
            record(promotion, "waits_again", by=by, template="{subject} is not approved any more, and waits again")


def stands(promotion: Promotion, stand: SeatsStanding) -> bool:
    """Whether a promotion is approved: the people are enough, and it lies inside the window that they approved."""
    since, until = promotion.approved_from or promotion.starts_at, promotion.approved_until or promotion.ends_at
    is_inside = since <= promotion.starts_at and promotion.ends_at <= until
    return is_inside and (stand.is_met or stand.is_met_in_emergency)


def gates_seen(promotion: Promotion, at: datetime) -> dict[str, str]:
    """The state of each gate before this promotion at an instant, by its id as text."""
    gates = list(Gate.objects.filter(release=promotion.release_id).asked().guarding(promotion.environment.stage).with_rules())
    states = states_of([(gate, promotion.candidate_id) for gate in gates], at)
    return {str(gate): str(found.state) for (gate, _), found in states.items()}


def _worse(promotions: Collection[Promotion], at: datetime) -> dict[int, str]:
    """The approvals that saw a gate good which is not any more, and which."""
    seen: dict[int, list[tuple[int, int]]] = defaultdict(list)
    candidates = {promotion.pk: promotion.candidate_id for promotion in promotions}
    for promotion in promotions:
        for approval in _standing(promotion):
            seen[approval.pk] = [(int(gate), promotion.pk) for gate, state in approval.gates_seen.items() if state in GOOD]
    wanted = {gate for pairs in seen.values() for gate, _ in pairs}
    if not wanted:
        return {}
    gates = {gate.pk: gate for gate in Gate.objects.filter(pk__in=wanted).asked().with_rules()}
    asked = {(gate, candidates[promotion]) for pairs in seen.values() for gate, promotion in pairs if gate in gates}
    states = states_of([(gates[gate], candidate) for gate, candidate in sorted(asked)], at)
    worse: dict[int, str] = {}
    for number, pairs in seen.items():
        bad = [gates[gate] for gate, promotion in pairs if gate in gates and not states[gate, candidates[promotion]].is_good]
        if bad:
            worse[number] = f"the gate “{bad[0].name}” was good then, and is not any more"
    return worse


def _standing(promotion: Promotion) -> Iterable[Approval]:
    found: Iterable[Approval] = promotion.approvals.filter(decision=ApprovalDecision.APPROVE, end=None).order_by("pk")
    return found


def _end(approval: Approval, promotion: Promotion, reason: str, by: User, at: datetime) -> None:
    ApprovalEnd.objects.create(approval=approval, kind=ApprovalEndKind.VOIDED, reason=reason, by=User(pk=by.pk), at=at)
    Gate.objects.filter(condition_of=approval).update(is_asked=False)
    template = "An approval of {subject} is void: " + reason.replace("{", "(").replace("}", ")")
    record(promotion, "approval_voided", by=by, template=template[:400], approval=approval.pk)
