"""Statistics of the database's planner, which many new rows make wrong."""

from typing import Final

import structlog
from django.db import DatabaseError, connection

log = structlog.get_logger(__name__)

#: So many rows are many.
MANY: Final = 500


def refresh_after(rows: int) -> None:
    """Have tables counted anew after so many rows came or changed, for one who has committed them; below `MANY` nothing happens.

    The server would do so itself a minute later. Until then it takes large tables for empty ones, and a month's page that takes a
    moment takes minutes. Where that fails, the server's own count is waited for.
    """
    if rows < MANY:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT exchange_refresh_statistics()")
    except DatabaseError:
        log.warning("statistics were not refreshed after an import", exc_info=True)
