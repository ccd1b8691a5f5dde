"""Pages that show answer to GET and HEAD only, whatever else is asked of them."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import UserFactory

PAGES = [
    "/", "/releases/", "/promotions/", "/live/", "/projects/", "/programs/", "/outputs/", "/milestones/",
    "/environments/", "/services/", "/routes/", "/releases/REL-1/", "/projects/x/", "/environments/x/",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_pages_are_only_read(client: Client, page: str):
    reader: Any = UserFactory()
    client.force_login(reader)
    assert {client.generic(method, page).status_code for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS")} == {405}
    assert client.head(page).status_code == client.get(page).status_code
