"""The agenda: a list by day, in the order of time. What began before the first day stands apart, on top."""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from itertools import groupby
from typing import Any, Final

from common import moments, pagination
from releases.verdicts import Threat
from schedule import queries
from schedule.branches.branch import Entry
from schedule.branches.sight import Sight
from schedule.views import drawing
from schedule.views.asked import AFTER, Asked
from schedule.views.drawing import Drawn

ROWS: Final = 100
#: So many a print has.
PAPER_ROWS: Final = 1_000


def context(sight: Sight, asked: Asked, today: date) -> dict[str, Any]:
    """What the agenda's template shows: one page of entries, and the address of the next."""
    most = PAPER_ROWS if asked.on_paper else ROWS
    keys = queries.keys(sight, asked.span, asked.shown, limit=most + 1, cursor=asked.after)
    shown = keys[:most]
    entries = queries.entries(sight, [(key.kind, key.number) for key in shown])
    drawn = drawing.drawn(entries, asked.zone, told_threats(sight, asked, entries), asked.redaction)
    first = asked.span.first
    sections = [
        _section(day, list(group), asked, today)
        for day, group in groupby(drawn, key=lambda each: max(each.days[0], first - timedelta(days=1)))
    ]
    return {
        "days": "".join(sections),
        "is_empty": not drawn and asked.after is None,
        "more": asked.address(**{AFTER: pagination.encode("n", shown[-1])}) if len(keys) > most else "",
        "from_the_top": asked.address() if asked.after else "",
    }


def told_threats(sight: Sight, asked: Asked, entries: Sequence[Entry]) -> dict[str, list[Threat]]:
    """What threatens entries, by their ids; people without an account are not told."""
    return {} if asked.redaction else queries.threats_of(sight, entries)


def _section(day: date, entries: list[Drawn], asked: Asked, today: date) -> str:
    if day < asked.span.first:
        head, mark = f"Under way since before {moments.day_words(asked.span.first, today.year)}", ""
    else:
        head, mark = moments.day_words(day, today.year) + (" · today" if day == today else ""), " today" if day == today else ""
    return f'<section class="agenda-day{mark}"><h2>{escape(head)}</h2>{drawing.rows(entries, day, asked.zone)}</section>'
