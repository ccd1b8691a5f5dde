"""The calendar for people without an account: read only, by the secret of a feed, telling as much as the feed does."""

from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from common import pages, secret_addresses
from schedule import queries
from schedule.actions import feeds
from schedule.branches.sight import Sight
from schedule.queries.feeds import Opened
from schedule.views import agenda, month, zones
from schedule.views.asked import AFTER, AGENDA, DATE, DAYS, MONTH, VIEW, VIEWS, Asked, month_words, read
from schedule.vocabulary import Redaction

_KNOWN: Final = frozenset({VIEW, DATE, DAYS, AFTER})


@require_safe
def shared(request: HttpRequest, secret: str) -> HttpResponse:
    """Month or agenda of the feed of this secret; 404 for whatever opens nothing."""
    at = timezone.now()
    opened = queries.feeds.open_with(secret, at)
    if opened is None:
        raise Http404
    feeds.mark_used(opened.pk, opened.last_used_at, at)
    owner = User.objects.get(pk=opened.owner_id)
    zone = pages.zone_or(request, opened.zone)
    today = at.astimezone(zone).date()
    sight = Sight.of(owner)
    asked = _asked(request, opened, owner, zone, at)
    shown = (month if asked.view == MONTH else agenda).context(sight, asked, today)
    context: dict[str, Any] = {
        **shown,
        "asked": asked,
        "name": opened.name,
        "title": asked.title,
        "zone": zone,
        "views": [(name, words, asked.address(view=name, days=None)) for name, words in VIEWS.items()],
        "before": asked.address(date=asked.before.isoformat()),
        "after": asked.address(date=asked.next.isoformat()),
        "to_today": asked.address(date=today.isoformat()),
        "before_words": _step_words(asked, asked.before),
        "after_words": _step_words(asked, asked.next),
        **zones.context(asked, [opened.zone.key]),
        "tells_kinds": opened.redaction is not Redaction.BUSY,
    }
    for sentence in asked.notices:
        pages.notice(request, sentence)
    return secret_addresses.close(render(request, "schedule/shared.html", context), vary="Cookie")


def _asked(request: HttpRequest, opened: Opened, owner: User, zone: ZoneInfo, at: Any) -> Asked:
    """What the address asks for within the feed: its view and day. Filters are the feed's; before its first day there is nothing."""
    given = request.GET.copy()
    for name in set(given) - _KNOWN - {pages.ZONE}:
        del given[name]
    request.GET = given  # type: ignore[assignment]  # what else the address holds is not for this page
    today = at.astimezone(zone).date()
    asked = read(request, zone, today)
    first = opened.first_day(at)
    return replace(
        asked, day=max(asked.day, first), narrowing=opened.narrowing(owner), given=(), redaction=opened.redaction, since=first
    )


def _step_words(asked: Asked, day: Any) -> str:
    return f"From {day.isoformat()}" if asked.view == AGENDA and asked.days else month_words(day)
