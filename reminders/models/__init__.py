"""Rules, what they make be said, what became of it, and what people asked to hear."""

from reminders.models.chat_address import ChatAddress
from reminders.models.delivery import Delivery
from reminders.models.epoch import Epoch
from reminders.models.preference import Preference
from reminders.models.quiet_channel import QuietChannel
from reminders.models.reminder import Reminder
from reminders.models.rule import Rule
from reminders.models.subscription import Subscription
from reminders.models.webhook import Webhook, WebhookMessage

__all__ = [
    "ChatAddress",
    "Delivery",
    "Epoch",
    "Preference",
    "QuietChannel",
    "Reminder",
    "Rule",
    "Subscription",
    "Webhook",
    "WebhookMessage",
]
