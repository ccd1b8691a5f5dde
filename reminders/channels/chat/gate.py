"""The only way out for apprise's plugins.

They call `requests.post(…)` and the like by the name in their module. That name stands for the gate here, from when a plugin is loaded:
each call goes out by `common.outgoing`, to an address that was looked at, without redirects, proxies or waiting. A name that the gate
doesn't have is an error, so that a plugin that begins to speak otherwise says nothing at all; a test looks for other ways out.
"""

import io
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

import requests

from common import outgoing
from reminders.channels.chat.addresses import Service

#: Some services take several calls; so long after the first none is begun any more.
PATIENCE: Final = outgoing.SECONDS


@dataclass
class Heard:
    """What came back while one message was sent: the status of each call and the beginning of what was said, and what went wrong."""

    answers: list[outgoing.Answer] = field(default_factory=list)
    trouble: outgoing.NotOut | outgoing.NoAnswer | None = None
    began: float = field(default_factory=time.monotonic)


_heard: ContextVar[Heard] = ContextVar("heard")


@contextmanager
def listening() -> Iterator[Heard]:
    """Whatever is called inside is heard; outside nothing can be called."""
    token = _heard.set(found := Heard())
    try:
        yield found
    finally:
        _heard.reset(token)


class _Gate:
    """What plugins know as `requests`."""

    codes = requests.codes
    RequestException = requests.RequestException

    def get(self, url: str, **options: Any) -> requests.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        heard = _heard.get()
        # How long, where to and by which certificates is not theirs to say; files and anything else is refused by name.
        for name in ("timeout", "verify", "allow_redirects"):
            options.pop(name, None)
        if options.pop("files", None):
            raise requests.RequestException("no files are sent")
        made = requests.Request(method, url, **options).prepare()
        if heard.trouble is not None or time.monotonic() - heard.began > PATIENCE:
            raise requests.RequestException("nothing more is sent")
        body: Any = made.body.encode() if isinstance(made.body, str) else made.body
        headers: dict[str, str] = {name: str(value) for name, value in made.headers.items()}
        try:
            answer = outgoing.call(method, str(made.url), body, headers)
        except (outgoing.NotOut, outgoing.NoAnswer) as trouble:
            heard.trouble = trouble
            raise requests.RequestException(str(trouble)) from None
        heard.answers.append(answer)
        return _response(answer, made)


def _response(answer: outgoing.Answer, made: requests.PreparedRequest) -> requests.Response:
    """Without headers: what a foreign server says there makes nobody wait."""
    response = requests.Response()
    response.status_code, response.request, response.url = answer.status, made, made.url or ""
    response.raw, response.encoding = io.BytesIO(answer.text.encode()), "utf-8"
    return response


GATE: Final = _Gate()


def plugin(service: Service) -> Any:
    """The class of a service's plugin, which has no other way out than the gate."""
    module_name, _, class_name = service.plugin.partition(":")
    # Half a second and 30 MB: only workers that send to chats pay for it.
    module: Any = import_module(f"apprise.plugins.{module_name}")
    found = getattr(module, class_name)
    owner: Any = import_module(found.__module__)
    owner.requests = GATE
    # Its log tells addresses, which are secret.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return found
