"""`{% load parts %}{% parts "release" release %}`: what apps above have to say on this page, in their order."""

from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from common import parts as registry

register = template.Library()


@register.simple_tag(takes_context=True)
def parts(context: Context, name: str, subject: Any) -> SafeString:
    """The HTML of every part registered under `name` for `subject`, one after the other; empty when there is none."""
    # The parts are rendered by templates of their own, which have escaped what they show.
    return mark_safe("".join(registry.of(name, context["request"], subject)))  # noqa: S308
