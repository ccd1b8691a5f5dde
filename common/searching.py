"""Searching by words: each must stand somewhere in what is searched."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

Found = TypeVar("Found", bound=QuerySet[Any])


def with_words(found: Found, words: str, *columns: str, or_is: Callable[[str], Q] | None = None) -> Found:
    """Those in which every word stands, in whatever case, in one of `columns` (or for which `or_is(word)` holds)."""
    for word in words.split():
        anywhere = or_is(word) if or_is else Q()
        for column in columns:
            anywhere |= Q(**{f"{column}__icontains": word})
        found = found.filter(anywhere)
    return found
