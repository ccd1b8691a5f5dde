"""REST `subscriptions/`: what one watches and muted, and what one's teams watch."""

from datetime import datetime
from typing import Any

from django.urls import path

from common.reading import DetailView, ListView
from common.rows import Seen
from common.writing import Creates, Removes
from reminders.actions import subscriptions
from reminders.forms.subscriptions import SubscriptionShape
from reminders.queries.mine import SUBSCRIPTIONS
from reminders.vocabulary import Attention


class Subscriptions(Creates, ListView):
    """What one watches and muted oneself and what one's teams watch, oldest first; administrators see what any team watches."""

    noun, new = SUBSCRIPTIONS, SubscriptionShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        """Of one thing there is one subscription: what was asked before is forgotten. Who leads a team says what it watches."""
        attention = Attention(given.get("attention") or Attention.WATCH)
        return subscriptions.subscribe(given["subject"], attention, by=by, team=given.get("team"))


class OneSubscription(Removes, DetailView):
    """One of one's own subscriptions, or of a team's. DELETE ends it: the thing is neither watched nor muted."""

    noun = SUBSCRIPTIONS

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        subscriptions.unsubscribe(thing, by=by, seen=seen)


urlpatterns = [
    path("subscriptions/", Subscriptions.as_view(), name="api_subscriptions"),
    path("subscriptions/<str:name>/", OneSubscription.as_view(), name="api_subscription"),
]
