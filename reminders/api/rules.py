"""REST: rules."""

from datetime import datetime
from typing import Any

from django.urls import path

from common.converters import NAME
from common.reading import DetailView, ListView
from common.rows import Seen
from common.writing import Changes
from reminders.actions import rules
from reminders.filters import RuleFilter
from reminders.forms.rules import RuleShape
from reminders.queries.answers import RULES


class Rules(ListView):
    """What reminders say, when and to whom."""

    noun, filters = RULES, RuleFilter


class Rule(Changes, DetailView):
    """One rule; release managers change it."""

    noun, shape = RULES, RuleShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return rules.change(thing, changes, by=by, at=at, seen=seen)


urlpatterns = [
    path("reminder-rules/", Rules.as_view(), name="api_reminder_rules"),
    path(f"reminder-rules/<{NAME}:name>/", Rule.as_view(), name="api_reminder_rule"),
]
