"""REST: what reminders say to whom, what became of it, and what one asked to hear of."""

from reminders.api import chat_address, deliveries, inbox, preferences, rules, subscriptions, webhooks

urlpatterns = [
    *rules.urlpatterns,
    *deliveries.urlpatterns,
    *subscriptions.urlpatterns,
    *inbox.urlpatterns,
    *preferences.urlpatterns,
    *chat_address.urlpatterns,
    *webhooks.urlpatterns,
]
