"""How upper apps show on lower pages: a page says `{% parts "release" release %}`, an app registers what it adds there."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.http import HttpRequest
from django.utils.safestring import SafeString

#: The place that stands for every page of a thing: the one called as the kind of the thing.
EVERY_THING: Final = "*"

Part = Callable[[HttpRequest, Any], SafeString | str | None]

_parts: dict[str, dict[tuple[int, str], Part]] = {}


def add(name: str, order: int, function: Part) -> None:
    """Register `function(request, object) -> html | None` for the place `name`; smaller `order` first.

    Called from `AppConfig.ready()`. The same function registered again (a second `ready()`) counts once.
    """
    _parts.setdefault(name, {})[order, f"{function.__module__}.{function.__qualname__}"] = function


def of(name: str, request: HttpRequest, thing: Any) -> Iterator[SafeString | str]:
    """The HTML of every part of the place `name` that has something to say about `thing`."""
    # Not by common.rows.kind_of: apps register parts before there are models, which that file defines.
    everywhere = _parts.get(EVERY_THING, {}) if getattr(thing, "_meta", None) and thing._meta.model_name == name else {}
    for _, function in sorted({**_parts.get(name, {}), **everywhere}.items()):
        html = function(request, thing)
        if html:
            yield html
