"""The month as a table: weeks are rows, days are cells, and what lasts several days is a bar across them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from common import moments
from releases.verdicts import Threat
from schedule import queries
from schedule.branches.branch import Entry
from schedule.branches.sight import Sight
from schedule.filters import month_after
from schedule.queries import Cell
from schedule.views import drawing
from schedule.views.agenda import PAPER_ROWS, told_threats
from schedule.views.asked import AGENDA, Asked
from schedule.views.drawing import Drawn

LANES: Final = 6
DOTS: Final = 3
LISTED: Final = 40
WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
#: What comes first in the lanes of a day: what closes it, then single days, then the hours, and at last what lies under all of it.
_RANK: Final = {"freeze": 0, "maintenance": 1, "milestone": 2, "booking": 5, "project": 9}
_USUAL_RANK: Final = 4


def context(sight: Sight, asked: Asked, today: date) -> dict[str, Any]:
    """What the month table's template shows."""
    first = asked.month - timedelta(days=asked.month.weekday())
    beyond = month_after(asked.month)
    beyond += timedelta(days=-beyond.weekday() % 7)
    cells = queries.cells(sight, asked.within(first, beyond), asked.shown, most=LANES)
    counts = _counts(cells, first, beyond)
    picked = _picked(asked, today, counts)
    of_table = queries.entries(sight, [(cell.kind, cell.number) for cell in cells])
    of_day = _of_days(sight, asked, picked, picked + _DAY, LISTED)
    threats = told_threats(sight, asked, [*of_table, *of_day])
    drawn = _drawn(asked, cells, of_table, threats)
    month = _Month(asked, today, picked, counts)
    weeks = "".join(
        _week(monday, month, drawn_in_week)
        for monday, drawn_in_week in zip(_mondays(first, beyond), _by_week(drawn, first, beyond), strict=True)
    )
    listed = drawing.drawn(of_day, asked.zone, threats, asked.redaction)
    return {
        "weeks": weeks,
        "is_empty": not any(counts[day] for day in _days(asked.month, month_after(asked.month))),
        "picked": picked,
        "picked_words": moments.day_words(picked, today.year),
        "picked_list": drawing.rows(listed, picked, asked.zone) if listed else "",
        "picked_more": max(0, counts[picked] - LISTED),
        "picked_agenda": asked.address(view=AGENDA, date=picked.isoformat(), days=1),
        **(_in_full(sight, asked, month) if asked.on_paper else {}),
    }


def _of_days(sight: Sight, asked: Asked, first: date, beyond: date, most: int) -> list[Entry]:
    """The first entries of some days; none where the page does not reach."""
    if asked.since and beyond <= asked.since:
        return []
    keys = queries.keys(sight, asked.within(first, beyond), asked.shown, limit=most)
    return queries.entries(sight, [(key.kind, key.number) for key in keys])


def _in_full(sight: Sight, asked: Asked, month: "_Month") -> dict[str, Any]:
    """The days of which the table could not show everything, each with all its entries, for paper."""
    days = [day for day in month.overfull if day.month == month.number]
    if not days:
        return {}
    entries = _of_days(sight, asked, days[0], days[-1] + _DAY, PAPER_ROWS)
    drawn = drawing.drawn(entries, asked.zone, told_threats(sight, asked, entries), asked.redaction)
    sections = []
    for day in days:
        own = [each for each in drawn if each.days[0] <= day <= each.days[1]]
        head = f"{moments.day_words(day, month.today.year)}: {month.counts[day]} entries"
        sections.append(f'<section class="agenda-day"><h3>{head}</h3>{drawing.rows(own, day, asked.zone)}</section>')
    return {"in_full": "".join(sections), "is_cut": len(entries) == PAPER_ROWS}


def _drawn(
    asked: Asked, cells: Sequence[Cell], found: Sequence[Entry], threats: Mapping[str, Sequence[Threat]]
) -> list[tuple[Cell, Drawn]]:
    """The entries of the table with their days in it, in the order in which they take their lanes."""
    entries = {entry["id"]: entry for entry in found}
    drawn = [
        (cell, Drawn(entry, asked.zone, with_clock=True, redaction=asked.redaction, threats=threats.get(entry["id"], ())))
        for cell in cells
        if (entry := entries.get(f"{cell.kind}-{cell.number}"))
    ]
    return sorted(drawn, key=lambda pair: (_rank(pair[0]), pair[0].first, -(pair[0].last - pair[0].first).days))


def _rank(cell: Cell) -> int:
    rank = _RANK.get(cell.kind, _USUAL_RANK)
    # A bar needs the same lane on all its days, so it looks for one before the entries of single days do.
    return rank - 1 if rank == _USUAL_RANK and cell.first != cell.last else rank


def _counts(cells: Sequence[Cell], first: date, beyond: date) -> dict[date, int]:
    """How many entries each day has, those that are not drawn included."""
    counts = dict.fromkeys(_days(first, beyond), 0)
    for cell in {(cell.kind, cell.first, cell.last): cell for cell in cells}.values():
        for day in _days(cell.first, cell.last + _DAY):
            counts[day] += cell.alike
    return counts


