"""The words of releases (ITIL) and the two state machines."""

from collections.abc import Mapping
from typing import Final

from django.db import models


class Extent(models.TextChoices):
    FULL = "full"
    DELTA = "delta"
    PACKAGE = "package"


class Commitment(models.TextChoices):
    IDEA = "idea"
    PLANNED = "planned"
    COMMITTED = "committed"
    PROMISED = "promised"


class ReleaseStatus(models.TextChoices):
    DRAFT = "draft"
    PLANNED = "planned"
    UNDER_WAY = "under_way", "under way"
    IN_PRODUCTION = "in_production", "in production"
    EARLY_LIFE = "early_life", "early life"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    RETIRED = "retired"


class ItemChange(models.TextChoices):
    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"


class Identity(models.TextChoices):
    """By what an artefact is known to be the same one that was tested."""

    DIGEST = "digest"
    RECORDED = "recorded"
    PER_ENVIRONMENT = "per_environment", "per environment"


class ContributionState(models.TextChoices):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Decision(models.TextChoices):
    """What the release's side says to what it is offered."""

    ACCEPTED = "accepted", "accept"
    DECLINED = "declined", "decline"


class Strength(models.TextChoices):
    HARD = "hard"
    SOFT = "soft"


class PromotionStatus(models.TextChoices):
    DRAFT = "draft"
    REQUESTED = "requested"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    SUCCEEDED_WITH_ISSUES = "succeeded_with_issues", "succeeded with issues"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back", "rolled back"
    CANCELLED = "cancelled"
    MISSED = "missed"


_R, _P = ReleaseStatus, PromotionStatus

FINISHED: Final = frozenset({_P.SUCCEEDED, _P.SUCCEEDED_WITH_ISSUES, _P.FAILED, _P.ROLLED_BACK, _P.CANCELLED, _P.MISSED})
UNFINISHED: Final = frozenset(_P) - FINISHED
#: What is going on right now ends with an outcome, and with nothing else.
GOING_ON: Final = frozenset({_P.RUNNING, _P.PAUSED})
SUCCESSES: Final = frozenset({_P.SUCCEEDED, _P.SUCCEEDED_WITH_ISSUES})
#: What did not succeed, or not for good, and may have left something all the same.
LEFT_SOMETHING: Final = frozenset({_P.FAILED, _P.ROLLED_BACK})
#: What was asked for and has not begun; it ends with its approved window.
WAITING: Final = frozenset({_P.REQUESTED, _P.APPROVED})
#: What may be given another interval: what has not begun, and what was missed.
MOVABLE: Final = frozenset({_P.DRAFT, _P.REQUESTED, _P.APPROVED, _P.MISSED})

PROMOTION_MOVES: Final[Mapping[PromotionStatus, frozenset[PromotionStatus]]] = {
    _P.DRAFT: frozenset({_P.REQUESTED, _P.CANCELLED}),
    _P.REQUESTED: frozenset({_P.APPROVED, _P.DRAFT, _P.CANCELLED}),
    _P.APPROVED: frozenset({_P.RUNNING, _P.REQUESTED, _P.DRAFT, _P.MISSED, _P.CANCELLED}),
    _P.RUNNING: frozenset({_P.PAUSED, _P.SUCCEEDED, _P.SUCCEEDED_WITH_ISSUES, _P.FAILED, _P.ROLLED_BACK}),
    _P.PAUSED: frozenset({_P.RUNNING, _P.FAILED, _P.ROLLED_BACK}),
    _P.SUCCEEDED: frozenset({_P.ROLLED_BACK}),
    _P.SUCCEEDED_WITH_ISSUES: frozenset({_P.ROLLED_BACK}),
    _P.FAILED: frozenset({_P.ROLLED_BACK}),
    _P.MISSED: frozenset({_P.DRAFT, _P.CANCELLED}),
    _P.ROLLED_BACK: frozenset(),
    _P.CANCELLED: frozenset(),
}

RELEASE_MOVES: Final[Mapping[ReleaseStatus, frozenset[ReleaseStatus]]] = {
    _R.DRAFT: frozenset({_R.PLANNED, _R.CANCELLED}),
    _R.PLANNED: frozenset({_R.DRAFT, _R.UNDER_WAY, _R.CANCELLED}),
    _R.UNDER_WAY: frozenset({_R.PLANNED, _R.IN_PRODUCTION, _R.CANCELLED}),
    _R.IN_PRODUCTION: frozenset({_R.EARLY_LIFE, _R.CLOSED, _R.UNDER_WAY, _R.RETIRED}),
    _R.EARLY_LIFE: frozenset({_R.CLOSED, _R.UNDER_WAY, _R.RETIRED}),
    _R.CLOSED: frozenset({_R.UNDER_WAY, _R.RETIRED}),
    _R.CANCELLED: frozenset(),
    _R.RETIRED: frozenset(),
}

#: Where a release stays as it is.
ENDED: Final = frozenset(status for status, moves in RELEASE_MOVES.items() if not moves)
#: Where people move a release by a decision of theirs; everywhere else its promotions lead it, or a cancellation.
MOVED_BY_PEOPLE: Final = frozenset({_R.EARLY_LIFE, _R.CLOSED, _R.RETIRED})

KEY_PREFIX: Final = "REL-"


def number_of_key(text: str) -> int | None:
    """42 for `REL-42`; None for what is no key."""
    number = text.removeprefix(KEY_PREFIX)
    is_key = (
        text.startswith(KEY_PREFIX) and number.isascii() and number.isdigit() and len(number) <= 18 and number == str(int(number))
    )
    return int(number) if is_key else None


class GateState(models.TextChoices):
    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"
    WAIVED = "waived"


class GateOutcome(models.TextChoices):
    """What a decision on a gate says; reopened takes the one before back."""

    PASSED = "passed"
    FAILED = "failed"
    REOPENED = "reopened"


class ApprovalDecision(models.TextChoices):
    APPROVE = "approve"
    REJECT = "reject"


class ApprovalEndKind(models.TextChoices):
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"


class ItemOutcome(models.TextChoices):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back", "rolled back"


class Outcome(models.TextChoices):
    """How a promotion that runs may end."""

    SUCCEEDED = "succeeded"
    SUCCEEDED_WITH_ISSUES = "succeeded_with_issues", "succeeded with issues"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back", "rolled back"


class PreparationNeed(models.TextChoices):
    NOTHING = "nothing"
    NOTICE = "notice"
    BRIEFING = "briefing"
    TRAINING = "training"


class PreparationState(models.TextChoices):
    """Where a preparation stands on the calendar; cancelled with its release."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class ReadinessState(models.TextChoices):
    """What the verdict on a release's next promotion comes to; `nothing_planned` where none is."""

    READY = "ready"
    WAITING = "waiting"
    BLOCKED = "blocked"
    LATE = "late"
    NOTHING_PLANNED = "nothing_planned", "nothing planned"
