"""Ending the restrictions of programs and projects."""

from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import User
from history.deeds import deed, record
from projects.models import Program, Project

LOCK = 7_235_003


@deed
def end_restrictions(*, by: User, at: datetime) -> int:
    """Lift the restrictions of programs and projects that were to end by `at` (UTC); gives how many.

    What becomes visible tells its present state, so that whoever follows the changes learns of the thing at once. Two at once are
    harmless: the second does nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    ended: list[Program | Project] = []
    for model in (Program, Project):
        ended += model.objects.select_for_update(no_key=True).with_ended_restriction(at).order_by("pk")
    for thing in ended:
        # The named teams stay: they say who it was for.
        thing.restricted_until = None
        thing.save(update_fields=["restricted_until"])
        state: dict[str, Any] = {"code": thing.code, "starts_on": thing.starts_on, "ends_on": thing.ends_on}
        if isinstance(thing, Project):
            state["status"] = thing.status
        record(thing, "opened", by=by, template="{subject} is no longer restricted", **state)
    return len(ended)
