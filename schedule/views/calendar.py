"""The calendar's door.

What is inside the frame of the page depends on the address, the viewer's zone, what is hidden from them, the day it is, and the
rows it shows. It is kept for as long as none of these changes: whole offices look at the same month. What waits for the viewer stands
in the sentence above it, which is put together for each.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from common import pages
from common.intervals import LATEST
from common.kept import Kept
from releases import rules
from releases.queries import waiting
from schedule import queries
from schedule.branches.sight import Sight
from schedule.models import SavedView
from schedule.queries import narrowings
from schedule.queries.state import state
from schedule.views import agenda, month, rail, zones
from schedule.views.asked import A3, AGENDA, KNOWN, MONTH, VIEWS, Asked, month_words, read
from schedule.vocabulary import Cursor, Key, Narrowing, Span

PAGES_KEPT: Final = 64
KEPT = Kept(PAGES_KEPT)


@dataclass(frozen=True)
class _Inside:
    """What stands inside the frame: its HTML, the title of the page, and what is said on top of it.

    `lead` and `running` are the sentence above it, as (words, address): what waits for the viewer goes between them. `ways` are the
    addresses beside it: of the view itself, and of its print; none on paper, where the sentence is part of the HTML.
    """

    html: SafeString
    title: str
    notices: tuple[str, ...]
    lead: tuple[tuple[str, str], ...]
    running: tuple[tuple[str, str], ...]
    ways: tuple[str, str] | None


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The calendar; who comes to the front door without asking for anything is asked to sign in, and lands where their day begins."""
    if not request.user.is_authenticated and not request.META.get("QUERY_STRING"):
        return redirect(settings.LOGIN_URL)
    return calendar(request)


@login_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The calendar in the view, month and filters of the address; without any, in the reader's own default view if there is one."""
    if not request.META.get("QUERY_STRING") and (chosen := SavedView.objects.default_of(request.user)):
        return redirect(f"{request.path}?{urlencode(narrowings.pairs(chosen))}")
    zone = pages.zone_of(request)
    today = timezone.now().astimezone(zone).date()
    sight = Sight.of(request.user)
    # The state is asked for before the rows: what is committed in between is newer than its name, never older.
    now = state()
    key = (request.META.get("QUERY_STRING", ""), zone.key, today, sight.hidden, now, settings.VERSION)
    inside = KEPT.get(key) if now else None
    if inside is None:
        asked = read(request, zone, today)
        inside = _inside(sight, asked, today)
        if now:
            KEPT.put(key, inside)
    for sentence in inside.notices:
        pages.notice(request, sentence)
    pages.note_unknown(request, KNOWN)
    # Kept pages are the same for all who see the same; who may move what they see is not.
    context = {
        "inside": inside.html,
        "title": inside.title,
        "may_move": rules.may_write_release(pages.me(request), None),
        "ways": inside.ways,
        "lead": [*inside.lead, *_waiting(request), *inside.running] if inside.ways else [],
    }
    return render(request, "schedule/calendar.html", context)


def _waiting(request: HttpRequest) -> list[tuple[str, str]]:
    """What waits for the viewer's decision, and where they make it."""
    number = waiting.count(pages.me(request), timezone.now())
    return [(f"{number:,} {'waits' if number == 1 else 'wait'} for you", reverse("waiting_for_me"))] if number else []


def _inside(sight: Sight, asked: Asked, today: date) -> _Inside:
    around = rail.context(sight, asked)
    shown = (month if asked.view == MONTH else agenda).context(sight, asked, today)
    context: dict[str, Any] = {
        **around,
        **shown,
        "asked": asked,
        "views": [(name, words, asked.address(view=name, days=None)) for name, words in VIEWS.items()],
        "here": asked.address(),
        # Who reads the print has no profile to look the zone up in.
        "back": asked.address(tz=asked.tz or None),
        "narrowed": ", ".join(f"{name} {value}" for name, value in asked.given),
        "to_paper": asked.address(paper=A3, tz=asked.zone.key),
        **zones.context(asked, around["zones"]),
        "before": asked.address(date=asked.before.isoformat()),
        "after": asked.address(date=asked.next.isoformat()),
        "to_today": asked.address(date=today.isoformat()),
        "before_words": _step_words(asked, asked.before),
        "after_words": _step_words(asked, asked.next),
        "today": today,
    }
    if shown["is_empty"]:
        context["nothing"] = _nothing(sight, asked)
    lead, running = tuple(around["lead"]), tuple(around["running"])
    html = render_to_string("schedule/paper.html" if asked.on_paper else "schedule/inside.html", context)
    ways = None if asked.on_paper else (context["here"], context["to_paper"])
    return _Inside(html, asked.title, asked.notices, lead, running, ways)


def _step_words(asked: Asked, day: date) -> str:
    return f"From {day.isoformat()}" if asked.view == AGENDA and asked.days else month_words(day)


def _nothing(sight: Sight, asked: Asked) -> dict[str, str]:
    """What an empty page says: that there is nothing yet at all, or where the nearest entries are."""
    nearest = _nearest(sight, asked, asked.shown)
    if nearest is None and _nearest(sight, asked, Narrowing()) is None:
        return {
            "title": "The calendar is empty",
            "sentence": "Import your programs, projects, releases and promotions from CSV files: manage.py import PATH… reads them, and --dry-run shows first what would happen.",
        }
    said = {"title": f"Nothing in {asked.title}" + (" with these filters" if asked.given else "")}
    if nearest:
        said |= {"href": asked.address(date=nearest.isoformat(), days=None), "verb": f"Go to {month_words(nearest)}"}
        said["sentence"] = f"The nearest entries are in {month_words(nearest)}."
    if asked.given:
        said |= {"reset": asked.address(given=())}
    return said


def _nearest(sight: Sight, asked: Asked, narrowing: Narrowing) -> date | None:
    """The first day of the month nearest to an empty range that has something in it."""
    span = asked.span
    ahead = queries.keys(sight, Span.of_days(span.beyond, LATEST - timedelta(days=1), asked.zone), narrowing, limit=1)
    everything_before = Span.of_days(date(1900, 1, 2), span.first, asked.zone)
    behind = queries.keys(sight, everything_before, narrowing, limit=1, cursor=Cursor(Key(span.start, "", 0), backwards=True))
    days = [key.starts_at.astimezone(asked.zone).date() for key in (*ahead, *behind)]
    if not days:
        return None
    nearest = min(days, key=lambda day: (abs((day - span.first).days), day))
    return nearest.replace(day=1)
