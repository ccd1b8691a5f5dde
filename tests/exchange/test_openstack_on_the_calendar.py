"""The OpenStack data on the calendar, from 1 September 2025 to 1 November 2026: over REST with cursors of any size, and as a page."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.vocabulary import Role
from tests.factories import UserFactory

RANGE = "from=2025-09-01&to=2026-11-01&kind=promotion&kind=milestone"
DAYS = (date(2026, 11, 1) - date(2025, 9, 1)).days


@pytest.fixture
def reader(openstack: Any) -> Iterator[Client]:
    """Somebody who is signed in, and was never there afterwards."""
    with transaction.atomic():
        client = Client()
        passer_by: Any = UserFactory(roles=[Role.PMO])
        client.force_login(passer_by)
        yield client
        transaction.set_rollback(True)


@pytest.mark.parametrize("limit", [1000, 100, 7])
def test_over_rest_with_cursors_of_any_size(reader: Client, limit: int):
    entries: list[dict] = []
    address = f"/api/v1/schedule/?{RANGE}&limit={limit}"
    while address:
        page = reader.get(address).json()
        entries += page["results"]
        address = page["next"]
    kinds = Counter(entry["kind"] for entry in entries)
    places = Counter(entry["environments"][0] for entry in entries if entry["kind"] == "promotion")
    subkinds = Counter(entry["subkind"] for entry in entries if entry["kind"] == "milestone")
    assert (kinds["milestone"], subkinds["freeze"], subkinds["deadline"]) == (80, 22, 8)
    assert places == {"published": 549, "candidate": 92}
    assert len({entry["id"] for entry in entries}) == len(entries)


def test_on_the_agenda(reader: Client):
    kinds: Counter[str] = Counter()
    places: Counter[str] = Counter()
    address = f"/?view=agenda&date=2025-09-01&days={DAYS}"
    while address:
        page = reader.get(address).content.decode()
        kinds.update(re.findall(r'<(?:a|span) class="entry k-(\w+)[^"]*" href', page))
        places.update(re.findall(r'<a href="/environments/(\w+)/">', page))
        following = re.search(r'rel="next" href="([^"]+)" hx-get', page)
        address = "/" + following[1].replace("&amp;", "&") if following else ""
    assert (kinds["milestone"], kinds["promotion"]) == (80, 641)
    assert places == {"published": 549, "candidate": 92}


def test_every_month_adds_up(reader: Client):
    """What the tables of the months draw and count together is what the range holds."""
    counted = 0
    for month in (date(2025 + (8 + at) // 12, (8 + at) % 12 + 1, 1) for at in range(14)):
        page = reader.get(f"/?view=month&date={month.isoformat()}&kind=promotion&kind=milestone").content.decode()
        kinds = dict(re.findall(r'name="kind" value="(\w+)".*?<span class="choice-count">(\d+)</span>', page, re.DOTALL))
        counted += int(kinds["promotion"]) + int(kinds["milestone"])
    assert counted == 721
