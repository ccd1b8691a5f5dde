"""Calls to addresses that people gave: out into the world, and never into our own network."""

import datetime
import ipaddress
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from common import outgoing

OPEN = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"]
CLOSED = [
    *["0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1"],
    *["192.168.0.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"],
    *["::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1"],
    *["2001:db8::1", "2002:7f00:1::", "fc00::1", "fe80::1", "fec0::1", "ff02::1"],
]


@pytest.mark.parametrize("address", OPEN)
def test_the_open_internet_is_open(address):
    assert outgoing.is_open(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", CLOSED)
def test_every_other_network_is_closed(address):
    assert not outgoing.is_open(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(outgoing.NotOut, match="private or reserved"):
        outgoing.check(f"https://{host}/hook")
    with pytest.raises(outgoing.NotOut, match="private or reserved"):
        outgoing.post(f"https://{host}/hook", b"{}", {})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org/", "https only"),
        ("ftp://example.org/", "not an address"),
        ("https:///path", "not an address"),
        ("https://[::1", "not an address"),
        ("https://example.org:99999/", "not an address"),
        ("https://user:word@example.org/", "name and password"),
        ("https://example.org/a b", "no spaces"),
        ("https://example.org/\r\nX-More: 1", "no spaces"),
        ("https://exämple.org/", "plain characters"),
        ("https://example.org/" + "a" * 500, "at most 500"),
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(url, why):
    with pytest.raises(outgoing.NotOut, match=why):
        outgoing.check(url)


@pytest.mark.parametrize("written", ["127.1", "2130706433", "0x7f000001", "localhost", "localhost."])
def test_other_ways_of_writing_this_machine_lead_nowhere(written):
    with pytest.raises((outgoing.NotOut, outgoing.NoAnswer)):
        outgoing.post(f"https://{written}/hook", b"{}", {})


class Hears(BaseHTTPRequestHandler):
    """Keeps what it is told, and answers as the path says."""

    heard: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, dict(self.headers), body))
        if self.path.startswith("/elsewhere"):
            self.send_response(302)
            self.send_header("Location", "/hook")
            self.end_headers()
        elif self.path.startswith("/much"):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 1_000_000)
        else:
            self.send_response(201)
            self.end_headers()
            self.wfile.write("angehört".encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def server(settings, monkeypatch):
    monkeypatch.setattr(Hears, "heard", [], raising=False)
    found = HTTPServer(("127.0.0.1", 0), Hears)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    settings.OUTGOING_HOSTS = [f"127.0.0.1:{found.server_port}"]
    yield found
    found.shutdown()
    found.server_close()


def test_a_host_that_the_operator_trusts_is_called_as_it_is(server):
    answer = outgoing.post(f"http://127.0.0.1:{server.server_port}/hook?a=1", b'{"b": 2}', {"Content-Type": "application/json"})
    assert (answer.status, answer.text, answer.is_good) == (201, "angehört", True)
    ((path, headers, body),) = Hears.heard
    assert (path, body) == ("/hook?a=1", b'{"b": 2}')
    assert headers["Host"] == f"127.0.0.1:{server.server_port}"
    assert headers["User-Agent"] == "Releasecal"


def test_trust_is_for_the_port_that_was_named(server, settings):
    settings.OUTGOING_HOSTS = ["127.0.0.1:1"]
    with pytest.raises(outgoing.NotOut, match="https only"):
        outgoing.post(f"http://127.0.0.1:{server.server_port}/hook", b"", {})
    assert Hears.heard == []


def test_nobody_is_sent_on(server):
    answer = outgoing.post(f"http://127.0.0.1:{server.server_port}/elsewhere", b"", {})
    assert (answer.status, answer.is_good) == (302, False)
    assert [path for path, _, _ in Hears.heard] == ["/elsewhere"]


def test_no_more_is_read_than_is_shown(server):
    answer = outgoing.post(f"http://127.0.0.1:{server.server_port}/much", b"", {})
    assert len(answer.text) == outgoing.MOST_READ


def test_proxies_of_the_environment_are_not_asked(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert outgoing.post(f"http://127.0.0.1:{server.server_port}/hook", b"", {}).is_good


def test_who_does_not_answer_is_told_in_a_sentence(settings, monkeypatch):
    monkeypatch.setattr(outgoing, "SECONDS", 0.2)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        settings.OUTGOING_HOSTS = ["127.0.0.1"]
        with pytest.raises(outgoing.NoConnection, match="takes no connections"):
            outgoing.post(f"http://127.0.0.1:{deaf.getsockname()[1]}/", b"", {})
        deaf.listen()
        with pytest.raises(outgoing.NoAnswer, match="took longer") as heard:
            outgoing.post(f"http://127.0.0.1:{deaf.getsockname()[1]}/", b"", {})
        # Connected, so that it may have arrived.
        assert heard.type is outgoing.NoAnswer


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path, settings, monkeypatch):
    key, named = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(named, named, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    file = tmp_path / "both.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    monkeypatch.setattr(Hears, "heard", [], raising=False)
    server = HTTPServer(("127.0.0.1", 0), Hears)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OUTGOING_HOSTS = ["localhost"]
    try:
        with pytest.raises(outgoing.NoConnection, match="certificate is not good"):
            outgoing.post(f"https://localhost:{server.server_port}/", b"", {})
        assert Hears.heard == []
        # The same server is called when its certificate is vouched for: the name is checked, not the address.
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert outgoing.post(f"https://localhost:{server.server_port}/", b"", {}).is_good
    finally:
        server.shutdown()
        server.server_close()


def test_a_name_with_one_closed_address_is_refused_as_a_whole(monkeypatch):
    """A resolver is the one thing here that a test cannot have for real."""
    both = [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(outgoing.NotOut, match="private or reserved"):
        outgoing.post("https://example.org/", b"", {})


def test_a_trickle_ends_in_its_time(settings, monkeypatch):
    monkeypatch.setattr(outgoing, "SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.OUTGOING_HOSTS = ["127.0.0.1"]

        def trickle():
            connection, _ = listening.accept()
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while True:
                    connection.sendall(b".")
                    time.sleep(0.05)
            except OSError:
                pass

        threading.Thread(target=trickle, daemon=True).start()
        answer = outgoing.post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"", {})
    assert set(answer.text) == {"."}
