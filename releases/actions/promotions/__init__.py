"""Verbs on promotions: bring (imports), plan, plan_route, reschedule, cancel, cancel_all."""

from releases.actions.promotions.bringing import bring
from releases.actions.promotions.cancelling import cancel, cancel_all
from releases.actions.promotions.planning import Times, plan, plan_route, reschedule

__all__ = ["Times", "bring", "cancel", "cancel_all", "plan", "plan_route", "reschedule"]
