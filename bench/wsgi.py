"""Calling WSGI programs in this process, the product's and the bare ones alike."""

import io
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

Application = Callable[..., Any]


class Caller:
    """A client of one WSGI application; every call is the same GET."""

    def __init__(self, application: Application, address: str, headers: dict[str, str] | None = None, expect: int = 200) -> None:
        parts = urlsplit(address)
        self.application, self.expect = application, expect
        self.environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        } | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()}

    def __call__(self) -> bytes:
        seen: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            seen.append(status)

        answer = self.application(self.environ | {"wsgi.input": io.BytesIO()}, start)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        if not seen[0].startswith(str(self.expect)):
            raise RuntimeError(f"{self.environ['PATH_INFO']} answered {seen[0]}: {body[:300]!r}")
        return body
