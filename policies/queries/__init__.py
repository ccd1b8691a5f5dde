"""Which standards there are, which of them a release has to meet, and how they are shown and named."""

from policies.queries.questionnaires import Question, questionnaire
from policies.queries.standards import (
    Applied,
    Asked,
    Seats,
    Speakers,
    Standards,
    Traits,
    asked_by,
    chosen_by,
    joined,
    standards,
    standards_kept,
)

__all__ = [
    "Applied",
    "Asked",
    "Question",
    "Seats",
    "Speakers",
    "Standards",
    "Traits",
    "asked_by",
    "chosen_by",
    "joined",
    "questionnaire",
    "standards",
    "standards_kept",
]
