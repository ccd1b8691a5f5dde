"""Verbs on gates: put (to releases, as a consequence), follow (what their audiences need), tick, decide, reopen, waive, end_waiver; and what the clock ends."""

from releases.actions.gates.deciding import NOT_ASKED, decide, reopen, tick
from releases.actions.gates.following import follow
from releases.actions.gates.putting import keep_states, put
from releases.actions.gates.waiving import LONGEST_WAIVER, end_waiver, expire_waivers, waive

__all__ = [
    "LONGEST_WAIVER",
    "NOT_ASKED",
    "decide",
    "end_waiver",
    "expire_waivers",
    "follow",
    "keep_states",
    "put",
    "reopen",
    "tick",
    "waive",
]
