"""`{% load activity %}{% activity release %}`: what happened to the thing this page is about, newest first."""

from typing import Any

from django import template
from django.db.models import Model
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.labels import Named
from common.rows import kind_of, pk_of
from history import queries

register = template.Library()


@register.inclusion_tag("history/activity.html", takes_context=True)
def activity(context: Context, thing: Model, limit: int = queries.ENTRIES) -> dict[str, Any]:
    """The last `limit` events that concern `thing`, which the signed-in person may see."""
    request = context["request"]
    found = queries.activity(kind_of(thing), pk_of(thing), request.user, limit=limit)
    return {"activity": found, "request": request, "zone": context.get("zone")}


@register.filter
def linked(value: queries.Sentence | Named | str) -> SafeString:
    """A sentence or a name as HTML, each name linked where it has a page."""
    if isinstance(value, queries.Sentence):
        return format_html_join("", "{}", ((linked(word),) for word in value.words))
    if isinstance(value, str):
        return format_html("{}", value)
    return format_html('<a href="{}">{}</a>', value.url, value.text) if value.url else format_html("{}", value.text)
