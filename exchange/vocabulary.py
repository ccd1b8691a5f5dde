"""The words of exchange."""

from datetime import timedelta
from typing import Final

from django.db import models


class ImportState(models.TextChoices):
    """How far an import is. A dry run that finds nothing wrong ends as checked."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CHECKED = "checked"
    REFUSED = "refused"
    BROKEN = "broken", "ended by an error"


# What one call takes, so that it never needs more than 400 MB of memory.
GREATEST_SIZE: Final = 50_000_000
GREATEST_NUMBER_OF_ROWS: Final = 50_000
# Of very many wrong rows the first ones are told, and how many more there are.
GREATEST_NUMBER_OF_ERRORS: Final = 500
# How long a second import waits for the first.
PATIENCE_SECONDS: Final = 5
TIME_LIMIT_MINUTES: Final = 15
# How long the files of a dry run are kept for a yes, and what one call may bring along.
KEPT_FOR: Final = timedelta(hours=1)
MOST_FILES: Final = 50
