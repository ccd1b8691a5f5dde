"""When something is said: the offsets of a rule, from a moment."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from common.workdays import days_after, days_before
from reminders.models import Rule
from reminders.occasions import Moment, Span
from reminders.occasions.base import on
from reminders.vocabulary import HORIZON, LOOKED_BACK, OffsetUnit

#: So many days may lie beyond twice as many working days: holidays, weekends, and a day for zones.
_ROOM: Final = timedelta(days=12)


def due_at(rule: Rule, offset: int, moment: Moment) -> datetime:
    """The instant (UTC) at `offset` of a rule from a moment.

    So many working days before or after the day of the moment on its own clock, at nine there; or so many hours. Hours are elapsed
    time, and days are days of the calendar, whatever clocks do in between.
    """
    if rule.unit == OffsetUnit.HOURS:
        return moment.at + timedelta(hours=offset)
    day = moment.at.astimezone(ZoneInfo(moment.zone)).date()
    steps = days_after if offset > 0 else days_before
    return on(steps(day, abs(offset), moment.region), moment.zone).astimezone(UTC)


def all_due(rule: Rule, moment: Moment) -> list[datetime]:
    """All instants (UTC) at which a rule speaks of a moment, in their order."""
    return sorted({due_at(rule, offset, moment) for offset in rule.offsets})


def span_of(rule: Rule, at: datetime, scopes: set[int] | None = None, *, between: tuple[datetime, datetime] | None = None) -> Span:
    """The moments of which a rule speaks between two instants (UTC), both included, and some more around.

    By default from `LOOKED_BACK` before `at` until `HORIZON` after it.
    """
    first, last = between or (at - LOOKED_BACK, at + HORIZON)
    before, after = max(0, -min(rule.offsets)), max(0, max(rule.offsets))
    if rule.unit == OffsetUnit.HOURS:
        room, ahead, back = timedelta(days=1), timedelta(hours=before), timedelta(hours=after)
    else:
        room, ahead, back = _ROOM, timedelta(days=2 * before), timedelta(days=2 * after)
    return Span(first - back - room, last + ahead + room, at, scopes, rule.assumed_days)


def digest_of(moment: Moment) -> str:
    """What a reminder was planned from, in sixteen digits: with another digest it says something else."""
    text = f"{moment.subject}|{moment.scope}|{moment.at.isoformat()}|{moment.zone}|{moment.region}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
