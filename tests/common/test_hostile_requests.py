"""What no honest caller sends is refused with a sentence, and is never a mistake of ours."""

import base64
from typing import Any

import orjson
import pytest
from django.test import Client

from accounts.vocabulary import Role
from common.refusals import BadInput
from common.texts import problem_with_line, problem_with_prose
from exchange.kinds.cells import line, prose
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    somebody: Any = UserFactory()
    client.force_login(somebody)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b'{"name":"\\ud800"}', b'{"days":NaN}', b"\xff"],
    ids=["deep list", "deep object", "lone surrogate", "NaN", "not UTF-8"],
)
def test_a_body_that_is_not_json_we_read_is_refused(reader: Client, body: bytes):
    response = reader.post("/api/v1/tokens/", body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["detail"].startswith("The body is not JSON that we read")


def test_a_body_above_the_limit_is_refused(reader: Client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = orjson.dumps({"name": "x" * 1000})
    response = reader.post("/api/v1/tokens/", body, content_type="application/json")
    assert response.status_code == 413
    within = reader.post("/api/v1/tokens/", body[:500] + b'"}', content_type="application/json")
    assert within.status_code == 400
    assert "name" in within.json()["errors"]


class Unread:
    """The body of a request that nobody may read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("somebody reads it")

    readline = read


@pytest.mark.parametrize("address", ["/accounts/login/", "/imports/", "/releases/REL-1/gates/1/evidence/new/", "/api/v1/imports/"])
def test_more_than_any_file_may_be_is_refused_before_it_is_read(reader: Client, address: str):
    sent: dict[str, Any] = {
        "CONTENT_LENGTH": "200000000",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": Unread(),
    }
    for caller in (Client(), reader):
        answer = caller.post(address, **sent)
        assert (answer.status_code, "At most 50 MB are taken at once" in answer.text) == (413, True)
        assert "default-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address",
    ["/services/?sort=slug", "/environments/?sort=slug", "/programs/?sort=code", "/projects/?sort=code", "/live/?sort=slug"],
)
def test_a_cursor_with_a_nul_character_falls_back(reader: Client, address: str):
    cursor = base64.urlsafe_b64encode(orjson.dumps(["n", "a\0"])).decode().rstrip("=")
    response = reader.get(f"{address}&cursor={cursor}")
    assert response.status_code == 200
    assert "this is its beginning" in response.text


@pytest.mark.parametrize("address", ["/promotions/new/", "/bookings/new/"])
def test_a_nul_character_in_what_fills_a_form_fills_nothing(client: Client, address: str):
    client.force_login(UserFactory(roles=[Role.RELEASE_MANAGER, Role.ENVIRONMENT_MANAGER]))
    client.raise_request_exception = False
    assert client.get(f"{address}?release=%00&environment=%00").status_code == 200


@pytest.mark.parametrize("character", ["\ufffe", "\uffff", "\0", "\u202e", "\r"])
def test_what_no_file_can_hold_comes_in_by_no_door(character: str):
    assert problem_with_line(f"a{character}b")
    assert problem_with_prose(f"a{character}b")
    for read in (line(10), prose(10)):
        with pytest.raises(BadInput):
            read(f"a{character}b")


def test_a_host_that_is_not_ours_is_refused_as_each_door_understands(reader: Client):
    page = reader.get("/", headers={"Host": "evil.example"})
    assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "host name that is not ours" in page.text
    answer = reader.get("/api/v1/releases/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
