"""Verbs on restrictions of programs and projects: restrict, open; and ending those that are over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from accounts.actions import restrictions
from accounts.models import Team, User
from common.locks import Lock
from common.refusals import NotAllowed
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from projects import rules
from projects.actions.sentences import tell
from projects.models import Program, Project

NOT_YOURS = "Only the PMO, or its manager, may say who sees it."
Thing = TypeVar("Thing", Program, Project)


@deed
def restrict(thing: Thing, *, by: User, until: datetime, teams: Sequence[Team], at: datetime, seen: Seen = None) -> Thing:
    """Keep a program or project, and what belongs to it, to its managers and `teams` until an instant (UTC), or say so anew.

    Raises NotAllowed, Stale, RuleBroken for an end that does not lie in the two years after `at`.
    """
    thing = _to_write(thing, by, seen)
    if not restrictions.lay_on(thing, until=until, teams=teams, at=at):
        return thing
    kind = thing._meta.model_name
    tell(thing, "restricted", f"restricted the {kind}", by=by, manager_id=thing.manager_id, until=until)
    thing.refresh_from_db()
    return thing


@deed
def open_to_all(thing: Thing, *, by: User, seen: Seen = None) -> Thing:
    """End a restriction before its time. Raises NotAllowed, Stale, IllegalMove when there is none."""
    thing = _to_write(thing, by, seen)
    restrictions.lift(thing)
    record(thing, "opened", by=by, template="{actor} opened {subject} to everybody", **_state(thing))
    thing.refresh_from_db()
    return thing


def _to_write(thing: Thing, by: User, seen: Seen) -> Thing:
    found: Thing = type(thing).objects.select_for_update(no_key=True).get(pk=thing.pk)
    may = rules.may_write_program(by, found) if isinstance(found, Program) else rules.may_write_project(by, found)
    if not may:
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    return found


def _state(thing: Program | Project) -> dict[str, Any]:
    """What becomes visible, so that whoever follows the changes learns of the thing at once."""
    state: dict[str, Any] = {"code": thing.code, "starts_on": thing.starts_on, "ends_on": thing.ends_on}
    return state | ({"status": thing.status} if isinstance(thing, Project) else {})


def end_restrictions(*, by: User, at: datetime) -> int:
    """Lift the restrictions of programs and projects that were to end by `at` (UTC); gives how many."""
    return restrictions.end(
        (Program.objects.all(), Project.objects.all()), by=by, at=at, lock=Lock.RESTRICTIONS_OF_PROJECTS, state_of=_state
    )
