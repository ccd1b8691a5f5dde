"""Releases and what they are made of, what is asked of them, promotions and their approvals, and what these left where."""

from releases.models.approval import Approval, ApprovalEnd, Author, Obligation, PromotionItem
from releases.models.assessment import Assessment
from releases.models.deployment import Deployment
from releases.models.gate import Evidence, Gate, GateDecision, Waiver, WaiverEnd
from releases.models.preparation import Audience, Preparation
from releases.models.promotion import Promotion
from releases.models.readiness import Readiness
from releases.models.release import Artefact, Candidate, Contribution, ExternalLink, Item, Prerequisite, Release

__all__ = [
    "Approval",
    "ApprovalEnd",
    "Artefact",
    "Assessment",
    "Audience",
    "Author",
    "Candidate",
    "Contribution",
    "Deployment",
    "Evidence",
    "ExternalLink",
    "Gate",
    "GateDecision",
    "Item",
    "Obligation",
    "Preparation",
    "Prerequisite",
    "Promotion",
    "PromotionItem",
    "Readiness",
    "Release",
    "Waiver",
    "WaiverEnd",
]
