"""The whole view is in the address; this reads it. What is not understood falls back, and is said on top of the page."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from common import moments, pages, pagination
from common.intervals import EARLIEST, LATEST, read_day
from common.reading.questions import a_number, a_text, an_instant
from common.refusals import BadInput
from schedule.filters import FILTERS, month_after, month_before, read_narrowing
from schedule.vocabulary import KINDS, MOST_DAYS, UNASKED, Cursor, Key, Narrowing, Redaction, Span

MONTH, AGENDA = "month", "agenda"
VIEWS: Final = {MONTH: "Month", AGENDA: "Agenda"}
WORDS, DATE, DAYS, VIEW, AFTER, PAPER = "q", "date", "days", "view", "after", "paper"
KNOWN: Final = frozenset({VIEW, DATE, DAYS, WORDS, AFTER, PAPER, *FILTERS})
#: The one size of paper there is a page for.
A3: Final = "a3"
MOST_WORDS: Final = 10
LONGEST_SEARCH: Final = 200
MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SOME_DAY: Final = "0000-00-00"


@dataclass(frozen=True)
class Asked:
    """What a page shows. `day` is the day picked, `is_picked` whether the address names it; `days` the length of an agenda of days.

    `given` are the filters as they stand in the address, in its order; `notices` what was understood otherwise. `on_paper`: nothing may be left
    to follow, all of it is there.
    `redaction` and `since`, the first day there is: for pages that somebody without an account reads.
    """

    view: str
    day: date
    is_picked: bool
    days: int | None
    zone: ZoneInfo
    narrowing: Narrowing
    given: tuple[tuple[str, str], ...]
    tz: str = ""
    after: Cursor | None = None
    notices: tuple[str, ...] = ()
    redaction: Redaction | None = None
    since: date | None = None
    on_paper: bool = False

    # --- time

    def within(self, first: date, beyond: date) -> Span:
        """The days from `first` up to but not including `beyond`, none of them before `since`."""
        return Span.of_days(max(first, self.since) if self.since else first, beyond, self.zone)

    @property
    def month(self) -> date:
        return self.day.replace(day=1)

    @property
    def span(self) -> Span:
        """The days the page is about."""
        if self.view == AGENDA and self.days:
            return self.within(self.day, self.day + timedelta(days=self.days))
        return self.within(self.month, month_after(self.month))

    @property
    def title(self) -> str:
        """`March 2026`, or for an agenda of days these days."""
        if self.view == AGENDA and self.days:
            return moments.days_words(self.day, self.day + timedelta(days=self.days - 1))
        return month_words(self.month)

    @property
    def before(self) -> date:
        return self.day - timedelta(days=self.days) if self.view == AGENDA and self.days else month_before(self.month)

    @property
    def next(self) -> date:
        return self.day + timedelta(days=self.days) if self.view == AGENDA and self.days else month_after(self.month)

    # --- kinds

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds shown."""
        if self.narrowing.kinds:
            return self.narrowing.kinds
        return tuple(kind for kind in KINDS if kind != UNASKED or self.narrowing.projects)

    @property
    def shown(self) -> Narrowing:
        return replace(self.narrowing, kinds=self.kinds)

    # --- addresses

    def address(self, **changes: Any) -> str:
        """This page with other `view`, `date`, `days`, `after`, `tz` or `paper`, and with `given` for other filters; None leaves one out."""
        given = changes.pop("given", self.given)
        now: dict[str, Any] = {VIEW: self.view, DATE: self.day.isoformat(), DAYS: self.days, "tz": self.tz or None}
        now |= changes
        pairs = [(name, str(value)) for name, value in now.items() if value is not None]
        return f"?{urlencode([*pairs, *given])}"

    def addresses(self, **changes: Any) -> Callable[[date], str]:
        """`address(date=…, …)` for many days, of which only the day differs."""
        # The first one is ours: before it there is only the view, which is one of a few words.
        before, _, after = self.address(**changes, date=_SOME_DAY).partition(_SOME_DAY)
        return lambda day: f"{before}{day.isoformat()}{after}"

    def with_only(self, *pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
        """The filters, those of the names in `pairs` replaced by these."""
        names = {name for name, _ in pairs}
        return (*(pair for pair in self.given if pair[0] not in names), *pairs)

    @property
    def keep(self) -> list[tuple[str, str]]:
        """What goes along unseen when the filters are sent."""
        kept = [(VIEW, self.view), (DATE, self.day.isoformat())]
        kept += [(DAYS, str(self.days))] * (self.days is not None) + [("tz", self.tz)] * bool(self.tz)
        return kept + [pair for pair in self.given if pair[0] == "release"]


def month_words(day: date) -> str:
    return f"{MONTH_NAMES[day.month - 1]} {day.year}"


def read(request: HttpRequest, zone: ZoneInfo, today: date) -> Asked:
    """What the address asks of the calendar; `zone` is the one it is read in."""
    notices: list[str] = []
    words = _words(request, notices)
    narrowing, problems = read_narrowing(request.GET, request, words)
    notices += [f"The filter “{name}” was left out: {sentence}" for name, sentence in problems.items()]
    given = [(name, value) for name in FILTERS if name not in problems for value in request.GET.getlist(name) if value]
    view = request.GET.get(VIEW) or MONTH
    if view not in VIEWS:
        notices.append("The calendar has no such view yet; this is the month.")
        view = MONTH
    day = _day(request, notices)
    return Asked(
        view=view,
        day=day or today,
        is_picked=day is not None,
        days=_days(request, notices) if view == AGENDA else None,
        zone=zone,
        narrowing=narrowing,
        given=tuple(given + [(WORDS, words)] * bool(words)),
        tz=zone.key if request.GET.get(pages.ZONE) == zone.key else "",
        after=_after(request, notices) if view == AGENDA else None,
        on_paper=_on_paper(request, notices),
        notices=tuple(notices),
    )


def _day(request: HttpRequest, notices: list[str]) -> date | None:
    text = request.GET.get(DATE)
    if not text:
        return None
    try:
        day = read_day(text)
    except BadInput as refusal:
        notices.append(f"The calendar shows today: {refusal.sentence}")
        return None
    # Room for the weeks and months around it.
    return min(max(day, EARLIEST + timedelta(days=MOST_DAYS)), LATEST - timedelta(days=2 * MOST_DAYS))


def _days(request: HttpRequest, notices: list[str]) -> int | None:
    text = request.GET.get(DAYS)
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_DAYS:
        return int(text)
    notices.append(f"An agenda has 1 to {MOST_DAYS} days; this is the month.")
    return None


def _on_paper(request: HttpRequest, notices: list[str]) -> bool:
    text = request.GET.get(PAPER)
    if text and text != A3:
        notices.append("The calendar is printed on A3 only; this is the page for the screen.")
    return text == A3


def _words(request: HttpRequest, notices: list[str]) -> str:
    text = " ".join(request.GET.get(WORDS, "").split())
    if "\0" in text or len(text) > LONGEST_SEARCH or len(text.split()) > MOST_WORDS:
        notices.append(f"The search was left out: it takes up to {MOST_WORDS} words and {LONGEST_SEARCH} characters.")
        return ""
    return text


def _after(request: HttpRequest, notices: list[str]) -> Cursor | None:
    text = request.GET.get(AFTER)
    if not text:
        return None
    try:
        _, (moment, kind, number) = pagination.decode(text, len(Key._fields))
        at = an_instant(moment).astimezone(UTC)
        return Cursor(Key(at, a_text(kind), a_number(number)))
    except (BadInput, ValueError, TypeError, OverflowError):
        notices.append("The address names a place in the agenda that it does not have; this is its beginning.")
        return None
