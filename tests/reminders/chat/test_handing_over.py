"""What is said in a chat, how it gets there through apprise, and what goes wrong on the way."""

import ast
import importlib.util
import json
import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from accounts.models import User
from common import outgoing
from common.sealing import seal
from reminders.channels import NoWay, Parcel, Refused, Unanswered
from reminders.channels.chat import form, gate, transport
from reminders.channels.chat.addresses import SERVICES, read
from reminders.channels.chat.transport import Chat, say
from reminders.models import ChatAddress
from reminders.queries.bundles import bundle, cover
from reminders.queries.letters import Letter
from tests.reminders.chat.servers import Server

LETTER = Letter(
    headline="REL-7 into Production on Tue 10 Mar",
    sentence="Payments 26.3 goes into Production.",
    why="You get this because you manage the release.",
    url="https://releases.example.org/promotions/7/",
    thread="release-7",
)
TOKEN = "3ccdd113474722377935511fc85d3dd4"


def at(url: str) -> ChatAddress:
    return ChatAddress(service="mmosts", sealed=seal(url))


def said_in(body: str) -> Any:
    return json.loads(body)


def parcel(letter: Letter = LETTER, **more: Any) -> Parcel:
    return Parcel(uuid4(), User(pk=1), letter, **more)


@pytest.mark.parametrize(
    ("address", "path", "where"),
    [
        (f"mmost://{{}}/{TOKEN}", f"/hooks/{TOKEN}", "text"),
        (f"rocket://8MvqABC/{TOKEN}@{{}}/#releases", f"/hooks/8MvqABC/{TOKEN}", "text"),
        ("ntfy://tk_secret@{}/releases", "/", "message"),
        ("matrix://secret@{}/", "/webhook/secret", "text"),
    ],
)
def test_each_kind_of_own_server_is_told_in_one_call_what_the_letter_says(server: Server, address: str, path: str, where: str):
    title, text = form.message(parcel())
    say(at(address.format(server.place)), title, text)
    ((asked, headers, body),) = server.heard
    assert (asked, headers["Host"], headers["User-Agent"]) == (path, server.place, "Releasecal")
    assert LETTER.sentence in said_in(body)[where]
    assert LETTER.headline in body
    assert LETTER.url in body


def test_it_says_what_is_asked_where_and_why_and_how_to_stop_it():
    title, text = form.message(parcel())
    assert title == LETTER.headline
    assert text.splitlines() == [
        LETTER.sentence,
        "",
        LETTER.url,
        "",
        LETTER.why,
        "Choose what you hear of: http://127.0.0.1:8000/me/reminders/",
    ]
    assert "It may have come before." in form.message(parcel(may_be_there=True))[1]


def test_a_digest_names_the_first_of_its_things_and_where_all_of_them_are():
    letters = [replace(LETTER, sentence=f"Payments 26.{number} goes into @Production.") for number in range(9)]
    together = bundle(letters)
    title, text = form.message(parcel(cover(together, 1), bundle=together))
    assert title == "9 things about 1 release"
    lines = text.splitlines()
    assert lines[0] == "9 things about 1 release."
    assert [line[:16] for line in lines[1:6]] == [f"- Payments 26.{number} " for number in range(5)]
    assert not any("@Production" in line for line in lines)
    assert lines[6:8] == ["", "http://127.0.0.1:8000/me/inbox/"]


def test_names_call_nobody_break_no_line_and_hide_no_address():
    odd = Letter(
        headline="<!channel> @everyone\r\nlook",
        sentence="Take [this](https://evil.example) " + "x" * 900,
        why=LETTER.why,
        url=LETTER.url,
        thread="release-7",
    )
    title, text = form.message(parcel(odd))
    assert "@everyone" not in title
    assert "<!" not in title
    assert "\n" not in title
    assert "](" not in text
    assert len(title) + len(text) < 1_000


@pytest.mark.parametrize(
    ("status", "is_for_good"),
    [(500, False), (503, False), (429, False), (408, False), (400, True), (404, True), (401, True), (302, True)],
)
def test_a_refusal_is_for_now_or_for_good_by_its_status(server: Server, status: int, is_for_good: bool):
    server.says = [(status, {"Retry-After": "3600"}, b'{"message": "no\\nroom"}')]
    with pytest.raises(Refused, match=str(status)) as refused:
        say(at(f"mmost://{server.place}/{TOKEN}"), "Title", "text")
    assert refused.value.for_good == is_for_good
    assert len(server.heard) == 1


def test_nobody_is_sent_on_to_another_address(server: Server):
    server.says = [(307, {"Location": f"http://{server.place}/elsewhere"}, b"")]
    with pytest.raises(Refused):
        say(at(f"mmost://{server.place}/{TOKEN}"), "Title", "text")
    assert [path for path, _, _ in server.heard] == [f"/hooks/{TOKEN}"]


def test_who_says_nothing_may_have_heard_it(server: Server, monkeypatch: Any):
    monkeypatch.setattr(outgoing, "SECONDS", 0.3)
    server.silent_until = threading.Event()
    with pytest.raises(Unanswered, match="took longer"):
        say(at(f"mmost://{server.place}/{TOKEN}"), "Title", "text")


