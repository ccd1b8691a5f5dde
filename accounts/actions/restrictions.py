"""The end of restrictions, whatever the noun."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import User
from accounts.querysets import RestrictableQuerySet
from history.deeds import deed, record


@deed
def end(
    nouns: Iterable[RestrictableQuerySet[Any]], *, by: User, at: datetime, lock: int, state_of: Callable[[Any], dict[str, Any]]
) -> int:
    """Lift the restrictions of `nouns` that were to end by `at` (UTC); gives how many.

    What becomes visible tells its present state (`state_of`), so that whoever follows the changes learns of the thing at once. Two
    at once are harmless: the one that does not get the advisory lock `lock` does nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if not cursor.fetchone()[0]:
            return 0
    ended: list[Any] = []
    for noun in nouns:
        ended += noun.select_for_update(no_key=True).with_ended_restriction(at).order_by("pk")
    for thing in ended:
        # The named teams stay: they say who it was for.
        thing.restricted_until = None
        thing.save(update_fields=["restricted_until"])
        record(thing, "opened", by=by, template="{subject} is no longer restricted", **state_of(thing))
    return len(ended)
