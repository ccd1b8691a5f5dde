"""Verbs on releases."""

from releases.actions.releases.bringing import NOT_YOURS, bring
from releases.actions.releases.copying import copy
from releases.actions.releases.moving import cancel, move_on
from releases.actions.releases.writing import NOT_NEW, change, create

__all__ = ["NOT_NEW", "NOT_YOURS", "bring", "cancel", "change", "copy", "create", "move_on"]
