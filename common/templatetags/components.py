"""`{% load components %}`: the small pieces every page is made of.

    {% icon "freeze" %}                                    a picture without words; always put words beside it
    {% kind "promotion" %}                                 icon and name of a kind
    {% badge "promotion" promotion.status %}               a state: fill, mark and words
    {% person user %}                                      a name, or "nobody yet"
    {% when instant %}   {% when instant zone place=environment.time_zone focus=True %}
    {% interval starts_at ends_at %}                       half-open; the same options as `when`
    {% day date %}   {% days starts_on ends_on %}          dates; both ends inclusive; never shifted by a zone
    {% choices filter %}                                   the check boxes of a group of filters: components/filter.html
    {% legend %}                                           what the colours, icons and fills mean
    {% route_map stations %}                               shape: components/route_map.html
    {% table caption columns rows %}                       a list as a table, as cards on a phone
    {% nav_link "/releases/" "Releases" %}                 marks where the reader is
    {% navigation %}  {% once "components/keys.html" %}    parts of the frame, rendered once per process

Without `zone`, times are shown in the page's zone (`zone` in the context), else the reader's own, else DEFAULT_ZONE.
More pieces are plain includes: components/{pagination,filters,empty,facts,heading}.html say at their head what they take.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from common import looks, moments

register = template.Library()

#: So many check boxes of a group of filters stand open.
CHOICES_SHOWN = 12
NOTHING = format_html('<span class="none">{}</span>', "—")


@register.simple_tag
def icon(name: str) -> SafeString:
    """The picture `name` of static/icons/sprite.svg, or that of the noun `name`; hidden from screen readers."""
    return format_html('<i class="i i-{}" aria-hidden="true"></i>', looks.NOUNS.get(name, name))


@register.simple_tag
def kind(name: str) -> SafeString:
    """A kind or noun: its icon in its colour, and its name."""
    return format_html(
        '<span class="kind k-{}"><i class="i i-{}" aria-hidden="true"></i>{}</span>',
        name,
        looks.icon_of(name),
        looks.KINDS.get(name) or looks.words_of(name),
    )


@register.simple_tag
def choices(group: Mapping[str, Any]) -> SafeString:
    """The check boxes of one group of filters, built by hand: a rail has dozens, which took a template most of its time.

    Beyond the first few, those that are not chosen are folded away.
    """
    name = conditional_escape(group["name"])
    start = f'<label class="choice"><input class="form-check-input" type="checkbox" name="{name}" value="'
    shown: list[str] = []
    folded: list[str] = []
    for at, choice in enumerate(group["choices"]):
        value, number = str(choice["value"]), choice["count"]
        words = kind(value) if group.get("has_icons") else conditional_escape(choice["label"])
        count = "" if number is None else f'<span class="choice-count">{number:,}</span>'
        checked = " checked" if choice["chosen"] else ""
        line = f'{start}{conditional_escape(value)}"{checked}> <span class="choice-words">{words}</span>{count}</label>'
        (shown if at < CHOICES_SHOWN or choice["chosen"] else folded).append(line)
    more = f'<details class="more-choices"><summary>{len(folded)} more</summary>{"".join(folded)}</details>' if folded else ""
    return SafeString("".join(shown) + more)


@register.simple_tag
def badge(kind: str, state: str | None, words: str = "") -> SafeString:
    """A state of a thing of `kind`: colour by kind, fill and mark by state, and the state in words (`words` replaces them)."""
    if not state:
        return NOTHING
    return format_html(
        '<span class="state k-{} s-{}"><i class="fill" aria-hidden="true"></i>{}</span>',
        kind,
        looks.fill_of(state),
        words or looks.words_of(state),
    )


@register.simple_tag
def person(user: Any, nobody: str = "nobody yet") -> SafeString:
    """A person's name; `nobody` when there is none."""
    if user is None or user == "":
        return format_html('<span class="none">{}</span>', nobody)
    return format_html('<span class="person"><i class="i i-person" aria-hidden="true"></i>{}</span>', str(user))


@register.simple_tag(takes_context=True)
def when(
    context: Context,
    instant: datetime | None,
    zone: str | tzinfo | None = None,
    place: str | tzinfo | None = None,
    focus: bool = False,
) -> SafeString:
    """`Tue 24 Nov, 22:00 CET`; pointing at it gives UTC and the time at `place` (an environment's zone).

    With `focus` the keyboard reaches it too: for the one or two times a page is about, not for every row of a list.
    """
    if instant is None:
        return NOTHING
    year, here = timezone.now().year, _zone(context, zone)
    return format_html(
        '<time class="when" datetime="{}" title="{}"{}>{}</time>',
        moments.machine_words(instant),
        " · ".join(moments.instant_words(instant, there, year) for there in _elsewhere(here, place)),
        _reach(focus),
        moments.instant_words(instant, here, year),
    )


