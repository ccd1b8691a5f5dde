"""Reading settings from the process environment: typed, with a sentence for every wrong value."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured


class Environment:
    """Typed access to environment variables; raises ImproperlyConfigured naming the variable and how to mend it.

    A variable that is set but empty counts as not set, so that compose files can pass `NAME: ${NAME:-}`.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str | None = None, *, at_least: int = 0) -> str:
        value = self._raw(name)
        if value is None:
            if default is None:
                self._refuse(name, "is not set, and there is no safe default; run.py sets it by itself")
            return default
        if len(value) < at_least:
            self._refuse(name, f"has {len(value)} characters; it needs at least {at_least}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._raw(name)
        if value is None:
            return default
        known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
        if value.lower() not in known:
            self._refuse(name, f"is {value!r}; write 1 or 0")
        return known[value.lower()]

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        value = self._raw(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            self._refuse(name, f"is {value!r}; write a whole number from {least} to {most}")
        return int(value)

    def choice(self, name: str, choices: Mapping[str, str], *, default: str) -> str:
        value = self._raw(name) or default
        if value not in choices:
            self._refuse(name, f"is {value!r}; choose one of {', '.join(choices)}")
        return choices[value]

    def words(self, name: str, *, default: list[str]) -> list[str]:
        value = self._raw(name)
        return default if value is None else [word.strip() for word in value.split(",") if word.strip()]

    def pairs(self, name: str) -> dict[str, str]:
        """`a=b,c=d` as a dictionary; empty when not set."""
        pairs = {}
        for word in self.words(name, default=[]):
            key, equals, value = word.partition("=")
            if not (key and equals and value):
                self._refuse(name, f"has the part {word!r}; write name=value pairs separated by commas")
            pairs[key.strip()] = value.strip()
        return pairs

    def path(self, name: str, *, default: Path) -> Path:
        value = self._raw(name)
        if value is None:
            return default
        if not Path(value).is_absolute():
            self._refuse(name, f"is {value!r}; write an absolute path")
        return Path(value)

    def zone(self, name: str, *, default: str) -> str:
        value = self._raw(name) or default
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            self._refuse(name, f"is {value!r}; write an IANA time zone such as Europe/Berlin")
        return value

    def url(self, name: str, *, default: str, schemes: tuple[str, ...]) -> str:
        value = self._raw(name) or default
        if value and urlsplit(value).scheme not in schemes:
            self._refuse(name, f"is not an address that begins with {' or '.join(s + '://' for s in schemes)}")
        return value.rstrip("/") if schemes[0].startswith("http") else value

    def database(self, name: str) -> dict[str, Any]:
        """A PostgreSQL address (`postgres://user:password@host:port/name`, or `?host=/socket/folder`) as Django's settings."""
        value = self._raw(name)
        if value is None:
            self._refuse(
                name, "is not set; write postgres://user:password@host:5432/name, or start with run.py, which brings its own"
            )
        parts = urlsplit(value)
        if parts.scheme not in ("postgres", "postgresql") or len(parts.path) < 2:
            self._refuse(name, "is not a PostgreSQL address; write postgres://user:password@host:5432/name")
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        try:
            port = parts.port
        except ValueError:
            self._refuse(name, "has a port that is no number")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.pop("host", None) or unquote(parts.hostname or ""),
            "PORT": query.pop("port", None) or str(port or ""),
            "OPTIONS": query,
        }

    def mail(self, name: str, *, default: str) -> dict[str, Any]:
        """`smtp://user:password@host:port`, `smtps://…` (TLS from the start) or `smtp+tls://…` (STARTTLS) as Django's settings."""
        value = self.url(name, default=default, schemes=("smtp", "smtps", "smtp+tls"))
        parts = urlsplit(value)
        return {
            "EMAIL_HOST": parts.hostname or "127.0.0.1",
            "EMAIL_PORT": parts.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[parts.scheme],
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        }

    @staticmethod
    def redis_database(address: str, number: int) -> str:
        """The same Redis server with another database number."""
        parts = urlsplit(address)
        if parts.scheme == "unix":
            return f"unix://{parts.path}?db={number}"  # urlunsplit drops the empty host of a socket's address
        return urlunsplit(parts._replace(path=f"/{number}"))

    def _raw(self, name: str) -> str | None:
        return self._variables.get(name, "").strip() or None

    @staticmethod
    def _refuse(name: str, problem: str) -> NoReturn:
        raise ImproperlyConfigured(f"The setting {name} {problem}.")
