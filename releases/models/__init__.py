"""Releases and what they are made of, promotions, and what these left where."""

from releases.models.deployment import Deployment
from releases.models.promotion import Promotion
from releases.models.release import Artefact, Candidate, Contribution, ExternalLink, Item, Prerequisite, Release

__all__ = ["Artefact", "Candidate", "Contribution", "Deployment", "ExternalLink", "Item", "Prerequisite", "Promotion", "Release"]
