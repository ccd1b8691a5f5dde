"""What REST shows of rules and deliveries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db.models import QuerySet

from common import labels
from common.reading import Column, Computed, Many, Noun, Plain, Question, Reference, person, related, text_schema
from common.reading.columns import Schema
from reminders.models import Delivery, Rule

_RULE_PAGES: Final = "reminders/rules/"


@dataclass(frozen=True, eq=False)
class _Rules(Noun):
    """Rules have pages below `reminders/`."""

    def _pages(self, question: Question) -> Callable[..., str]:
        start = f"{question.root}{_RULE_PAGES}"
        return lambda code: f"{start}{code}/"


RULES: Final = _Rules(
    "rule",
    "reminder-rules",
    Rule,
    by="code",
    order=("occasion", "code"),
    tables=("reminders_rule",),
    documented_as="reminder_rule",
    columns=(
        Plain("name"),
        Plain("occasion"),
        Plain("unit"),
        Plain("offsets"),
        Plain("audiences"),
        Plain("severity"),
        Plain("channels"),
        Plain("assumed_days"),
        Plain("is_on"),
        Plain("on_since"),
    ),
)


@dataclass(frozen=True, eq=False)
class Machinery(Noun):
    """What is written without events: it has no revisions."""

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        return super().all_columns[:-2]

    def one_of(self, found: QuerySet[Any, Any], question: Question) -> tuple[dict[str, Any], int] | None:
        page, _, _ = self.page_of(found, question, cacheable=False)
        return (page[0], 0) if page else None


@dataclass(frozen=True, eq=False)
class _Deliveries(Machinery):
    """Administrators see everybody's, others their own."""

    def visible_to(self, user: Any) -> QuerySet[Any, Any]:
        found: QuerySet[Any, Any] = self.model.objects.overseen_by(user)
        return found


def _subjects(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    """What each is about, by kind, id and name; of what one may not see only whom to ask."""
    rows = related(Delivery, "id", ids, "reminder__subject_kind", "reminder__subject_id")
    rows = [row for row in rows if row[1] is not None]
    named = labels.of(((kind, number) for _, kind, number in rows), question.user)
    found: dict[int, Any] = {}
    for delivery, kind, number in rows:
        label = named[kind, number]
        if isinstance(label, labels.Restricted):
            found[delivery] = {"restricted": True, "contact": label.contact}
        else:
            url = f"{question.root}{label.api_url.removeprefix('/')}" if label.api_url else None
            found[delivery] = {"kind": kind, "id": number, "name": label.text, "url": url}
    return found


_SUBJECT: Final[Schema] = {
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "kind": text_schema(),
                "id": {"type": "integer"},
                "name": text_schema(),
                "url": {"type": ["string", "null"], "format": "uri"},
            },
            "required": ["kind", "id", "name", "url"],
        },
        {
            "type": "object",
            "description": "Something the caller may not see, and whom to ask.",
            "properties": {"restricted": {"type": "boolean", "const": True}, "contact": text_schema()},
            "required": ["restricted", "contact"],
        },
    ]
}

DELIVERIES: Final = _Deliveries(
    "delivery",
    "deliveries",
    Delivery,
    by="id",
    order=("-id",),
    tables=("reminders_rule",),
    page="reminders/deliveries/",
    columns=(
        Many("subject", _subjects, {"oneOf": [*_SUBJECT["oneOf"], {"type": "null"}]}, empty=None),
        Reference("rule", "reminder-rules", by="code", path="reminder__rule"),
        person("recipient"),
        person("instead_of"),
        Plain("audience"),
        Plain("channel"),
        Plain("state"),
        Plain("reason"),
        Computed("due_at", ("reminder__due_at",), lambda _: lambda at: at, {"type": ["string", "null"], "format": "date-time"}),
        Plain("digest_at"),
        Computed("carrier", ("carrier_id",), lambda _: lambda number: number, {"type": ["integer", "null"]}),
        Plain("next_at"),
        Plain("sent_at"),
        Plain("attempts"),
        Plain("possible_duplicates"),
        Plain("acknowledged_at"),
        Plain("snoozes"),
        Plain("number"),
        Plain("created_at"),
    ),
)
