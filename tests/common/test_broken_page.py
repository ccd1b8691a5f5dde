"""The page about what broke must not break: it needs neither the reader nor the database."""

from django.db import OperationalError, connection

from tests.factories import UserFactory


def refuse(*args):
    raise OperationalError("the server closed the connection unexpectedly")


def test_a_reader_is_told_that_the_database_is_gone(client, db):
    client.force_login(UserFactory())
    client.raise_request_exception = False
    with connection.execute_wrapper(refuse):
        response = client.get("/me/")
    assert response.status_code in (500, 503)
    assert "nothing was changed" in response.text
    assert 'href="/"' in response.text


def test_a_refusal_of_the_server_says_when_to_come_back(client, settings, db):
    settings.ROOT_URLCONF = "tests.browser.specimen.urls"
    response = client.get("/broken/")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "The database does not answer" in response.text
