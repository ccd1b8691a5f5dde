"""What rules and deliveries are narrowed by, on their pages and in REST."""

from django.db.models import Q

from common.filters import Filters, Named, OneOf, TrueOrFalse
from reminders.models import Rule
from reminders.queries.shown import STATES
from reminders.vocabulary import Channel, Occasion, Severity


class RuleFilter(Filters):
    occasion = OneOf(Occasion, "What it is about.")
    severity = OneOf(Severity, "How urgent it is.")
    on = TrueOrFalse(Q(is_on=True), "Whether it says anything at present.")


class DeliveryFilter(Filters):
    state = OneOf(STATES.items(), "What became of it.")
    channel = OneOf(Channel, "By which way.")
    rule = Named(Rule, "code", "The rule that has it said.", path="reminder__rule")


class InboxFilter(Filters):
    unread = TrueOrFalse(Q(read_at=None), "Whether it is unread.")


class WebhookFilter(Filters):
    on = TrueOrFalse(Q(is_on=True), "Whether it is told anything at present.")


class WebhookMessageFilter(Filters):
    state = OneOf(STATES.items(), "What became of it.")
