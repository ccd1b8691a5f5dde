"""What webhooks can be told: the kinds of things that happen, `<subject>.<verb>`, as the facts of history name them."""

from collections.abc import Iterable, Mapping
from typing import Final

from common.reading import text_schema
from common.reading.columns import Schema

#: Everything of one subject: `release.*`.
EVERYTHING: Final = "*"
#: What somebody sends to try a webhook; it needs no asking for.
TEST: Final = "webhook.test"
_TALK: Final = ("changed_comment", "commented", "took_back_comment")
_NAMED: Final = ("brought", "changed", "created", "deleted")

#: Of people, teams and what is one's own nothing is told. A test compares this with what the verbs record.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "booking": ("booked", "changed"),
    "environment": (*_NAMED, "cancelled_booking", *_TALK),
    "gate": (
        *("ended_waiver", "failed", "followed", "late_from_the_start", "lost_evidence", "passed", "reopened", "shown_evidence"),
        *("ticked", "waived", "waiver_expired"),
        *_TALK,
    ),
    "milestone": (*_NAMED, "cancelled", *_TALK),
    "output": (*_NAMED, "accepted", "changed_contribution", "declined", "offered", "withdrew", *_TALK),
    "policy": (
        *("changed", "changed_draft", "created", "discarded_draft", "drafted", "published", "restored", "retired"),
        *_TALK,
    ),
    "procedure": ("changed", "created", "rewritten", *_TALK),
    "program": (*_NAMED, "opened", "restricted", *_TALK),
    "project": ("brought", "cancelled", "changed", "created", "opened", "restricted", *_TALK),
    "promotion": (
        *("approval_given", "approval_taken_back", "approval_voided", "approved", "brought", "cancelled", "changed", "failed"),
        *("met_obligation", "missed", "moved", "paused", "planned", "ran_on", "rejected", "requested", "resumed", "returned"),
        *("rolled_back", "runs_without_place", "started", "succeeded", "succeeded_with_issues", "waits_again", "withdrawn"),
        *_TALK,
    ),
    "release": (
        *("accepted", "added_item", "added_prerequisite", "asked_gates", "asked_risk_again", "assessed", "became_draft"),
        *("became_in_production", "became_planned", "became_under_way", "brought", "cancelled", "changed", "changed_audience"),
        *("changed_contribution", "changed_item", "changed_preparation", "copied", "created", "declined", "drafted_notes"),
        *("dropped_gates", "finished_preparation", "left_first_stop", "moved_on", "named_audience", "new_candidate", "offered"),
        *("opened", "packaged", "planned_preparation", "removed_audience", "removed_item", "removed_preparation"),
        *("removed_prerequisite", "reopened_preparation", "restricted", "stays_without_place", "unpackaged", "withdrew"),
        *_TALK,
    ),
    "route": ("changed", "created", "deleted", *_TALK),
    "service": (*_NAMED, *_TALK),
}
#: Of these nothing is ever restricted, so that it may be told too that one is no longer there.
OPEN_TO_ALL: Final = frozenset({"environment", "policy", "procedure", "route", "service"})


def all_kinds() -> list[str]:
    """Every kind by its name, those for a whole subject first."""
    return [f"{subject}.{verb}" for subject, verbs in sorted(KINDS.items()) for verb in (EVERYTHING, *sorted(verbs))]


def unknown_among(kinds: Iterable[str]) -> list[str]:
    """Those that are no kinds."""
    known = set(all_kinds())
    return [kind for kind in kinds if kind not in known]


def kind_schema() -> Schema:
    """JSON Schema of one kind."""
    return text_schema(enum=all_kinds())
