"""A POST with an Idempotency-Key is done once, also when two come at the same time, and its answer is kept for a day."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.actions import answers
from accounts.models import ApiToken, IdempotencyKey
from accounts.vocabulary import Role, Scope
from environments.models import Environment
from tests.callers import Caller
from tests.factories import UserFactory

BODY = {"slug": "prod", "name": "Production", "stage": "production"}
KEY = {"Idempotency-Key": "k"}


@pytest.fixture
def caller(db: None) -> Caller:
    return Caller(Role.ENVIRONMENT_MANAGER, scopes=(Scope.READ, Scope.WRITE, Scope.ADMIN))


def test_an_answer_is_kept_for_a_day_and_then_forgotten(caller: Caller):
    now = timezone.now()
    assert caller.send("POST", "environments/", BODY, **KEY).status_code == 201
    with time_machine.travel(now + timedelta(hours=23, minutes=59)):
        assert answers.forget(at=timezone.now()) == 0
        assert caller.send("POST", "environments/", BODY, **KEY)["Idempotency-Replayed"] == "true"
    later = timezone.now() + timedelta(hours=24, minutes=1)
    assert answers.forget(at=later) == 1
    assert not IdempotencyKey.objects.exists()
    assert caller.send("POST", "environments/", BODY, **KEY).status_code == 409, "done anew: the slug is taken"


def test_the_secret_of_a_token_is_told_once_and_kept_nowhere(caller: Caller):
    body = {"name": "pipeline", "scopes": ["read"], "days": 3}
    first = caller.send("POST", "tokens/", body, **KEY)
    again = caller.send("POST", "tokens/", body, **KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() | {"secret": first.json()["secret"]}
    assert ApiToken.objects.filter(name="pipeline").count() == 1
    assert first.json()["secret"].encode() not in bytes(IdempotencyKey.objects.get().answer)


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "ümlaut"])
def test_a_key_is_printable_and_short(caller: Caller, key: str):
    assert caller.send("POST", "environments/", BODY, **{"Idempotency-Key": key}).status_code == 400
    assert not Environment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done_and_the_others_hear_it_or_that_it_runs():
    user: Any = UserFactory(roles=[Role.ENVIRONMENT_MANAGER])
    caller = Caller(user=user, scopes=(Scope.READ, Scope.WRITE))
    start = threading.Barrier(8)
    found: list[tuple[int, bytes]] = []

    def send() -> None:
        start.wait()
        try:
            answer = caller.send("POST", "environments/", BODY, **KEY)
            found.append((answer.status_code, answer.content))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = {body for status, body in found if status == 201}
    assert len(found) == 8
    assert len(done) == 1
    assert {status for status, _ in found} <= {201, 409}
    assert Environment.objects.count() == 1
    assert all(b"still running" in body for status, body in found if status == 409)
