"""REST: what one asked to hear of."""

from reminders.api import subscriptions

urlpatterns = [*subscriptions.urlpatterns]
