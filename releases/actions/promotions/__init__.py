"""Verbs on promotions: bring (imports), plan, plan_route, reschedule, cancel, cancel_all."""

from releases.actions.promotions.bringing import bring
from releases.actions.promotions.cancelling import cancel, cancel_all
from releases.actions.promotions.places import NOT_YOURS
from releases.actions.promotions.planning import Times, expect_movable, plan, plan_route, reschedule
from releases.actions.promotions.previews import Hit, preview

__all__ = [
    "NOT_YOURS",
    "Hit",
    "Times",
    "bring",
    "cancel",
    "cancel_all",
    "expect_movable",
    "plan",
    "plan_route",
    "preview",
    "reschedule",
]