def test_who_is_not_there_is_tried_again_and_holds_nobody_else_up(settings: Any):
    settings.OUTGOING_HOSTS = ["127.0.0.1:1"]
    with pytest.raises(Refused, match="takes no connections") as refused:
        say(at(f"mmost://127.0.0.1:1/{TOKEN}"), "Title", "text")
    assert not refused.value.for_good


def test_a_host_that_was_trusted_once_is_not_called_any_more(server: Server, settings: Any):
    settings.OUTGOING_HOSTS = []
    with pytest.raises(Refused, match="entered again") as refused:
        say(at(f"mmost://{server.place}/{TOKEN}"), "Title", "text")
    assert refused.value.for_good
    assert server.heard == []


def test_a_name_that_leads_into_our_own_network_is_never_called(server: Server, settings: Any, monkeypatch: Any):
    """A resolver is the one thing here that a test cannot have for real."""
    settings.OUTGOING_HOSTS = []
    inside = [(0, 0, 0, "", ("127.0.0.1", server.server_port))]
    monkeypatch.setattr("common.outgoing.socket.getaddrinfo", lambda *_, **__: inside)
    with pytest.raises(Refused, match="private or reserved") as refused:
        say(at(f"mmosts://chat.example.org:{server.server_port}/{TOKEN}"), "Title", "text")
    assert refused.value.for_good
    # Nor by a service that has its own host.
    with pytest.raises(Refused, match="private or reserved"):
        say(at("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"), "Title", "text")
    assert server.heard == []


def test_proxies_of_the_environment_are_not_asked(server: Server, monkeypatch: Any):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    say(at(f"mmost://{server.place}/{TOKEN}"), "Title", "text")
    assert len(server.heard) == 1


def test_what_cannot_be_opened_or_read_is_refused_for_good():
    for sealed in (seal("gopher://example.org"), "not sealed here"):
        with pytest.raises(Refused, match="entered again") as refused:
            say(ChatAddress(service="slack", sealed=sealed), "Title", "text")
        assert refused.value.for_good


@pytest.mark.django_db
def test_who_took_their_address_away_is_left_out(server: Server):
    with pytest.raises(NoWay, match="no address"), Chat().opened() as courier:
        courier.hand_over(parcel())


def test_nothing_of_an_address_gets_into_a_log(server: Server, caplog: Any):
    caplog.set_level(logging.INFO)
    say(at(f"mmost://{server.place}/{TOKEN}"), "Title", "text")
    assert TOKEN not in caplog.text


# --- apprise


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.schema)
def test_every_service_has_its_plugin_and_no_way_out_but_the_gate(service: Any):
    found = gate.plugin(service)
    module: Any = importlib.import_module(found.__module__)
    assert module.requests is gate.GATE
    accepted = found.secure_protocol
    assert service.schema in ((accepted,) if isinstance(accepted, str) else accepted)
    assert not service.plain or service.plain == found.protocol
    tree = ast.parse(Path(str(module.__file__)).read_text())
    ways = {"socket", "ssl", "http", "httpx", "urllib3", "smtplib", "ftplib", "subprocess", "asyncio", "aiohttp", "websocket"}
    imported = {
        (each.module or "") if isinstance(each, ast.ImportFrom) else name.name
        for each in ast.walk(tree)
        if isinstance(each, (ast.Import, ast.ImportFrom))
        for name in each.names
    }
    assert {name.partition(".")[0] for name in imported} & ways == set()
    assert not any(name.startswith(("urllib.request", "requests.")) for name in imported)


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.schema)
def test_apprise_takes_what_is_let_through_as_one_target(service: Any):
    examples = {
        "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "workflows": "workflows://prod-1.westeurope.logic.azure.com/0f3c1b/b8Sd-x_1",
        "mmosts": f"mmosts://chat.example.org:8443/team/{TOKEN}",
        "rockets": f"rockets://8MvqABC/{TOKEN}@chat.example.org/#releases",
        "discord": "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "gchat": "gchat://AAAAk6lGXyM/AIzaSyDdI0hCZtE6vySjMm/O7b1nyri_waOpLMSzb%3D",
        "tgram": "tgram://123456789:abcdefg_hijklmnop/12315544",
        "matrixs": "matrixs://secret@hookshot.example.org",
        "zulip": "zulip://releases@example.zulipchat.com/a6k5aocNLu2bOCgPPaLZ7xUpnwQVQFZ5/general",
        "webex": "webex://" + "a1" * 40,
        "ntfys": "ntfys://ntfy.example.org/releases",
    }
    found = transport._plugin(read(examples[service.schema]))
    assert len(found) == 1
    assert found.image_url("info") is None
    assert found.redirects is False


def test_the_gate_is_only_open_while_something_is_said():
    with pytest.raises(LookupError):
        gate.GATE.post("https://example.org/")


def test_no_file_leaves_and_nothing_more_after_trouble(server: Server):
    with gate.listening() as heard:
        with pytest.raises(requests.RequestException, match="no files"):
            gate.GATE.post(f"http://{server.place}/", files={"a": b"b"})
        with pytest.raises(requests.RequestException, match="private or reserved"):
            gate.GATE.get("https://10.0.0.1/")
        with pytest.raises(requests.RequestException, match="nothing more"):
            gate.GATE.get(f"http://{server.place}/")
    assert isinstance(heard.trouble, outgoing.NotOut)
    assert server.heard == []
