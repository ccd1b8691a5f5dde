"""Whom releases of Meridian affect, and what these people need before: told, briefed or trained, by whom and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from accounts.models import User
from history.deeds import deed
from releasecal.demo import lines
from releasecal.demo.days import Today, instant, working_days
from releasecal.demo.lines import FIXES
from releases.actions import audiences, preparations
from releases.models import Audience, Release
from releases.vocabulary import PreparationNeed

_NOTICE, _BRIEFING, _TRAINING = PreparationNeed.NOTICE, PreparationNeed.BRIEFING, PreparationNeed.TRAINING
_NOTHING: Final = PreparationNeed.NOTHING
_SESSION: Final = timedelta(minutes=90)


@dataclass(frozen=True)
class Need:
    """What somebody needs, so many working days from today, or from the first of the next month, or nights ago; at a time of the head
    office. When that is over it was done, but for what is late.
    """

    need: PreparationNeed
    about: str = ""
    days: int = 0
    clock: str = ""
    nights: int = 0
    is_next_month: bool = False
    is_late: bool = False

    def starts_at(self, today: Today) -> datetime | None:
        if not self.clock:
            return None
        first: date = today.day if not self.is_next_month else (today.day.replace(day=1) + timedelta(days=31)).replace(day=1)
        return instant(working_days(first, self.days) - timedelta(days=self.nights), self.clock)


@dataclass(frozen=True)
class Group:
    """An audience of a release: line, number and fix of which, the name, how many, where, in which language, and what they need."""

    release: tuple[str, int, int]
    name: str
    size: int
    site: str
    language: str
    needs: tuple[Need, ...]
    is_customer: bool = False
    notes: str = ""


_MENDED: Final = (FIXES[0].line, FIXES[0].number, 1)
GROUPS: Final = (
    Group(
        (lines.TONIGHT, 0, 0),
        "Customer care",
        140,
        "Hamburg",
        "de",
        (
            Need(_BRIEFING, "Refunds by rule: what the case file decides, and what it leaves to you", -1, "13:30"),
            Need(_NOTICE, "From tomorrow on refunds are decided in the case file", 0, "16:00", is_late=True),
        ),
        notes="Most refunds are **decided in the case file** from tomorrow on, and paid the same day.\n\n"
        "- What the rules leave open comes to you as before.\n- The paper form ends; who brings one gets it typed in.\n",
    ),
    Group(
        (lines.TONIGHT, 0, 0),
        "Travel agencies",
        140,
        "",
        "en",
        (Need(_NOTICE, "Refunds of your customers are paid the same day", 0, "17:00", is_late=True),),
        is_customer=True,
    ),
    Group(
        (lines.TWICE_TRIED, 0, 0),
        "Gate staff",
        85,
        "Trelleborg and Rostock",
        "sv",
        (
            Need(_TRAINING, "Lanes assigned by deck: a morning at the gate", -9, "08:30"),
            Need(_NOTICE, "Lanes are assigned by deck from tonight on", -6, "12:00"),
        ),
    ),
    Group((lines.CARE, -1, 1), "Teams that listen to the event stream", 60, "", "en", (Need(_NOTHING),)),
    Group(
        _MENDED,
        "Service desk",
        30,
        "",
        "de",
        (Need(_NOTICE, "Payments by one card scheme are declined; that is being mended", clock="22:45", nights=1),),
    ),
    Group(
        (lines.ENDED, lines.LAST_OF_ENDED, 0),
        "Hauliers",
        210,
        "",
        "de",
        (Need(_NOTICE, "Transit papers are made while you book", -210, "09:00"),),
        is_customer=True,
    ),
    Group(
        ("fares", 0, 0),
        "Counter staff",
        320,
        "All ports",
        "de",
        (
            Need(_TRAINING, "One fare for train and ferry, at the counter", -2, "09:00"),
            Need(_TRAINING, "One fare for train and ferry, second date", 1, "14:00"),
        ),
    ),
    Group(
        ("identity", 0, 0),
        "Ships' crews",
        1_150,
        "On board",
        "en",
        (
            Need(_TRAINING, "Signing in at sea: on the bridge and in the galley", 1, "10:00", is_next_month=True),
            Need(_TRAINING, "Signing in at sea, for the other half of the crews", 3, "10:00", is_next_month=True),
            Need(_NOTICE, "Shared passwords on board end", 2, "09:00", is_next_month=True),
        ),
    ),
    Group(
        ("identity", 0, 0),
        "Help desk",
        24,
        "Hamburg and Bengaluru",
        "en",
        (Need(_BRIEFING, "What crews will ask about signing in", 2, "13:00", is_next_month=True),),
    ),
)


def prepare(found: Mapping[tuple[str, int, int], Release], today: Today, *, by: User, at: datetime) -> None:
    """Have a release manager name the audiences of releases (by line, number and fix) and plan what they need; what is over by `at`
    (UTC) was done in time. Where nobody wrote notes, they are drafted.
    """
    named: list[tuple[Audience, Group]] = []
    with deed(by=by):
        for group in GROUPS:
            audience = audiences.add(
                found[group.release],
                name=group.name,
                size=group.size,
                site=group.site,
                language=group.language,
                is_customer=group.is_customer,
                notes=group.notes,
                by=by,
            )
            if group.is_customer:
                audience = audiences.draft_notes(audience, by=by)
            named.append((audience, group))
    # First what everybody needs first: an event tells once that somebody planned a training for the same people.
    for place in range(max(len(group.needs) for group in GROUPS)):
        with deed(by=by):
            for audience, group in named:
                if place < len(group.needs):
                    _plan(audience, group.needs[place], today, by, at)


def _plan(audience: Audience, need: Need, today: Today, by: User, at: datetime) -> None:
    starts_at = need.starts_at(today)
    is_session = need.need in (_BRIEFING, _TRAINING)
    ends_at = starts_at + _SESSION if starts_at and is_session else None
    planned = preparations.plan(
        audience, need=need.need, about=need.about, owner=by if starts_at else None, starts_at=starts_at, ends_at=ends_at, by=by
    )
    over_at = ends_at or starts_at
    if over_at is not None and over_at <= at and not need.is_late:
        preparations.finish(planned, by=by, at=at, done_at=over_at)
