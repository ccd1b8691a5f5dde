"""REST `schedule/`, the calendar as data, and `feeds/`, its secret addresses."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Max
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request

from common import pagination
from common.reading import Computed, DetailView, ListView, Noun, Plain, ReadView, Reference, documents
from common.reading.documents import MOMENT, TEXTS, paging, query, these_fields
from common.reading.questions import COUNT, CURSOR, FIELDS, LIMIT, WORDS, Question, a_number, a_text, an_instant, refused
from common.reading.tags import last_number
from common.rows import Seen
from common.writing import Changes, Creates, Removes
from schedule import queries
from schedule.actions import feeds
from schedule.branches import addresses
from schedule.branches.branch import Entry
from schedule.branches.sight import Sight
from schedule.filters import FILTERS, EntryFilter, read_narrowing, read_span
from schedule.forms import FeedShape, Filtering, NewFeedShape
from schedule.models import Feed
from schedule.vocabulary import KINDS, TABLES, Cursor, Key

FROM, TO = "from", "to"

_TEXT: Final = {"type": "string"}
_WORDS: Final = {"type": "array", "items": _TEXT}
_NULLABLE: Final = {"type": ["string", "null"]}
_INSTANT: Final = {"type": "string", "format": "date-time"}
_DAY: Final = {"type": "string", "format": "date"}
_RELEASE: Final = {
    "type": ["object", "null"],
    "properties": {"key": _TEXT, "name": _TEXT, "version": _TEXT, "url": {"type": "string", "format": "uri"}},
}
ENTRY: Final[dict[str, Any]] = {
    "id": _TEXT,
    "kind": {"type": "string", "enum": list(KINDS)},
    "title": _TEXT,
    "subkind": {**_NULLABLE, "description": "The kind of the output or milestone."},
    "starts_at": _INSTANT,
    "ends_at": _INSTANT,
    "all_day": {"type": "boolean"},
    "starts_on": {**_DAY, "description": "Only of entries of whole days: the first."},
    "ends_on": {**_DAY, "description": "Only of entries of whole days: the last, inclusive."},
    "status": _NULLABLE,
    "commitment": _NULLABLE,
    "environments": _WORDS,
    "services": _WORDS,
    "projects": _WORDS,
    "program": {**_NULLABLE, "description": "The code of the program a milestone belongs to, when it belongs to no project."},
    "release": _RELEASE,
    "conflicts": {"type": "integer"},
    "html_url": {**_NULLABLE, "format": "uri"},
    "updated_at": {**_NULLABLE, "format": "date-time"},
    "restricted": {"type": "boolean", "description": "True where the caller may know only when and where, and whom to ask."},
}
_ADDRESS: Final = {"type": ["string", "null"], "format": "uri"}


class Schedule(ReadView):
    """Entries of every kind that overlap `[from, to)`, in the order of their beginning, kind and number."""

    operation = "schedule_list"
    parameters = (
        query(FROM, MOMENT, "The first moment: a day (UTC) or an instant. By default the present month begins here."),
        query(TO, MOMENT, "The first moment left out: a day (UTC) or an instant, at most 800 days after `from`."),
        *(query(name, TEXTS, str(each.extra["help_text"])) for name, each in EntryFilter.base_filters.items()),
        query(WORDS, documents.WORDS, "Words that all stand in its names."),
        *paging(),
        these_fields(ENTRY),
    )
    answer = {
        "type": "object",
        "properties": {
            "results": {"type": "array", "items": {"type": "object", "properties": ENTRY}},
            "next": _ADDRESS,
            "previous": _ADDRESS,
            "count": {"type": "integer"},
        },
        "required": ["results", "next", "previous"],
    }

    def get(self, request: Request) -> HttpResponse:
        question = Question.of(request)
        question.expect({*FILTERS, FROM, TO, WORDS, LIMIT, CURSOR, COUNT, FIELDS}, {*FILTERS, FIELDS})
        now = timezone.now()
        return self.conditional(question, last_number(TABLES), lambda: _answer(question, now), now.replace(second=0, microsecond=0))


def _answer(question: Question, now: datetime) -> dict[str, Any]:
    span = read_span(question.given, now)
    narrowing, problems = read_narrowing(question.given, question.request, question.words)
    for name, sentence in problems.items():
        raise refused(name, f"{name}: {sentence}")
    fields = question.fields(ENTRY)
    cursor = _cursor(question)
    sight = Sight.of(question.user)
    limit = question.limit
    keys = queries.keys(sight, span, narrowing, limit=limit + 1, cursor=cursor)
    backwards = cursor is not None and cursor.backwards
    more = len(keys) > limit
    keys = keys[-limit:] if backwards else keys[:limit]
    has_after, has_before = (True, more) if backwards else (more, cursor is not None)
    found = queries.entries(sight, [(key.kind, key.number) for key in keys])
    answer: dict[str, Any] = {
        "results": [_shown(entry, question, fields) for entry in found],
        "next": question.address_with(pagination.encode("n", keys[-1])) if keys and has_after else None,
        "previous": question.address_with(pagination.encode("p", keys[0])) if keys and has_before else None,
    }
    if question.counts:
        answer["count"] = queries.count(sight, span, narrowing)
    return answer


def _shown(entry: Entry, question: Question, fields: frozenset[str] | None) -> Entry:
    """The entry with whole addresses, and only the fields asked for."""
    root = question.root[:-1]
    if entry["html_url"]:
        entry["html_url"] = root + entry["html_url"]
    if entry["release"]:
        entry["release"]["url"] = root + entry["release"]["url"]
    return entry if fields is None else {name: value for name, value in entry.items() if name in fields}


def _cursor(question: Question) -> Cursor | None:
    asked = question.cursor((_utc_instant, a_text, a_number))
    if asked is None:
        return None
    direction, key = asked
    return Cursor(Key(*key), backwards=direction == "p")


def _utc_instant(value: Any) -> datetime:
    return an_instant(value).astimezone(UTC)


FEEDS: Final = Noun(
    "feed",
    "feeds",
    Feed,
    by="id",
    order=("-id",),
    tables=("schedule_feed", "schedule_savedview"),
    page="me/",
    columns=(
        Plain("name"),
        Computed("filters", ("filters", "view__filters"), lambda _: _filters, Filtering("").described()),
        Reference("view"),
        Plain("redaction"),
        Plain("past_days"),
        Plain("expires_on"),
        Plain("last_used_at"),
        Plain("revoked_at"),
    ),
)


class Feeds(Creates, ListView):
    """One's own feeds, newest first, without their secrets."""

    noun, new = FEEDS, NewFeedShape

    def depends(self, question: Question) -> tuple[Any, ...]:
        """When one was last used is written without an event."""
        return (self.noun.visible_to(question.user).aggregate(last=Max("last_used_at"))["last"],)

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        """The addresses are told now and never again: for calendar programs, and for people without an account."""
        feed, secret = feeds.make(by=by, at=at, **given)
        return feed, addresses.secret_ones(secret)


class OneFeed(Changes, Removes, DetailView):
    """One of one's own feeds. DELETE revokes it: nothing is found at its address any more."""

    noun, shape = FEEDS, FeedShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return feeds.change(thing, changes, by=by, at=at, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        feeds.revoke(thing, by=by, at=at, seen=seen)


def _filters(own: Any, of_view: Any) -> Any:
    """What it is narrowed to. The fast path gives JSON as text."""
    found = own if of_view is None else of_view
    return json.loads(found) if isinstance(found, str) else found


urlpatterns = [
    path("schedule/", Schedule.as_view(), name="api_schedule"),
    path("feeds/", Feeds.as_view(), name="api_feeds"),
    path("feeds/<str:name>/", OneFeed.as_view(), name="api_feed"),
]
