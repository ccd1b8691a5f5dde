"""What REST shows of what waits for its caller."""

from datetime import datetime
from typing import Any, Final

from common.moments import machine_words
from common.reading import Question, list_of, text_schema
from releases.models import Gate
from releases.queries import waiting
from releases.queries.speakers import missing_words
from releases.queries.waiting import MOST, TABLES, Awaited
from releases.vocabulary import GateState, PromotionStatus

#: What the answer depends on, besides the minute.
WAITING_TABLES: Final = (*TABLES, "accounts_team", "releases_release")
_REFERENCE: Final = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": text_schema(), "url": text_schema(format="uri")},
    "required": ["id", "name", "url"],
}
_INSTANT: Final = text_schema(format="date-time")
_APPROVAL: Final = {
    "promotion": _REFERENCE,
    "status": text_schema(enum=PromotionStatus.values),
    "starts_at": _INSTANT,
    "ends_at": _INSTANT,
    "digest": text_schema(pattern="^[0-9a-f]{64}$"),
    "missing": text_schema(),
    "html_url": text_schema(format="uri"),
}
_GATE: Final = {
    "gate": _REFERENCE,
    "release": text_schema(),
    "stage": text_schema(),
    "state": text_schema(enum=GateState.values),
    "due_on": {"type": ["string", "null"], "format": "date"},
    "waits_until": _INSTANT,
    "html_url": text_schema(format="uri"),
}
WAITING: Final = {
    "type": "object",
    "properties": {
        "approvals": list_of({"type": "object", "properties": _APPROVAL, "required": list(_APPROVAL)}),
        "gates": list_of({"type": "object", "properties": _GATE, "required": list(_GATE)}),
    },
    "required": ["approvals", "gates"],
}


def waiting_for(user: Any, at: datetime, question: Question) -> dict[str, Any]:
    """What waits for somebody at an instant (UTC), the soonest first, up to 200 of each kind."""
    return {
        "approvals": [_approval(each, question) for each in waiting.approvals(user, at).mine],
        "gates": [_gate(each, question) for each in waiting.gates(user, at).with_rules()[:MOST]],
    }


def _approval(awaited: Awaited, question: Question) -> dict[str, Any]:
    promotion, stand = awaited.promotion, awaited.stand
    name = f"{promotion.release} into {promotion.environment.name}"
    return {
        "promotion": {"id": promotion.pk, "name": name, "url": f"{question.base}promotions/{promotion.pk}/"},
        "status": promotion.status,
        "starts_at": machine_words(promotion.starts_at),
        "ends_at": machine_words(promotion.ends_at),
        "digest": stand.shown.digest,
        "missing": missing_words(stand.asked, stand.missing),
        "html_url": f"{question.root.rstrip('/')}{promotion.get_absolute_url()}",
    }


def _gate(gate: Gate, question: Question) -> dict[str, Any]:
    waits_until: datetime = gate.waits_until  # type: ignore[attr-defined]  # what the query adds
    return {
        "gate": {"id": gate.pk, "name": gate.name, "url": f"{question.base}gates/{gate.pk}/"},
        "release": gate.release.key,
        "stage": gate.stage,
        "state": gate.state,
        "due_on": gate.due_on.isoformat() if gate.due_on else None,
        "waits_until": machine_words(waits_until),
        "html_url": f"{question.root.rstrip('/')}{gate.get_absolute_url()}",
    }
