"""`{% load references %}`: how a page names another thing.

{% reference named %}       a label (common.labels): its name and link, or "restricted, ask …"
{% link thing %}            a thing the reader may see: its name and link; `{% link thing "other words" %}`
{% links things 3 %}        several of them, the first three and how many more
{% web_link address words %}  an address outside, which people or files gave
"""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.labels import Label, Named, Restricted
from common.templatetags.components import NOTHING

register = template.Library()


@register.simple_tag
def reference(named: Named | None) -> SafeString:
    """A thing by its label."""
    if named is None:
        return NOTHING
    if isinstance(named, Restricted):
        return format_html('<span class="restricted-name"><i class="i i-lock" aria-hidden="true"></i>{}</span>', named.text)
    return format_html('<a href="{}">{}</a>', named.url, named.text) if named.url else format_html("{}", named.text)


@register.simple_tag
def link(thing: Any, words: str = "") -> SafeString:
    """A thing by its name, linked to its page."""
    if not thing:
        return NOTHING
    return format_html('<a href="{}">{}</a>', thing.get_absolute_url(), words or str(thing))


@register.simple_tag
def links(things: Sequence[Any], shown: int = 3) -> SafeString:
    """The first `shown` of several, labels or things, and how many more there are."""
    if not things:
        return NOTHING
    first = [_one(thing) for thing in things[:shown]]
    named = format_html_join(" ", '<span class="one">{}{}</span>', ((one, "," if one is not first[-1] else "") for one in first))
    more = len(things) - shown
    return format_html('{} <span class="none">+{} more</span>', named, more) if more > 0 else named


@register.simple_tag
def web_link(address: str, words: str) -> SafeString:
    """An address people gave: a link only when it is http or https, else its words."""
    if address.startswith(("http://", "https://")):
        return format_html('<a href="{}" rel="noreferrer">{}</a>', address, words)
    return format_html("{}", words)


def _one(thing: Any) -> SafeString:
    return reference(thing) if isinstance(thing, (Label, Restricted)) else link(thing)
