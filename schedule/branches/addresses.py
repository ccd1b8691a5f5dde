"""Addresses of what entries stand for: reversed once, since a calendar names hundreds of them."""

from functools import cache

from django.conf import settings
from django.urls import reverse

_SAMPLE = "1"


def page(noun: str, name: object) -> str:
    """The page of a thing by the name it has in addresses (id, code or key)."""
    before, after = _around(noun)
    return f"{before}{name}{after}"


def card(entry: str) -> str:
    """Where the card of an entry comes from, by its id (`promotion-7`)."""
    before, after = _around_cards()
    return f"{before}{entry}{after}"


def in_rest(plural: str, name: object) -> str:
    return f"/api/v1/{plural}/{name}/"


def secret_ones(secret: str) -> dict[str, str]:
    """The whole addresses of a feed's secret: for calendar programs, and for people without an account."""
    return {
        "secret_url": f"{settings.BASE_URL}{reverse('feed', args=[secret])}",
        "page_url": f"{settings.BASE_URL}{reverse('shared-calendar', args=[secret])}",
    }


@cache
def _around(noun: str) -> tuple[str, str]:
    before, _, after = reverse(noun, args=[_SAMPLE]).rpartition(_SAMPLE)
    return before, after


@cache
def _around_cards() -> tuple[str, str]:
    before, _, after = reverse("schedule-card", args=["promotion", int(_SAMPLE)]).rpartition(f"promotion-{_SAMPLE}")
    return before, after
