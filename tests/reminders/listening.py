"""The other side of a webhook: a real server that keeps what it is told, verifies it, and answers as it is asked to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import connection
from standardwebhooks.webhooks import Webhook as Verifier

from accounts.models import User
from accounts.vocabulary import Role
from reminders.actions import webhooks
from reminders.models import Webhook
from tests.factories import NOON, UserFactory

ALL_OF_RELEASES = ("release.*",)


@dataclass
class Ear:
    """`says`: the next answers, one each, as (status, headers, body), before it answers 204. `heard`: (path, headers, body)."""

    url: str = ""
    says: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def verified(self, secret: str) -> list[dict[str, Any]]:
        """What was said, each as the reference library takes it with a secret, or fails."""
        return [Verifier(secret).verify(body, headers) for _, headers, body in self.heard]

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for *_, body in self.heard]

    @property
    def kinds(self) -> list[str]:
        return [each["type"] for each in self.told]

    @property
    def numbers(self) -> list[str]:
        return [headers["webhook-id"] for _, headers, _ in self.heard]


@contextmanager
def listening(settings: Any) -> Iterator[Ear]:
    """A server at work, of a host that the operator trusts."""
    ear = Ear()

    class Hears(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            ear.heard.append((self.path, dict(self.headers), body))
            status, headers, text = ear.says.pop(0) if ear.says else (204, {}, b"")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hears)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ear.url = f"http://127.0.0.1:{server.server_port}"
    settings.OUTGOING_HOSTS = [*settings.OUTGOING_HOSTS, f"127.0.0.1:{server.server_port}"]
    try:
        yield ear
    finally:
        server.shutdown()
        server.server_close()


def commit() -> None:
    """Number what was done so far, as a commit does."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def hook(ear: Ear, *kinds: str, owner: User | None = None, at: Any = NOON, path: str = "/hook") -> tuple[Webhook, str]:
    """A webhook that leads to an ear, and its secret; by default of all that happens to releases, from long ago on."""
    made: Any = owner or UserFactory(name="Ada", roles=[Role.ADMINISTRATOR])
    name = f"Pipeline {Webhook.objects.count()}"
    operator = User.objects.operator()
    return webhooks.create(by=operator, at=at, name=name, target=ear.url + path, kinds=kinds or ALL_OF_RELEASES, owner=made)
