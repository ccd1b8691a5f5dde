"""Addresses of chats as people write them: which services there are, and what of an address is let through.

An address is one of apprise's (`slack://…`, `mmosts://chat.example.org/…`), of a service below and of exactly its form: one room or
person, and none of the parameters by which apprise reads files, follows other addresses or loads settings. The addresses that some
services show themselves (`https://hooks.slack.com/services/…`) are understood too. Apprise itself is not asked: it is slow to load.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

from common import outgoing

LONGEST: Final = 500

_PART: Final = r"[A-Za-z0-9_.~=-]{1,200}"
#: A room, a channel, a person; never several of them.
_ROOM: Final = r"(?:[#@!]|%23|%40)?[A-Za-z0-9_.~-]{1,100}"
_HOST: Final = r"(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,10}(?::[0-9]{1,5})?)"


class NoChat(ValueError):
    """This is no address of a chat; the message is a sentence that says how to mend it."""


@dataclass(frozen=True)
class Service:
    """A chat service: its name, the module and class of its plugin in apprise, how its addresses go on after `://`, and one of them.

    With a `host` in its form it is somebody's own server. `plain` is the word for it by http, which only hosts that the operator trusts
    may speak. `parameters`: those that may stand in the address, with what they may be; `always`: what stands there by itself. What is said goes there as it is; with
    `is_marked_up` apprise makes HTML of it first. Its other ways of writing a text for a service break the addresses in it.
    """

    schema: str
    name: str
    plugin: str
    form: str
    example: str
    plain: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    always: str = ""
    is_marked_up: bool = False


@dataclass(frozen=True)
class Address:
    """One that is let through: its service, whole as apprise takes it, and the host where it is not the service's own."""

    service: Service
    url: str
    host: str

    def __repr__(self) -> str:
        """Without what is secret in it."""
        return f"<address of {self.service.name}>"


SERVICES: Final = (
    Service(
        "slack",
        "Slack",
        "slack:NotifySlack",
        rf"(?:[A-Z0-9]{{1,20}}/[A-Z0-9]{{1,20}}/[A-Za-z0-9]{{1,40}}|xox[A-Za-z0-9-]{{5,200}}/{_ROOM})/?",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    ),
    Service(
        "workflows",
        "Microsoft Teams",
        "workflows:NotifyWorkflows",
        rf"{_HOST}/[A-Za-z0-9_-]{{1,200}}/[A-Za-z0-9_-]{{1,200}}/?",
        "workflows://prod-1.westeurope.logic.azure.com/0f3c…/b8Sd…",
        parameters={"pa": "yes", "route": "[0-9]{1,10}"},
    ),
    Service(
        "mmosts",
        "Mattermost",
        "mattermost:NotifyMattermost",
        rf"{_HOST}(?:/[A-Za-z0-9_-]{{1,50}}){{0,3}}/[A-Za-z0-9]{{10,60}}/?",
        "mmosts://chat.example.org/3ccdd113474722377935511fc8",
        plain="mmost",
    ),
    Service(
        "rockets",
        "Rocket.Chat",
        "rocketchat:NotifyRocketChat",
        rf"[A-Za-z0-9]{{5,60}}(?:/|%2F)[A-Za-z0-9]{{5,100}}@{_HOST}(?:/{_ROOM})?/?",
        "rockets://8Mvq…/Yc4x…@chat.example.org/#releases",
        plain="rocket",
    ),
    Service(
        "discord",
        "Discord",
        "discord:NotifyDiscord",
        r"[0-9]{5,30}/[A-Za-z0-9_-]{10,200}/?",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    ),
    Service(
        "gchat",
        "Google Chat",
        "google_chat:NotifyGoogleChat",
        r"[A-Za-z0-9_-]{1,100}/[A-Za-z0-9_-]{1,100}/[A-Za-z0-9_=-]{1,200}(?:%3D){0,2}/?",
        "gchat://AAAAk6lGXyM/AIzaSyDdI0hCZt…/O7b1nyri_waOp…",
    ),
    Service(
        "tgram",
        "Telegram",
        "telegram:NotifyTelegram",
        r"[0-9]{5,20}:[A-Za-z0-9_-]{10,100}/(?:-?[0-9]{1,30}|@[A-Za-z0-9_]{3,60})/?",
        "tgram://123456789:abcdefg_hijklmnop/12315544",
        is_marked_up=True,
    ),
    Service(
        "matrixs",
        "Matrix",
        "matrix:NotifyMatrix",
        rf"{_PART}@{_HOST}/?",
        "matrixs://token@hookshot.example.org?mode=hookshot",
        plain="matrix",
        parameters={"mode": "hookshot"},
        # Without it apprise would sign in as a client, join rooms and keep keys.
        always="?mode=hookshot",
    ),
    Service(
        "zulip",
        "Zulip",
        "zulip:NotifyZulip",
        rf"[A-Za-z0-9_-]{{1,32}}@{_HOST}/[A-Za-z0-9]{{32}}(?:/{_ROOM}(?:@[A-Za-z0-9.-]{{1,100}})?)?/?",
        "zulip://releases@example.zulipchat.com/a6k5aoc…/general",
    ),
    Service(
        "webex",
        "Webex",
        "webexteams:NotifyWebexTeams",
        rf"(?:[A-Za-z0-9]{{80,160}}|{_PART}/{_PART})/?",
        "webex://a1b2…",
    ),
    Service(
        "ntfys",
        "ntfy",
        "ntfy:NotifyNtfy",
        rf"(?:(?:{_PART}(?::{_PART})?@)?{_HOST}/)?[A-Za-z0-9_-]{{1,64}}/?",
        "ntfys://ntfy.example.org/releases",
        plain="ntfy",
    ),
)
_BY_SCHEMA: Final = {
    **{each.schema: each for each in SERVICES},
    **{each.plain: each for each in SERVICES if each.plain},
    "workflow": next(each for each in SERVICES if each.schema == "workflows"),
    "wxteams": next(each for each in SERVICES if each.schema == "webex"),
}
#: How services show their addresses themselves, and how apprise writes them: of path and query, the parts by their names.
_SHOWN: Final = (
    (r"https://hooks\.slack\.com/services/(?P<a>\w+)/(?P<b>\w+)/(?P<c>\w+)/?", "slack://{a}/{b}/{c}"),
    (r"https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/(?P<a>\d+)/(?P<b>[\w-]+)/?", "discord://{a}/{b}"),
    (r"https://chat\.googleapis\.com/v1/spaces/(?P<a>[\w-]+)/messages", "gchat://{a}/{key}/{token}"),
    (
        r"https://(?P<a>[\w.-]+)(?::443)?/workflows/(?P<b>[\w-]+)/triggers/manual/paths/invoke/?",
        "workflows://{a}/{b}/{sig}",
    ),
    (
        r"https://(?P<a>[\w.-]+)(?::443)?/powerautomate/automations/direct/workflows/(?P<b>[\w-]+)/triggers/manual/paths/invoke/?",
        "workflows://{a}/{b}/{sig}?pa=yes",
    ),
    (
        r"https://(?P<a>[\w.-]+)(?::443)?/powerautomate/automations/direct/cu/(?P<c>\d+)/workflows/(?P<b>[\w-]+)/triggers/manual/paths/invoke/?",
        "workflows://{a}/{b}/{sig}?pa=yes&route={c}",
    ),
)


