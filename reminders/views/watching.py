"""Watching from pages of others: which views of the calendar one hears of."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from common import pages
from reminders import rules
from reminders.queries.watched_views import attention_to_views


def of_views(request: HttpRequest, views: Sequence[Any]) -> SafeString | None:
    """The part of the page of saved views: which of those shown there one watches or muted, and how to change that. One query."""
    me = pages.me(request)
    if not views or not rules.may_subscribe(me):
        return None
    attention = attention_to_views(views, me)
    rows = [(view, attention.get(view.pk, "")) for view in views]
    return render_to_string("reminders/watching_views.html", {"rows": rows}, request=request)
