"""One's inbox: what was said to somebody in the program itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from common.reading import Many, Plain, Question, Reference, person, text_schema
from common.reading.columns import Schema
from releases.queries.answers import RESTRICTIONS
from reminders.models import Delivery
from reminders.queries.answers import Machinery
from reminders.queries.letters import Letters
from reminders.queries.mine import HIDDEN
from reminders.queries.visibility import Seen
from reminders.vocabulary import Audience, Severity

#: With more unread ones than these the frame of pages says only that there are more.
COUNTED: Final = 99


@dataclass(frozen=True)
class Entry:
    """One of them as its recipient reads it. Of what they may not see any more there is neither `why` nor `url`."""

    delivery: Delivery
    sentence: str
    why: str = ""
    url: str = ""

    @property
    def is_urgent(self) -> bool:
        return bool(self.delivery.reminder.rule.severity == Severity.URGENT)


class _Unread(Subquery):
    """How many rows a query finds, which ends at some number of them."""

    template = "(SELECT count(*) FROM (%(subquery)s) unread)"
    output_field = IntegerField()


def unread() -> Any:
    """How many unread ones each of some users has, as a column of theirs; at most one more than `COUNTED`."""
    some = Delivery.objects.unread().filter(recipient=OuterRef("pk")).order_by()
    return _Unread(some.values("pk")[: COUNTED + 1])


def entries(rows: Sequence[Delivery], reader: User) -> list[Entry]:
    """Some deliveries in words, with their reminders and rules, as their recipient may read them now."""
    if not rows:
        return []
    letters = Letters([row.reminder for row in rows])
    seen = Seen((row.reminder.subject_kind, row.reminder.subject_id) for row in rows)
    return [_entry(row, reader, letters, seen) for row in rows]


def _entry(row: Delivery, reader: User, letters: Letters, seen: Seen) -> Entry:
    if not seen.by(reader, (row.reminder.subject_kind, row.reminder.subject_id)):
        return Entry(row, HIDDEN)
    letter = letters.letter(row.reminder, reader, Audience(row.audience), row.instead_of)
    return Entry(row, letter.sentence, letter.why, letter.url.removeprefix(settings.BASE_URL))


def state_of(reader: User) -> tuple[Any, ...]:
    """What tells whether anything came, went or was read since, beside events. One query."""
    found = Delivery.objects.in_inbox_of(reader)
    return tuple(found.aggregate(Min("pk"), Max("pk"), Max("read_at"), unread=Count("pk", filter=Q(read_at=None))).values())


@dataclass(frozen=True, eq=False)
class _Inbox(Machinery):
    """What lies in the caller's own inbox."""

    def visible_to(self, user: Any) -> QuerySet[Any, Any]:
        found: QuerySet[Any, Any] = self.model.objects.in_inbox_of(user)
        return found


def _said(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    """What each says: a sentence, why it came, and the page it is about."""
    rows = Delivery.objects.filter(pk__in=ids).select_related("reminder__rule", "instead_of")
    return {
        one.delivery.pk: {
            "sentence": one.sentence,
            "why": one.why or None,
            "html_url": f"{question.root}{one.url.removeprefix('/')}" if one.url else None,
        }
        for one in entries(list(rows), question.user)
    }


_SAID: Final[Schema] = {
    "type": "object",
    "description": "What it says to the caller now; of what they may not see any more only that.",
    "properties": {
        "sentence": text_schema(),
        "why": {"type": ["string", "null"]},
        "html_url": {"type": ["string", "null"], "format": "uri"},
    },
    "required": ["sentence", "why", "html_url"],
}

INBOX: Final = _Inbox(
    "inbox_entry",
    "inbox",
    Delivery,
    by="id",
    order=("-id",),
    tables=(*RESTRICTIONS, "reminders_rule"),
    page="me/inbox/",
    columns=(
        Many("said", _said, _SAID),
        Reference("rule", "reminder-rules", by="code", path="reminder__rule"),
        Plain("audience"),
        person("instead_of"),
        Plain("sent_at"),
        Plain("read_at"),
    ),
)
