"""Verbs on promotions: bring (imports), plan, plan_route, reschedule, request, withdraw, cancel, cancel_all, run, pause, resume, finish, roll_back, miss, run_on."""

from releases.actions.promotions.bringing import bring
from releases.actions.promotions.cancelling import cancel, cancel_all
from releases.actions.promotions.missing import miss
from releases.actions.promotions.outcomes import Ended
from releases.actions.promotions.overrunning import run_on
from releases.actions.promotions.places import NOT_YOURS
from releases.actions.promotions.planning import Times, expect_movable, plan, plan_route, reschedule
from releases.actions.promotions.previews import Hit, preview
from releases.actions.promotions.requesting import request, withdraw
from releases.actions.promotions.running import NOT_YOURS_TO_RUN, expect_status, finish, pause, resume, roll_back, run

__all__ = [
    "NOT_YOURS",
    "NOT_YOURS_TO_RUN",
    "Ended",
    "Hit",
    "Times",
    "bring",
    "cancel",
    "cancel_all",
    "expect_movable",
    "expect_status",
    "finish",
    "miss",
    "pause",
    "plan",
    "plan_route",
    "preview",
    "request",
    "reschedule",
    "resume",
    "roll_back",
    "run",
    "run_on",
    "withdraw",
]
