"""Kind = colour and icon, state = fill: the one table behind badges, calendar entries, legends and prints.

The CSS classes are `k-<kind>` and `s-<fill>`; their vocabulary stands at the head of static/css/calendar.css.
"""

from typing import Final

#: The kinds of things on the calendar and their names in the order of the legend.
KINDS: Final[dict[str, str]] = {
    "promotion": "Promotion",
    "activation": "Activation",
    "gate": "Gate due",
    "training": "Training",
    "communication": "Communication",
    "output": "Output due",
    "milestone": "Milestone",
    "project": "Project",
    "maintenance": "Maintenance",
    "freeze": "Freeze",
    "booking": "Booking",
}

#: The fills and what they say, in the order of the legend.
FILLS: Final[dict[str, str]] = {
    "planned": "Planned",
    "requested": "Requested",
    "approved": "Approved",
    "running": "Running",
    "succeeded": "Succeeded",
    "failed": "Failed",
    "missed": "Missed",
    "cancelled": "Cancelled",
}

#: Which fill a status of any noun has. A status that is not named here is drawn as planned.
FILL_OF: Final[dict[str, str]] = {
    # promotions
    "draft": "planned",
    "requested": "requested",
    "approved": "approved",
    "running": "running",
    "paused": "running",
    "succeeded": "succeeded",
    "succeeded_with_issues": "succeeded",
    "failed": "failed",
    "rolled_back": "failed",
    "missed": "missed",
    "cancelled": "cancelled",
    # releases
    "planned": "planned",
    "under_way": "running",
    "in_production": "succeeded",
    "early_life": "succeeded",
    "closed": "succeeded",
    "retired": "cancelled",
    # projects and outputs
    "proposed": "planned",
    "active": "approved",
    "in_progress": "running",
    "delivered": "succeeded",
    "accepted": "succeeded",
    # contributions
    "offered": "planned",
    "declined": "cancelled",
    # gates
    "open": "planned",
    "passed": "succeeded",
    "waived": "approved",
    # preparations
    "done": "succeeded",
    # deliveries
    "sent": "succeeded",
    "leased": "running",
    "handing_over": "running",
    "dead": "failed",
    "skipped": "cancelled",
    "held": "requested",
    # webhooks
    "failing": "failed",
    "off": "cancelled",
    # requirements
    "satisfied": "succeeded",
    "missing": "planned",
    "errored": "failed",
    # how ready a release is
    "ready": "succeeded",
    "waiting": "planned",
    "blocked": "failed",
    "late": "failed",
    # commitments
    "idea": "planned",
    "committed": "approved",
    "promised": "approved",
}

#: Icons for the nouns that are not kinds of the calendar.
NOUNS: Final[dict[str, str]] = {
    "release": "release",
    "environment": "environment",
    "service": "service",
    "program": "program",
    "route": "route",
    "candidate": "output",
    "contribution": "output",
    "deployment": "service",
    "policy": "gate",
    "procedure": "agenda",
    "rule": "communication",
    "delivery": "communication",
    "entry": "communication",
    "webhook": "communication",
    "message": "communication",
}


def fill_of(status: str | None) -> str:
    """The fill (`planned`, `approved`, …) of a status of any noun; `planned` when it has none."""
    return FILL_OF.get(status or "", "planned")


def icon_of(kind: str) -> str:
    """The icon of a kind or noun; a dot for what has none of its own."""
    return kind if kind in KINDS else NOUNS.get(kind, "dot")


def words_of(value: str | None) -> str:
    """A value as a person reads it: `succeeded_with_issues` → `Succeeded with issues`."""
    text = (value or "").replace("_", " ")
    return text[:1].upper() + text[1:]
