"""Ending the restrictions of releases."""

from datetime import datetime

from django.db import connection

from accounts.models import User
from history.deeds import deed, record
from releases.models import Release

LOCK = 7_235_004


@deed
def end_restrictions(*, by: User, at: datetime) -> int:
    """Lift the restrictions of releases that were to end by `at` (UTC); gives how many.

    What becomes visible tells its present state, so that whoever follows the changes learns of the thing at once. Two at once are
    harmless: the second does nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    ended = list(Release.objects.select_for_update(no_key=True).with_ended_restriction(at).order_by("pk"))
    for release in ended:
        # The named teams stay: they say who it was for.
        release.restricted_until = None
        release.save(update_fields=["restricted_until"])
        record(
            release,
            "opened",
            by=by,
            template="{subject} is no longer restricted",
            status=release.status,
            version=release.version,
            urgency=release.urgency,
            commitment=release.commitment,
        )
    return len(ended)
