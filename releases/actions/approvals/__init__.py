"""Verbs on approvals: decide, decide_together, decide_several, take_back; and what follows of itself: void, void_what_changed, follow, weigh, lapse."""

from releases.actions.approvals.deciding import decide, decide_several, decide_together, take_back
from releases.actions.approvals.following import follow, lapse
from releases.actions.approvals.weighing import locked, void, void_what_changed, weigh

__all__ = [
    "decide",
    "decide_several",
    "decide_together",
    "follow",
    "lapse",
    "locked",
    "take_back",
    "void",
    "void_what_changed",
    "weigh",
]
