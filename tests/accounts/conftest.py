"""The cast of accounts' tests, and doors to sign in by. Imports of ours are inside: this file is read before Django is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.vocabulary import Role

PASSWORD = "a long enough secret"


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    """Limits live in the cache, which transactions don't take back."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def cheap_passwords(settings: Any) -> None:
    """Passwords are dear to check on purpose, and these tests check hundreds."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def operator(db: None) -> User:
    from accounts.models import User

    operator: User = User.objects.operator()
    return operator


@pytest.fixture
def make_person(operator: User) -> Callable[..., User]:
    """Makes somebody with the usual password: `make_person("rita", Role.PMO)`."""

    from accounts.actions import people

    def make(local: str, *roles: Role, **kwargs: Any) -> User:
        return people.add(
            by=operator,
            email=f"{local}@example.org",
            name=f"{local.capitalize()} Example",
            roles=roles,
            password=PASSWORD,
            **kwargs,
        )

    return make


@pytest.fixture
def ada_the_administrator(make_person: Callable[..., User]) -> User:
    from accounts.vocabulary import Role

    return make_person("ada", Role.ADMINISTRATOR)


@pytest.fixture
def vera_the_viewer(make_person: Callable[..., User]) -> User:
    return make_person("vera")


@pytest.fixture
def browser_of() -> Callable[[User], Client]:
    """A browser in which somebody is signed in by the sign-in page itself."""

    def sign_in(user: User) -> Client:
        client = Client()
        response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
        assert response.status_code == 302, response.content.decode()
        return client

    return sign_in


@pytest.fixture
def program_of(operator: User) -> Callable[..., Client]:
    """A program that calls the API with a new token of somebody: `program_of(vera, "read")`."""

    from accounts.actions import tokens

    def connect(user: User, *scopes: str, days: int = 90) -> Client:
        _, secret = tokens.make(
            user, by=operator, name="test", scopes=scopes or ("read", "write", "approve", "admin"), days=days, at=timezone.now()
        )
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return connect


def confirm(client: Client) -> None:
    """Say the password once more, as the page asks before keys are made."""
    response = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
