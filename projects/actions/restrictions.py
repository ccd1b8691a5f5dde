"""Ending the restrictions of programs and projects."""

from datetime import datetime
from typing import Any

from accounts.actions import restrictions
from accounts.models import User
from projects.models import Program, Project

LOCK = 7_235_003


def end_restrictions(*, by: User, at: datetime) -> int:
    """Lift the restrictions of programs and projects that were to end by `at` (UTC); gives how many."""
    return restrictions.end((Program.objects.all(), Project.objects.all()), by=by, at=at, lock=LOCK, state_of=_state)


def _state(thing: Program | Project) -> dict[str, Any]:
    state: dict[str, Any] = {"code": thing.code, "starts_on": thing.starts_on, "ends_on": thing.ends_on}
    return state | {"status": thing.status} if isinstance(thing, Project) else state
