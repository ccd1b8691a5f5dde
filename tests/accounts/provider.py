"""A small OpenID provider that really speaks HTTP: discovery, authorization with PKCE, token, userinfo."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest

CLIENT, SECRET = "releasecal", "the provider's secret for us, long enough for HS256"


@dataclass
class Provider:
    """Whom it signs in (`claims`), and what it has given out."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self.answer(
                {
                    "issuer": self.provider.issuer,
                    "authorization_endpoint": f"{self.provider.issuer}/authorize",
                    "token_endpoint": f"{self.provider.issuer}/token",
                    "userinfo_endpoint": f"{self.provider.issuer}/userinfo",
                    "jwks_uri": f"{self.provider.issuer}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif parts.path == "/authorize":
            code = secrets.token_urlsafe()
            self.provider.codes[code] = query
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")
            self.end_headers()
        elif parts.path == "/userinfo" and self.headers["Authorization"].removeprefix("Bearer ") in self.provider.tokens:
            self.answer(self.provider.claims)
        else:
            self.answer({"error": "invalid_request"}, 400)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        asked = self.provider.codes.pop(form.get("code", ""), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if asked is None or form.get("client_secret") != SECRET or asked.get("code_challenge") != proof:
            self.answer({"error": "invalid_grant"}, 400)
            return
        token = secrets.token_urlsafe()
        self.provider.tokens.add(token)
        now = int(time.time())
        id_token = jwt.encode(
            {"iss": self.provider.issuer, "aud": CLIENT, "sub": self.provider.claims["sub"], "iat": now, "exp": now + 60}, SECRET
        )
        self.answer({"access_token": token, "token_type": "Bearer", "expires_in": 60, "id_token": id_token})

    def answer(self, body: dict[str, Any], status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A running provider that the settings name as single sign-on."""
    provider = Provider()
    handler = type("BoundHandler", (Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": "Company account",
                    "client_id": CLIENT,
                    "secret": SECRET,
                    "settings": {"server_url": provider.issuer},
                }
            ],
        }
    }
    yield provider
    server.shutdown()
    server.server_close()
