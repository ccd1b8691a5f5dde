"""So many requests a minute for each token and each address."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.test import Client

from accounts import middleware

ME = "/api/v1/me/"


@pytest.fixture(autouse=True)
def one_minute():
    """A minute that does not end in the middle of a test."""
    with time_machine.travel("2026-03-10T12:00:20Z", tick=False):
        yield


@pytest.fixture
def ten_a_minute(settings):
    settings.API_LIMIT_PER_MINUTE = 10


def test_the_headers_tell_what_is_left(vera_the_viewer, program_of, ten_a_minute):
    program = program_of(vera_the_viewer)
    answers = [program.get(ME) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert [answer["RateLimit-Remaining"] for answer in answers[-3:]] == ["1", "0", "0"]
    assert answers[-1]["RateLimit-Limit"] == "10"
    assert answers[-1]["RateLimit-Reset"] == answers[-1]["Retry-After"] == "40"
    assert answers[-1].json()["status"] == 429


def test_the_next_minute_begins_anew(vera_the_viewer, program_of, ten_a_minute):
    program = program_of(vera_the_viewer)
    assert [program.get(ME).status_code for _ in range(11)][-1] == 429
    with time_machine.travel("2026-03-10T12:01:00Z", tick=False):
        assert program.get(ME).status_code == 200


def test_each_token_has_its_own(vera_the_viewer, program_of, ten_a_minute):
    first, second = program_of(vera_the_viewer), program_of(vera_the_viewer)
    assert [first.get(ME).status_code for _ in range(11)][-1] == 429
    assert second.get(ME).status_code == 200


def test_strangers_are_counted_by_address(db, ten_a_minute):
    answers = [Client(REMOTE_ADDR="192.0.2.1").get(ME).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    assert Client(REMOTE_ADDR="192.0.2.2").get(ME).status_code == 401


def test_guessing_tokens_is_counted_by_address(db, ten_a_minute):
    answers = [
        Client(headers={"Authorization": f"Bearer rc_{letter * 32}"}, REMOTE_ADDR="192.0.2.3").get(ME).status_code
        for letter in "abcdefghijklm"
    ]
    assert answers == [401] * 11 + [429] * 2


def test_a_forged_forwarding_header_makes_nobody_else(db, ten_a_minute):
    answers = [Client(headers={"X-Forwarded-For": f"192.0.2.{n}"}).get(ME).status_code for n in range(11)]
    assert answers[-1] == 429


def test_our_own_proxies_are_believed(db, ten_a_minute, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert [Client(headers={"X-Forwarded-For": f"192.0.2.{n}"}).get(ME).status_code for n in range(11)][-1] == 401


@pytest.mark.parametrize("limit", [10, 25])
def test_thirty_at_once_pass_exactly_as_many_as_allowed(db, settings, limit):
    """The count is one atomic step: no two requests see the same number."""
    settings.API_LIMIT_PER_MINUTE = limit
    passed = middleware.limit_api(lambda request: _passed())

    def ask(_):
        return passed(_request()).status_code

    with ThreadPoolExecutor(30) as crowd:
        answers = list(crowd.map(ask, range(30)))
    assert answers.count(200) == limit
    assert answers.count(429) == 30 - limit


def test_without_redis_nothing_is_limited(vera_the_viewer, program_of, settings):
    program = program_of(vera_the_viewer)
    settings.API_LIMIT_PER_MINUTE = 1
    middleware._redis.cache_clear()
    settings.CACHE_URL = "redis://127.0.0.1:1/0"
    try:
        assert [program.get(ME).status_code for _ in range(3)] == [200, 200, 200]
    finally:
        middleware._redis.cache_clear()


def test_pages_are_not_limited(client, db, ten_a_minute):
    assert {client.get("/accounts/login/").status_code for _ in range(12)} == {200}


def _request():
    from django.test import RequestFactory

    return RequestFactory().get(ME, REMOTE_ADDR="192.0.2.9")


def _passed():
    from django.http import HttpResponse

    return HttpResponse()
