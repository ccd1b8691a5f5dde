"""What is said of approvals ahead, and of what a break-fix owes afterwards."""

from collections.abc import Iterable

from releases.models import Approval, Obligation, Promotion
from releases.vocabulary import WAITING, ApprovalDecision, PromotionStatus
from reminders.occasions.base import Dated, Moment, Scope, Span
from reminders.vocabulary import Occasion

_PLACE = ("environment__time_zone", "environment__region")


class ApprovalWaiting(Dated):
    """Somebody asked for a promotion, and people have not answered yet. The moment is when it was asked for."""

    name = Occasion.APPROVAL_WAITING
    kind, scope = "promotion", Scope.RELEASE
    headline = "{key} into {place} waits for your approval"
    sentence = "{name} into {place} was asked for {when}, and waits for approvals."
    asks = "Look at what it changes, and approve or reject it."
    button = "Decide on it"

    def moments(self, span: Span) -> Iterable[Moment]:
        asked = Promotion.objects.filter(status=PromotionStatus.REQUESTED, **span.instants("requested_at"), **span.among("release"))
        return [Moment(*row) for row in asked.order_by("pk").values_list("pk", "release_id", "requested_at", *_PLACE)]


class ApprovalLapsing(Dated):
    """A yes holds only for so many days, and lapses before the promotion is over."""

    name = Occasion.APPROVAL_LAPSING
    kind, scope = "promotion", Scope.RELEASE
    headline = "{key} into {place}: an approval lapses {when}"
    sentence = "An approval of {name} into {place} lapses {when}, before it is over."
    asks = "Give it again, or have the promotion take place sooner."
    button = "Decide on it"

    def moments(self, span: Span) -> Iterable[Moment]:
        given = Approval.objects.standing().filter(decision=ApprovalDecision.APPROVE, promotion__status__in=WAITING)
        columns = ("promotion_id", "promotion__release_id", "lapses_at", *(f"promotion__{name}" for name in _PLACE))
        found = given.filter(**span.instants("lapses_at"), **span.among("promotion__release"))
        rows = found.order_by("pk").values_list(*columns, "promotion__ends_at")
        return [Moment(*row) for *row, ends_at in rows if row[2] < ends_at]


class ObligationDue(Dated):
    """What a break-fix went without, and has to meet afterwards."""

    name = Occasion.OBLIGATION_DUE
    kind, scope = "promotion", Scope.RELEASE
    headline = "{key} into {place}: what it owes {is_or_was} due {when}"
    sentence = "{name} went into {place} as an emergency; what it went without {is_or_was} due {when}."
    asks = "Make up for it by then."
    button = "See what is owed"

    def moments(self, span: Span) -> Iterable[Moment]:
        owed = Obligation.objects.unmet().filter(**span.instants("due_at"), **span.among("promotion__release"))
        columns = ("promotion_id", "promotion__release_id", "due_at", *(f"promotion__{name}" for name in _PLACE))
        return [Moment(*row) for row in owed.order_by("pk").values_list(*columns)]
