"""Ending the restrictions of releases."""

from datetime import datetime
from typing import Any

from accounts.actions import restrictions
from accounts.models import User
from releases.models import Release

LOCK = 7_235_004


def end_restrictions(*, by: User, at: datetime) -> int:
    """Lift the restrictions of releases that were to end by `at` (UTC); gives how many."""
    return restrictions.end((Release.objects.all(),), by=by, at=at, lock=LOCK, state_of=_state)


def _state(release: Release) -> dict[str, Any]:
    return {
        "status": release.status,
        "version": release.version,
        "urgency": release.urgency,
        "commitment": release.commitment,
    }
