"""Verbs on releases."""

from releases.actions.releases.bringing import bring

__all__ = ["bring"]
