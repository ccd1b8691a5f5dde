"""Refusals come out of both doors as what each understands: a page or fragment, or a problem document."""

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import IntegrityError, OperationalError
from django.http import Http404
from django.test import RequestFactory

from common.doors import answer, as_refusal, problem
from common.refusals import BadInput, Busy, Conflict, Gone, IllegalMove, NotAllowed, NotVisible, Refusal, RuleBroken, Stale, TooMany

KINDS = [
    (BadInput("x"), 400),
    (NotAllowed("x"), 403),
    (NotVisible("x"), 404),
    (Conflict("x"), 409),
    (IllegalMove("x"), 409),
    (Gone("x"), 410),
    (Stale("x"), 412),
    (RuleBroken("x"), 422),
    (TooMany("x", retry_after=7), 429),
    (Busy("x"), 503),
]


@pytest.mark.parametrize(("refusal", "status"), KINDS)
def test_a_client_gets_a_problem_document(refusal, status):
    response = answer(RequestFactory().get("/api/v1/x/"), refusal)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert problem(refusal) == {"type": "about:blank", "title": refusal.title, "status": status, "detail": "x"}


def test_fields_and_requirements_are_named():
    refusal = RuleBroken("Not yet.", errors={"ends_at": ["before the start"]}, requirements=[{"type": "gate"}])
    assert problem(refusal)["errors"] == {"ends_at": ["before the start"]}
    assert problem(refusal)["requirements"] == [{"type": "gate"}]


def database_error(kind: type[Exception], code: str) -> Exception:
    class Cause(Exception):
        pgcode = code

    error = kind("…")
    error.__cause__ = Cause()
    return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404(), 404),
        (PermissionDenied("No."), 403),
        (ValidationError({"name": ["too long"]}), 400),
        (RequestDataTooBig(), 413),
        (database_error(IntegrityError, "23505"), 409),
        (database_error(IntegrityError, "23P01"), 409),
        (database_error(OperationalError, "57014"), 503),
        (database_error(OperationalError, "55P03"), 503),
        (OperationalError("no connection"), 503),
    ],
)
def test_what_others_raise_is_translated_too(error, status):
    refusal = as_refusal(error)
    assert isinstance(refusal, Refusal)
    assert refusal.status == status
    assert refusal.sentence


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyError("x"), database_error(IntegrityError, "23502")])
def test_a_mistake_of_ours_is_not_hidden(error):
    assert as_refusal(error) is None


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "kind"), [("/api/v1/nowhere/", "application/problem+json"), ("/nowhere/", "text/html")])
def test_unknown_addresses_answer_as_their_door_does(client, path, kind):
    response = client.get(path)
    assert response.status_code == 404
    assert response["Content-Type"].startswith(kind)


@pytest.mark.django_db
def test_an_address_without_its_slash_is_not_redirected(client):
    assert client.get("/api/v1/releases").status_code == 404


@pytest.mark.django_db
def test_retry_after_stands_in_the_header():
    assert answer(RequestFactory().get("/api/v1/x/"), TooMany("x", retry_after=7))["Retry-After"] == "7"