def read(text: str) -> Address:
    """An address as somebody wrote it. Raises NoChat."""
    written = text.strip()
    if len(written) > LONGEST or not written.isascii() or any(ord(letter) <= 32 for letter in written):
        raise NoChat(f"An address of a chat has at most {LONGEST} plain characters and no spaces.")
    schema, separator, _ = written.partition("://")
    if schema.lower() == "https":
        written = _as_apprise_writes(written)
        schema = written.partition("://")[0]
    service = _BY_SCHEMA.get(schema.lower())
    if not separator or service is None:
        known = ", ".join(f"{each.schema}://" for each in SERVICES)
        raise NoChat(f"Begin the address with the service, one of {known}.")
    rest, _, query = written.partition("://")[2].partition("?")
    match = re.fullmatch(service.form, rest)
    if match is None:
        raise NoChat(f"This is not how an address of {service.name} looks; write one such as {service.example}.")
    host = match.groupdict().get("host") or ""
    is_plain = schema.lower() == service.plain
    if host:
        _expect_open(service, host, is_plain=is_plain)
    word = service.plain if is_plain and host else service.schema
    return Address(service, f"{word}://{rest.rstrip('/')}/{_parameters(service, query)}", host)


def known(schema: str) -> Service:
    """The service of a schema. Raises KeyError."""
    return _BY_SCHEMA[schema]


def _as_apprise_writes(shown: str) -> str:
    parts = urlsplit(shown)
    path = f"{parts.scheme}://{parts.netloc}{parts.path}"
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    for form, written in _SHOWN:
        match = re.fullmatch(form, path, re.ASCII)
        if match is not None:
            try:
                return written.format(**{**given, **match.groupdict()})
            except KeyError as missing:
                raise NoChat(
                    f"Something is missing at the end of this address, behind {missing.args[0]}=; copy it whole."
                ) from None
    raise NoChat(f"This address is not one of a chat that is known here; write it as {SERVICES[0].example} or another service's.")


def _parameters(service: Service, query: str) -> str:
    if not query:
        return service.always
    pairs = [pair.partition("=") for pair in query.split("&")]
    for name, _, value in pairs:
        allowed = service.parameters.get(name)
        if allowed is None:
            raise NoChat(f"Leave “{name[:30]}” out of the address: what stands behind the question mark is not taken from people.")
        if not re.fullmatch(allowed, value):
            raise NoChat(f"“{name}” cannot be “{value[:30]}” in an address of {service.name}.")
    return f"?{query}"


def _expect_open(service: Service, host: str, *, is_plain: bool) -> None:
    try:
        outgoing.check(f"{'http' if is_plain else 'https'}://{host}/")
    except outgoing.NotOut as refusal:
        if is_plain:
            raise NoChat(f"Write {service.schema}:// instead of {service.plain}://: what is said goes out encrypted.") from None
        raise NoChat(str(refusal)) from None
