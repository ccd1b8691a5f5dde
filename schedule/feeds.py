"""`/feeds/<secret>.ics`: a calendar for programs that cannot sign in. The secret is all that is asked for.

Unchanged, an answer costs two look-ups: the feed with the number of the last event it depends on, and whether it was used just now.
What was written once is kept, compressed, under its tag: the same program asks every hour, and offices share programs.
"""

import gzip
import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from accounts.models import User
from common import ical, secret_addresses
from common.kept import Kept
from schedule import queries
from schedule.actions import feeds
from schedule.branches.sight import Sight
from schedule.queries.feeds import Opened, Told
from schedule.vocabulary import Redaction

BODIES_KEPT: Final = 48
KEPT: Final = Kept(BODIES_KEPT)
#: How often calendar programs are asked to come again.
REFRESH: Final = "PT1H"
_QUICK: Final = 1
_WHAT_IT_SAYS: Final = {
    Redaction.FULL: "What goes where and when, by Releasecal.",
    Redaction.TITLES: "What goes where and when, by Releasecal; titles and times only.",
    Redaction.BUSY: "When something happens, by Releasecal; times only.",
}


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The feed of this secret as iCalendar text; 404 for whatever opens nothing."""
    at = timezone.now()
    opened = queries.feeds.open_with(secret, at)
    if opened is None:
        raise Http404
    feeds.mark_used(opened.pk, opened.last_used_at, at)
    root = f"{request.scheme}://{request.get_host()}"
    tag = tag_of(opened, at, root)
    packed = "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    # Two encodings of one answer are two answers to a strong tag.
    shown = f'"{tag}-gz"' if packed else f'"{tag}"'
    response: HttpResponse
    if shown in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", "")):
        response = HttpResponseNotModified()
    else:
        body = KEPT.get(tag)
        if body is None:
            body = gzip.compress(_written(opened, at, root).encode(), _QUICK, mtime=0)
            KEPT.put(tag, body)
        response = HttpResponse(body if packed else gzip.decompress(body), content_type=ical.CONTENT_TYPE)
        response["Content-Disposition"] = 'inline; filename="releasecal.ics"'
        if packed:
            response["Content-Encoding"] = "gzip"
    response["ETag"] = shown
    return secret_addresses.close(response, vary="Accept-Encoding")


def tag_of(opened: Opened, at: datetime, root: str) -> str:
    """The strong tag: everything the text depends on, the day included, since what lies too far back drops out."""
    day = at.astimezone(opened.zone).date()
    told = f"{opened.pk} {opened.revision} {day} {root} {settings.VERSION}"
    return f"{opened.number}-{hashlib.blake2b(told.encode(), digest_size=10).hexdigest()}"


def _written(opened: Opened, at: datetime, root: str) -> str:
    owner = User.objects.get(pk=opened.owner_id)
    entries = queries.feeds.told(Sight.of(owner), opened.narrowing(owner), opened.first_day(at), at)
    return ical.calendar(
        name=opened.name,
        about=_WHAT_IT_SAYS[opened.redaction],
        refresh=REFRESH,
        zone_name=opened.zone.key,
        events=list(_events(opened, entries, root)),
    )


def _events(opened: Opened, entries: Iterator[Told], root: str) -> Iterator[str]:
    zone = opened.zone
    timed = f";TZID={zone.key}:"
    here = queries.feeds.installation()
    redaction = opened.redaction
    for each in entries:
        kind, number, sequence, changed, starts, ends, certainty, title, address, categories, about = each
        if isinstance(starts, datetime) and isinstance(ends, datetime):
            begins, over = f"DTSTART{timed}{ical.wall(starts.astimezone(zone))}", f"DTEND{timed}{ical.wall(ends.astimezone(zone))}"
            more = ""
        else:
            begins, over = f"DTSTART;VALUE=DATE:{ical.day(starts)}", f"DTEND;VALUE=DATE:{ical.day(ends)}"
            # A day on which something is due is not a day on which nobody has time.
            more = "TRANSP:TRANSPARENT\r\n"
        uid = f"{kind}-{number}@{here}.releasecal"
        if redaction is Redaction.BUSY:
            uid, title = f"{_veiled(opened, kind, number)}@{here}.releasecal", "Busy"
        elif redaction is Redaction.FULL:
            description = "\\n".join(ical.text(words) for words in about)
            more += (
                f"{ical.line('CATEGORIES:' + ','.join(categories))}{ical.line(f'URL:{root}{address}') if address else ''}"
                f"{ical.line('DESCRIPTION:' + description) if description else ''}"
            )
        yield ical.event(
            uid=uid,
            sequence=sequence,
            changed=ical.stamp(changed),
            starts=begins,
            ends=over,
            status=certainty,
            summary=ical.text(title),
            more=more,
        )


def _veiled(opened: Opened, kind: str, number: int) -> str:
    """What is stable for an entry and tells neither its kind nor its number."""
    key = settings.TOKEN_PEPPER.encode()[:64]
    return hashlib.blake2b(f"{opened.pk} {kind} {number}".encode(), digest_size=16, key=key).hexdigest()
