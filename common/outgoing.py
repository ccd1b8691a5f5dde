"""Calls to addresses that people gave us: webhooks, chat. They go out into the world, and never into our own network.

A name is resolved once, every address that it has must be one of the open internet, and the connection is made to the one
that was looked at, so that a name which answers differently a moment later leads nowhere. No proxies of the environment, no
redirects, a limit on time and on what is read. `settings.OUTGOING_HOSTS` names the hosts (`chat.internal.example`, or with a port)
that the operator trusts although they are private or speak plain http.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings

SECONDS: Final = 10.0
MOST_READ: Final = 16 * 1024
LONGEST_ADDRESS: Final = 500

#: What `is_global` lets through, or knows only in newer versions of Python: RFC 6890 and its registries.
_CLOSED: Final = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
    )
]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotOut(Exception):
    """The call was not made; the message is a sentence that says why."""


class NoAnswer(Exception):
    """Nobody answered in time, or not in HTTP; the message is a sentence."""


class NoConnection(NoAnswer):
    """Nobody was reached, so that nothing was sent."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the beginning of the body as text, how many seconds it took, and the header Retry-After as it came."""

    status: int
    text: str
    seconds: float
    retry_after: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class _Way:
    """Where a call goes: the address as split, its host, its port, and whether the operator trusts the host."""

    parts: SplitResult
    host: str
    port: int
    is_trusted: bool


def check(url: str) -> None:
    """Raise `NotOut` for an address that no call would go to, as far as it can be told without asking anybody its name."""
    way = _way(url)
    if not way.is_trusted and (literal := _literal(way.host)) is not None:
        _refuse_closed(literal, way.host)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send `body`. Raises as `call` does."""
    return call("POST", url, body, headers)


def call(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    """Ask an address for something, or send it `body`.

    Raises `NotOut` and `NoConnection` when nothing was sent, `NoAnswer` when it is not known what became of it.
    """
    way = _way(url)
    address = _address_of(way)
    began = time.monotonic()
    pool = _pool(way, address)
    try:
        response = pool.request(
            method,
            way.parts._replace(scheme="", netloc="").geturl() or "/",
            body=body,
            headers={"Host": way.parts.netloc.rpartition("@")[2], "User-Agent": "Releasecal", **headers},
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            text = _read(response, began + SECONDS)
        finally:
            response.close()
    except urllib3.exceptions.HTTPError as problem:
        silence = NoConnection if _was_unheard(problem) else NoAnswer
        raise silence(f"{way.host} did not answer: {_in_words(problem)}.") from problem
    finally:
        pool.close()
    return Answer(response.status, text, time.monotonic() - began, response.headers.get("Retry-After", ""))


def _way(url: str) -> _Way:
    if len(url) > LONGEST_ADDRESS or not url.isascii() or any(ord(letter) <= 32 for letter in url):
        raise NotOut(f"An address has at most {LONGEST_ADDRESS} plain characters and no spaces.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as problem:
        raise NotOut("This is not an address; write one such as https://example.org/hook.") from problem
    if parts.scheme not in ("http", "https") or not host:
        raise NotOut("This is not an address; write one such as https://example.org/hook.")
    if parts.username is not None or parts.password is not None:
        raise NotOut("Leave name and password out of the address.")
    port = port or (443 if parts.scheme == "https" else 80)
    is_trusted = bool({host, f"{host}:{port}"} & set(settings.OUTGOING_HOSTS))
    if parts.scheme == "http" and not is_trusted:
        raise NotOut("Calls go out by https only; write the address with https://.")
    return _Way(parts, host, port, is_trusted)


def _address_of(way: _Way) -> str:
    """The one address the call goes to. All that the name has must be open, not only the one that is taken."""
    try:
        found = socket.getaddrinfo(way.host, way.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise NoConnection(f"{way.host} has no address.") from problem
    addresses = [str(info[4][0]).partition("%")[0] for info in found]
    if not way.is_trusted:
        for address in addresses:
            _refuse_closed(ipaddress.ip_address(address), way.host)
    return addresses[0]


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _refuse_closed(address: Address, host: str) -> None:
    if not is_open(address):
        raise NotOut(
            f"{host} lies in a private or reserved network, and calls don't go there; the operator may allow it by OUTGOING_HOSTS."
        )


def is_open(address: Address) -> bool:
    """Whether an address is one of the open internet, after unwrapping IPv4 that is written as IPv6."""
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    bare = inner or address
    if not bare.is_global or bare.is_multicast or bare.is_reserved:
        return False
    return not any(bare.version == network.version and bare in network for network in _CLOSED)


def _pool(way: _Way, address: str) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=SECONDS / 2, read=SECONDS)
    if way.parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, way.port, timeout=timeout, maxsize=1)
    # The certificate must be that of the name, though the connection is made to the address.
    return urllib3.HTTPSConnectionPool(
        address, way.port, timeout=timeout, maxsize=1, server_hostname=way.host, assert_hostname=way.host, cert_reqs="CERT_REQUIRED"
    )


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> str:
    """The beginning of the body: as much as is shown, in the time there is; who trickles is not waited for."""
    found = b""
    while len(found) < MOST_READ and time.monotonic() < deadline:
        piece = response.read1(MOST_READ - len(found))
        if not piece:
            break
        found += piece
    return found.decode(errors="replace")


def _was_unheard(problem: urllib3.exceptions.HTTPError) -> bool:
    """Whether it went wrong before a word was said: `NewConnectionError` is one of these too."""
    is_unknown = isinstance(problem, urllib3.exceptions.SSLError) and isinstance(problem.args[0], ssl.SSLCertVerificationError)
    return is_unknown or isinstance(problem, urllib3.exceptions.ConnectTimeoutError)


def _in_words(problem: urllib3.exceptions.HTTPError) -> str:
    if isinstance(problem, urllib3.exceptions.NewConnectionError):  # which counts as a timeout too
        return "it takes no connections"
    if isinstance(problem, urllib3.exceptions.TimeoutError):
        return f"it took longer than {SECONDS:.0f} seconds"
    if isinstance(problem, urllib3.exceptions.SSLError):
        return "its certificate is not good for that name"
    return "what came is not HTTP"
