"""A wrong setting stops the start with a sentence that names it."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from releasecal.environment import Environment


def reading(**variables: str) -> Environment:
    return Environment(variables)


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        (lambda: reading().text("SECRET_KEY"), "SECRET_KEY is not set"),
        (lambda: reading(SECRET_KEY="short").text("SECRET_KEY", at_least=32), "SECRET_KEY has 5 characters; it needs at least 32"),
        (lambda: reading(DEMO="maybe").flag("DEMO", default=False), "DEMO is 'maybe'; write 1 or 0"),
        (lambda: reading(N="-1").number("N", default=1, least=0, most=5), "N is '-1'; write a whole number from 0 to 5"),
        (lambda: reading(N="6").number("N", default=1, least=0, most=5), "N is '6'; write a whole number from 0 to 5"),
        (lambda: reading(N="²").number("N", default=1, least=0, most=5), "N is '²'"),
        (lambda: reading(LOG="LOUD").choice("LOG", {"INFO": "INFO"}, default="INFO"), "LOG is 'LOUD'; choose one of INFO"),
        (lambda: reading(GROUPS="a=b,c").pairs("GROUPS"), "GROUPS has the part 'c'"),
        (lambda: reading(VAR="var").path("VAR", default=Path("/")), "VAR is 'var'; write an absolute path"),
        (lambda: reading(ZONE="Mars/Base").zone("ZONE", default="UTC"), "ZONE is 'Mars/Base'; write an IANA time zone"),
        (
            lambda: reading(URL="ftp://x").url("URL", default="", schemes=("http", "https")),
            "URL is not an address that begins with http://",
        ),
        (lambda: reading().database("DATABASE_URL"), "DATABASE_URL is not set"),
        (lambda: reading(DATABASE_URL="mysql://x/y").database("DATABASE_URL"), "DATABASE_URL is not a PostgreSQL address"),
        (lambda: reading(DATABASE_URL="postgres://host/").database("DATABASE_URL"), "DATABASE_URL is not a PostgreSQL address"),
        (lambda: reading(DATABASE_URL="postgres://host:port/db").database("DATABASE_URL"), "has a port that is no number"),
    ],
)
def test_a_wrong_value_is_refused_by_name(read, sentence):
    with pytest.raises(ImproperlyConfigured, match=r"^The setting ") as refusal:
        read()
    assert sentence in str(refusal.value)


def test_an_empty_variable_counts_as_not_set():
    assert reading(DEMO="").flag("DEMO", default=True) is True


def test_a_database_address_with_a_socket_folder():
    database = reading(D="postgres://me:p%40ss@/cal?host=/run/pg&sslmode=disable").database("D")
    assert (database["USER"], database["PASSWORD"], database["NAME"], database["HOST"]) == ("me", "p@ss", "cal", "/run/pg")
    assert database["OPTIONS"] == {"sslmode": "disable"}


def test_a_mail_address_says_how_it_is_encrypted():
    assert reading(M="smtps://u:p@mail").mail("M", default="") == {
        "EMAIL_HOST": "mail",
        "EMAIL_PORT": 465,
        "EMAIL_HOST_USER": "u",
        "EMAIL_HOST_PASSWORD": "p",
        "EMAIL_USE_SSL": True,
        "EMAIL_USE_TLS": False,
    }


@pytest.mark.parametrize(
    ("address", "other"),
    [("redis://:pw@h:1/0", "redis://:pw@h:1/1"), ("unix:///run/redis.sock?db=0", "unix:///run/redis.sock?db=1")],
)
def test_the_cache_lives_in_another_database_of_the_broker(address, other):
    assert Environment.redis_database(address, 1) == other