def _picked(asked: Asked, today: date, counts: dict[date, int]) -> date:
    """The day listed below the table on a phone: the one asked for, else today, else the first with anything."""
    if asked.is_picked and asked.day.day != 1:
        return asked.day
    if today.replace(day=1) == asked.month:
        return today
    days = _days(asked.month, month_after(asked.month))
    return next((day for day in days if counts[day]), asked.month)


class _Month:
    """What all cells of a table have in common: the days picked out, what each day counts, and the addresses of days."""

    def __init__(self, asked: Asked, today: date, picked: date, counts: dict[date, int]) -> None:
        self.number = asked.month.month
        self.today, self.picked, self.counts = today, picked, counts
        self.address_of = asked.addresses()
        self.agenda_of = asked.addresses(view=AGENDA, days=1)
        #: The days that have more than their lanes hold, found as they are drawn.
        self.overfull: list[date] = []


def _by_week(drawn: Iterable[tuple[Cell, Drawn]], first: date, beyond: date) -> list[list[tuple[Cell, Drawn]]]:
    """The entries of each week, in their order."""
    weeks: list[list[tuple[Cell, Drawn]]] = [[] for _ in _mondays(first, beyond)]
    for pair in drawn:
        cell = pair[0]
        for at in range((cell.first - first).days // 7, (cell.last - first).days // 7 + 1):
            weeks[at].append(pair)
    return weeks


def _week(monday: date, month: _Month, drawn: Iterable[tuple[Cell, Drawn]]) -> str:
    sunday = monday + WEEK - _DAY
    days = [monday + at * _DAY for at in range(7)]
    lanes: list[list[str | None]] = [[None] * 7 for _ in range(LANES)]
    hidden = [month.counts[day] for day in days]
    dots: list[list[str]] = [[] for _ in range(7)]
    frozen = [False] * 7
    for cell, entry in drawn:
        start = max(0, (cell.first - monday).days)
        end = start if cell.last == cell.first else min(6, (cell.last - monday).days)
        for at in range(start, end + 1):
            frozen[at] = frozen[at] or entry.kind == "freeze"
            if len(dots[at]) < DOTS:
                dots[at].append(entry.kind)
        if start == end:
            lane = next((lane for lane in lanes if lane[start] is None), None)
        else:
            lane = next((lane for lane in lanes if not any(lane[start : end + 1])), None)
        if lane is None:
            continue
        first, last = entry.days
        length = end - start + 1
        more = f" s-{length}" if length > 1 else ""
        more += " before" if first < monday else ""
        more += " after" if last > sunday else ""
        lane[start] = entry.placed(more)
        for at in range(start + 1, end + 1):
            lane[at] = _PASSED
        for at in range(start, end + 1):
            hidden[at] -= 1
    cells = [
        _cell(day, month, [lane[at] for lane in lanes], hidden[at], dots[at], is_frozen=frozen[at]) for at, day in enumerate(days)
    ]
    number = monday.isocalendar().week
    return f'<tr><th scope="row" class="week"><span class="sr">Week </span>{number}</th>{"".join(cells)}</tr>'


#: Marks a lane where a bar that began on an earlier day passes.
_PASSED: Final = '<span class="gap"></span>'


def _cell(day: date, month: _Month, lanes: Sequence[str | None], hidden: int, dots: Sequence[str], *, is_frozen: bool) -> str:
    classes = "day"
    if day.month != month.number:
        classes += " outside"
    if day.weekday() > 4:
        classes += " weekend"
    if day == month.today:
        classes += " today"
    if day == month.picked:
        classes += " picked"
    if is_frozen:
        classes += " frozen"
    count, words = month.counts[day], moments.day_words(day, month.today.year)
    number = f"{count} {'entry' if count == 1 else 'entries'}" if count else "nothing"
    link = month.address_of(day).replace("&", "&amp;")
    label = f"{words}, {number}{', today' if day == month.today else ''}"
    head = f'<td class="{classes}"><a class="date" href="{link}#picked" aria-label="{label}"><span>{day.day}</span></a>'
    if not count:
        return f"{head}</td>"
    used = next((at for at in range(LANES, 0, -1) if lanes[at - 1] is not None), 0)
    bars = "".join(lane or _PASSED for lane in lanes[:used])
    if hidden > 0:
        month.overfull.append(day)
        all_of_it = month.agenda_of(day).replace("&", "&amp;")
        bars += f'<a class="more" href="{all_of_it}">+{hidden} more<span class="sr"> on {words}</span></a>'
    # Three figures leave room for two dots on a phone.
    marks = "".join(f'<i class="k-{kind}"></i>' for kind in dots[: 2 if count > 99 else DOTS]) + (
        f"<b>{count}</b>" if count > DOTS else ""
    )
    return f'{head}<div class="dots" aria-hidden="true">{marks}</div><div class="lanes">{bars}</div></td>'


def _mondays(first: date, beyond: date) -> Iterable[date]:
    return (first + WEEK * at for at in range((beyond - first).days // 7))


def _days(first: date, beyond: date) -> list[date]:
    return [first + _DAY * at for at in range((beyond - first).days)]
