"""Everything that can be said, by its name. A new occasion is a word in the vocabulary, a class in a file here, and a line below."""

from collections.abc import Mapping
from typing import Final

from reminders.occasions.approvals import ApprovalLapsing, ApprovalWaiting, ObligationDue
from reminders.occasions.base import Dated, Moment, News, Said, Scope, Span, Told
from reminders.occasions.gates import GateDecided, GateDue, GateStarts, WaiverExpiring
from reminders.occasions.projects import OutputAccepted, OutputDue, ProjectClosing
from reminders.occasions.promotions import (
    ApprovalVoided,
    PrerequisiteSlipped,
    PromotionAhead,
    PromotionMissed,
    PromotionOpened,
    ReleaseAtRisk,
)
from reminders.vocabulary import Occasion

_DATED: Final[tuple[Dated, ...]] = (
    PromotionAhead(),
    PromotionOpened(),
    ReleaseAtRisk(),
    PrerequisiteSlipped(),
    ApprovalWaiting(),
    ApprovalLapsing(),
    ObligationDue(),
    GateStarts(),
    GateDue(),
    WaiverExpiring(),
    OutputDue(),
    ProjectClosing(),
)
_TOLD: Final[tuple[Told, ...]] = (PromotionMissed(), ApprovalVoided(), GateDecided(), OutputAccepted())

DATED: Final[Mapping[Occasion, Dated]] = {each.name: each for each in _DATED}
TOLD: Final[Mapping[Occasion, Told]] = {each.name: each for each in _TOLD}
ALL: Final[Mapping[Occasion, Said]] = {**DATED, **TOLD}

__all__ = ["ALL", "DATED", "TOLD", "Dated", "Moment", "News", "Said", "Scope", "Span", "Told"]