@register.simple_tag(takes_context=True)
def interval(
    context: Context,
    starts_at: datetime | None,
    ends_at: datetime | None,
    zone: str | tzinfo | None = None,
    place: str | tzinfo | None = None,
    focus: bool = False,
) -> SafeString:
    """Half-open `[starts_at, ends_at)` as `Tue 24 Nov, 22:00–23:30 CET`; an open end reads `from …` or `until …`."""
    if starts_at is None and ends_at is None:
        return NOTHING
    if starts_at is None or ends_at is None:
        word = "until" if starts_at is None else "from"
        return format_html("{} {}", word, when(context, starts_at or ends_at, zone, place, focus))
    year, here = timezone.now().year, _zone(context, zone)
    return format_html(
        '<time class="when" datetime="{}" title="{}"{}>{}</time>',
        moments.machine_words(starts_at),
        " · ".join(moments.interval_words(starts_at, ends_at, there, year) for there in _elsewhere(here, place)),
        _reach(focus),
        moments.interval_words(starts_at, ends_at, here, year),
    )


@register.simple_tag
def day(value: date | None) -> SafeString:
    """A date without a time: `Tue 24 Nov`."""
    if value is None:
        return NOTHING
    words = moments.day_words(value, timezone.now().year)
    return format_html('<time class="when" datetime="{}">{}</time>', value.isoformat(), words)


@register.simple_tag
def days(first: date | None, last: date | None) -> SafeString:
    """Two dates, both inclusive: `Fri 18 Dec – Mon 4 Jan 2027`; an open end reads `from …` or `until …`."""
    if first is None and last is None:
        return NOTHING
    if first is None or last is None:
        return format_html("{} {}", "until" if first is None else "from", day(first or last))
    words = moments.days_words(first, last, timezone.now().year)
    return format_html('<time class="when" datetime="{}">{}</time>', first.isoformat(), words)


@register.inclusion_tag("components/legend.html")
def legend() -> dict[str, Any]:
    """What the colours, icons and fills mean; the same everywhere."""
    return {"kinds": looks.KINDS.items(), "fills": looks.FILLS.items()}


@register.inclusion_tag("components/table.html")
def table(caption: str, columns: Sequence[str | tuple[str, str]], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """A list as a table, as cards on a phone. A column is its words, or (words, class), such as ("Cost", "number").

    Each row has one cell per column, the first naming the row; a cell is text or safe HTML. A wrong number of cells raises ValueError.
    """
    heads = [(column, "") if isinstance(column, str) else column for column in columns]
    return {"caption": caption, "heads": heads, "rows": [list(zip(heads, row, strict=True)) for row in rows]}


@register.inclusion_tag("components/route_map.html", takes_context=True)
def route_map(context: Context, stations: Sequence[Any], small: bool = False, label: str = "Route map") -> dict[str, Any]:
    """The line of stations a release travels; `small` for lists. The shape of a station stands in the template."""
    return {
        "stations": stations,
        "small": small,
        "label": label,
        "now": timezone.now(),
        "request": context.get("request"),
        "zone": _zone(context, None),
    }


@register.simple_tag
def once(name: str) -> SafeString:
    """A template that says the same on every page, rendered once per process (each time while debugging)."""
    return _render(name, ()) if settings.DEBUG else _rendered(name, ())


@register.simple_tag(takes_context=True)
def navigation(context: Context, *, unfolded: bool = False) -> SafeString:
    """The ways of the main navigation, the present one marked; rendered once per process and section."""
    path = context["request"].path
    section = path[: path.find("/", 1) + 1] or path
    # Which page of a section it is makes no difference, only whether it is the section's own.
    given = (("path", path if path == section else f"{section}…"), ("unfolded", unfolded))
    return (_render if settings.DEBUG else _rendered)("components/navigation.html", given)


def _render(name: str, given: tuple[tuple[str, Any], ...]) -> SafeString:
    return render_to_string(name, dict(given))


_rendered = lru_cache(maxsize=128)(_render)


@register.simple_tag(takes_context=True)
def nav_link(context: Context, address: str, words: str, picture: str = "") -> SafeString:
    """A link of the main navigation, marked when it leads to this page or to the section it belongs to."""
    path = context.get("path") or (context["request"].path if "request" in context else "")
    here = "page" if path == address else "true" if address != "/" and path.startswith(address) else ""
    return format_html(
        '<a class="nav-way" href="{}"{}>{}{}</a>',
        address,
        format_html(' aria-current="{}"', here) if here else "",
        icon(picture) if picture else "",
        words,
    )


def _zone(context: Context, zone: str | tzinfo | None) -> tzinfo:
    if zone:
        return ZoneInfo(zone) if isinstance(zone, str) else zone
    if page := context.get("zone"):
        return ZoneInfo(page) if isinstance(page, str) else page
    user = getattr(context.get("request"), "user", None)
    return ZoneInfo(getattr(user, "time_zone", "") or settings.DEFAULT_ZONE)


def _elsewhere(here: tzinfo, place: str | tzinfo | None) -> list[tzinfo]:
    """UTC, and the zone of the place where it is another one."""
    there = ZoneInfo(place) if isinstance(place, str) and place else place or None
    zones: list[tzinfo] = [UTC]
    if isinstance(there, tzinfo) and str(there) not in ("UTC", str(here)):
        zones.append(there)
    return zones


def _reach(focus: bool) -> SafeString:
    return format_html(' tabindex="{}"', 0) if focus else format_html("{}", "")
