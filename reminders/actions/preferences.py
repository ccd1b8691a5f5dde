"""The verb on when somebody wants to be left alone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from accounts.models import User
from common.refusals import NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from reminders import rules
from reminders.actions import gathering
from reminders.actions.subscriptions import NOT_YOURS
from reminders.models import Delivery, Preference
from reminders.queries.quietness import is_quiet
from reminders.vocabulary import CARRIED, DeliveryState, Pace

#: What may be empty; left empty, the rest stays as it is.
_EMPTIED: Final = frozenset({"quiet_from", "quiet_until"})
_MONDAY: Final = date(2026, 3, 9)
#: What may be changed.
COLUMNS: Final = frozenset({"quiet_from", "quiet_until", "quiet_weekends", "pace", "digest_hour", "digest_weekday"})


@deed
def change(changes: Mapping[str, Any], *, by: User, at: datetime, seen: Seen = None) -> Preference:
    """Say when one wants to be left alone; see `COLUMNS`. What waits for the end of other hours is looked at again at `at` (UTC).

    Raises NotAllowed for who is no person, Stale, RuleBroken.
    """
    if not rules.may_subscribe(by):
        raise NotAllowed(NOT_YOURS)
    _, is_new = Preference.objects.get_or_create(user=by)
    found: Preference = Preference.objects.select_for_update(no_key=True).get(user=by)
    if not is_new:
        expect_seen(found, seen)
    given = {name: value for name, value in changes.items() if value not in (None, "") or name in _EMPTIED}
    differing = sorted(name for name in COLUMNS & given.keys() if getattr(found, name) != given[name])
    for name in differing:
        setattr(found, name, given[name])
    _look_at(found)
    if differing:
        found.save(update_fields=differing)
        # Whoever sends it looks whether it is quiet then. What they put off themselves comes when they said.
        waiting = Delivery.objects.filter(recipient=by, state=DeliveryState.PLANNED, snoozes=0)
        waiting.filter(channel__in=CARRIED, next_at__gt=at, digest_at=None).update(next_at=at)
        gathering.gather_again(found, at=at)
    # When somebody sleeps is theirs alone: what is told says only that they changed it.
    record(by, "changed_preferences", by=by, template="{actor} changed when reminders reach them")
    found.refresh_from_db()
    return found


def _look_at(wanted: Preference) -> None:
    if (wanted.quiet_from is None) != (wanted.quiet_until is None):
        problem = "Quiet hours have a beginning and an end; give both, or neither."
        raise RuleBroken(problem, errors={"quiet_until" if wanted.quiet_until is None else "quiet_from": [problem]})
    if wanted.quiet_from is not None and wanted.quiet_from == wanted.quiet_until:
        problem = "Quiet hours end at another time than they begin; to hear nothing at all switch the way off."
        raise RuleBroken(problem, errors={"quiet_until": [problem]})
    if wanted.pace != Pace.AT_ONCE and _is_in_quiet_hours(wanted):
        problem = "What is gathered is sent at this time, which lies in your quiet hours; choose another one."
        name = (
            "digest_weekday"
            if wanted.quiet_weekends and wanted.pace == Pace.WEEKLY and wanted.digest_weekday > 5
            else "digest_hour"
        )
        raise RuleBroken(problem, errors={name: [problem]})


def _is_in_quiet_hours(wanted: Preference) -> bool:
    """Whether the hour of digests is quiet on a day of them: some Monday, or the day of the week."""
    day = _MONDAY + timedelta(days=wanted.digest_weekday - 1 if wanted.pace == Pace.WEEKLY else 0)
    return is_quiet(wanted, datetime.combine(day, time(wanted.digest_hour), UTC), ZoneInfo("UTC"))
