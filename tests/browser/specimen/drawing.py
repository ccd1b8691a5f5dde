"""A small drawer of entries in the vocabulary of static/css/calendar.css; the calendar itself has its own, faster one."""

from dataclasses import dataclass
from datetime import date, timedelta

from common.looks import fill_of, words_of
from common.moments import day_words

FIRST = date(2026, 11, 30)  # the Monday of the week that holds 1 December 2026
TODAY = date(2026, 12, 9)
WEEKS = 5
LANES = 5


@dataclass(frozen=True)
class Drawn:
    kind: str
    title: str
    first: date
    days: int = 1
    status: str = ""
    clock: str = ""

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)


def _d(day: int) -> date:
    return date(2026, 12, 1) + timedelta(days=day - 1)


ENTRIES = [
    Drawn("project", "Open banking for small companies", _d(-3), 40, "active"),
    Drawn("freeze", "Year-end freeze", _d(18), 18),
    Drawn("maintenance", "Storage firmware", _d(5), 2),
    Drawn("milestone", "Board sees the pilot", _d(2)),
    Drawn("milestone", "Contract ends", _d(31)),
    Drawn("output", "Card terminal handbook", _d(3), status="delivered"),
    Drawn("output", "Consent screens", _d(10), status="in_progress"),
    Drawn("gate", "Security review of REL-42", _d(8), status="open"),
    Drawn("training", "Branch staff: new till", _d(7), 3, "planned"),
    Drawn("communication", "Letter to merchants", _d(11), status="planned"),
    Drawn("booking", "Load test by Payments", _d(14), 3),
    Drawn("activation", "Instant transfers switched on", _d(16), clock="06:00", status="approved"),
    Drawn("promotion", "Ledger 9.3.1 → Production", _d(8), clock="02:10", status="failed"),
    Drawn("promotion", "Ledger 9.3.2 → Production", _d(9), clock="21:00", status="running"),
    Drawn("promotion", "Rates 2026.11 → Production", _d(4), clock="22:00", status="missed"),
    Drawn("promotion", "Customer portal 4.2 → Acceptance", _d(9), clock="14:00", status="succeeded"),
    Drawn("promotion", "Fraud rules 118 → Production", _d(10), clock="22:00", status="cancelled"),
    Drawn("promotion", "Payments gateway 26.12 → Production", _d(15), clock="22:00", status="approved"),
    Drawn("promotion", "Mobile app 7.0 → Production", _d(21), 2, clock="20:00", status="requested"),
    *(
        Drawn("promotion", f"{name} → Production", _d(12), clock="22:00", status="approved")
        for name in (
            "Ledger 9.4",
            "Statement print 3.1",
            "Rates 2026.12",
            "Onboarding 5.5",
            "Card limits 2.8",
            "Directory 11.2",
        )
    ),
]


def month_rows(entries: list[Drawn]) -> str:
    return "".join(_week(FIRST + timedelta(weeks=week), entries) for week in range(WEEKS))


def agenda_days(entries: list[Drawn]) -> str:
    days = sorted({entry.first for entry in entries})
    return "".join(
        f'<section class="agenda-day{" today" * (day == TODAY)}"><h2>{day_words(day, 2026)}</h2>{day_list(day, entries)}</section>'
        for day in days
    )


def day_list(day: date, entries: list[Drawn]) -> str:
    rows = (
        f'<li class="agenda-row"><span class="at">{entry.clock or "all day"}</span>{bar(entry, day, place=False)}'
        '<span class="along">Production · PAY</span></li>'
        for entry in entries
        if entry.first == day
    )
    return f"<ul>{''.join(rows)}</ul>"


def bar(entry: Drawn, day: date, *, place: bool = True) -> str:
    classes = ["entry", f"k-{entry.kind}"]
    if entry.status:
        classes.append(f"s-{fill_of(entry.status)}")
    if place:
        span = min((entry.last - day).days + 1, 7 - day.weekday())
        classes += (
            [f"s-{span}"] * (span > 1)
            + ["before"] * (entry.first < day)
            + ["after"] * (entry.last > day + timedelta(days=span - 1))
        )
    clock = f"<b>{entry.clock}</b>" if entry.clock and place else ""
    state = f'<span class="sr">, {words_of(entry.status)}</span>' if entry.status else ""
    return (
        f'<a class="{" ".join(classes)}" href="/pieces/" data-card-url="/card/"><i></i>{clock}<span>{entry.title}</span>{state}</a>'
    )


def _week(monday: date, entries: list[Drawn]) -> str:
    sunday = monday + timedelta(days=6)
    here = sorted(
        (e for e in entries if e.first <= sunday and e.last >= monday), key=lambda e: (max(e.first, monday), -e.days, e.clock)
    )
    lanes: dict[date, dict[int, Drawn | None]] = {monday + timedelta(days=at): {} for at in range(7)}
    for entry in here:
        days = [day for day in lanes if entry.first <= day <= entry.last]
        lane = next(at for at in range(99) if all(at not in lanes[day] for day in days))
        for at, day in enumerate(days):
            lanes[day][lane] = entry if at == 0 else None
    return "<tr>" + "".join(_day(day, lanes[day], entries) for day in lanes) + "</tr>"


def _day(day: date, lanes: dict[int, Drawn | None], entries: list[Drawn]) -> str:
    here = [entry for entry in entries if entry.first <= day <= entry.last]
    marks = {
        "outside": day.month != 12,
        "weekend": day.weekday() > 4,
        "today": day == TODAY,
        "picked": day == TODAY,
        "frozen": any(entry.kind == "freeze" for entry in here),
    }
    drawn = []
    for lane in range(min(max(lanes, default=-1) + 1, LANES)):
        entry = lanes.get(lane)
        drawn.append(bar(entry, day) if entry else '<span class="gap"></span>')
    hidden = len(lanes) - LANES
    more = f'<a class="more" href="/agenda/">+{hidden} more</a>' if hidden > 0 else ""
    dots = "".join(f'<i class="k-{entry.kind}"></i>' for entry in here[:3])
    count = f"<b>{len(here)}</b>" if len(here) > 3 else ""
    return (
        f'<td class="day {" ".join(name for name, holds in marks.items() if holds)}">'
        f'<a class="date" href="/?date={day}" aria-label="{day_words(day, 2026)}, {len(here)} entries"><span>{day.day}</span></a>'
        f'<div class="dots" aria-hidden="true">{dots}{count}</div><div class="lanes">{"".join(drawn)}{more}</div></td>'
    )
