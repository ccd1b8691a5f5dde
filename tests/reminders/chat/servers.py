"""A chat server that answers as it is told, and keeps what it heard."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server(ThreadingHTTPServer):
    """Answers the next calls as `says` has it, each `(status, headers, body)`, then 200. `heard`: (path, headers, body) of each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hears)
        self.says: list[tuple[int, dict[str, str], bytes]] = []
        self.heard: list[tuple[str, dict[str, str], str]] = []
        #: Set when somebody who is silent may speak again.
        self.silent_until: threading.Event | None = None

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Hears(BaseHTTPRequestHandler):
    server: Any

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.heard.append((self.path, dict(self.headers), body))
        if self.server.silent_until is not None:
            self.server.silent_until.wait(30)
        status, headers, said = self.server.says.pop(0) if self.server.says else (200, {}, b"ok")
        self.send_response(status)
        for name, value in {"Content-Length": str(len(said)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST  # noqa: N815 - the library's name

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def listening() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        if server.silent_until is not None:
            server.silent_until.set()
        server.shutdown()
        server.server_close()
