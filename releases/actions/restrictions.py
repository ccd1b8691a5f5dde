"""Verbs on restrictions of releases: restrict, open; and ending those that are over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.actions import restrictions
from accounts.models import Team, User
from common.locks import Lock
from common.refusals import NotAllowed
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from releases import rules
from releases.models import Release

NOT_YOURS = "Only release managers, or its own manager, may say who sees this release."


@deed
def restrict(release: Release, *, by: User, until: datetime, teams: Sequence[Team], at: datetime, seen: Seen = None) -> Release:
    """Keep a release, and what belongs to it, to its manager, the owner teams of its services and `teams` until an instant (UTC).

    Raises NotAllowed, Stale, RuleBroken for an end that does not lie in the two years after `at`.
    """
    release = _to_write(release, by, seen)
    if restrictions.lay_on(release, until=until, teams=teams, at=at):
        record(release, "restricted", by=by, template="{actor} restricted the release {subject}", until=until)
        release.refresh_from_db()
    return release


@deed
def open_to_all(release: Release, *, by: User, seen: Seen = None) -> Release:
    """End a restriction before its time. Raises NotAllowed, Stale, IllegalMove when there is none."""
    release = _to_write(release, by, seen)
    restrictions.lift(release)
    record(release, "opened", by=by, template="{actor} opened {subject} to everybody", **_state(release))
    release.refresh_from_db()
    return release


def end_restrictions(*, by: User, at: datetime) -> int:
    """Lift the restrictions of releases that were to end by `at` (UTC); gives how many."""
    return restrictions.end((Release.objects.all(),), by=by, at=at, lock=Lock.RESTRICTIONS_OF_RELEASES, state_of=_state)


def _to_write(release: Release, by: User, seen: Seen) -> Release:
    found: Release = Release.objects.select_for_update(no_key=True).get(pk=release.pk)
    if not rules.may_write_release(by, found):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    return found


def _state(release: Release) -> dict[str, Any]:
    """What becomes visible, so that whoever follows the changes learns of the release at once."""
    return {
        "status": release.status,
        "version": release.version,
        "urgency": release.urgency,
        "commitment": release.commitment,
    }
