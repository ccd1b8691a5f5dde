"""May it go? And what threatens what is planned."""

from releases.verdicts.asking import readiness, verdict, verdict_of_plan, verdicts
from releases.verdicts.requirements import Requirement, RequirementState, RequirementType, Verdict
from releases.verdicts.threats import (
    NOT_BEGUN,
    Threat,
    threatened,
    threatened_among,
    threats,
    threats_of_releases,
)

__all__ = [
    "NOT_BEGUN",
    "Requirement",
    "RequirementState",
    "RequirementType",
    "Threat",
    "Verdict",
    "readiness",
    "threatened",
    "threatened_among",
    "threats",
    "threats_of_releases",
    "verdict",
    "verdict_of_plan",
    "verdicts",
]
