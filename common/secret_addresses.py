"""Addresses that are keys: whoever has one sees something without signing in. They stand in no log and are told to nobody else."""

import re
from collections.abc import MutableMapping
from typing import Any, Final

from django.http import HttpResponse

_SECRET: Final = re.compile(r"(/(?:feeds|shared)/)[A-Za-z2-7]{16,}|(/reminders/links/)[\w.-]{16,}")


def mask(logger: Any, method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of logs: the secret of an address is left out, wherever in a line it stands, tracebacks included."""
    for name, value in said.items():
        if isinstance(value, str) and "/" in value:
            said[name] = _SECRET.sub(lambda found: f"{found[1] or found[2]}…", value)
    return said


def close(response: HttpResponse, *, vary: str) -> HttpResponse:
    """The answer of such an address, so that it goes no further: not to other sites, shared caches or search engines."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Vary"] = vary
    return response
