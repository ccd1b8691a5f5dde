"""In which state the rows are that the calendar shows."""

from history import queries
from schedule.vocabulary import TABLES


def state() -> bytes | None:
    """What the last event that changed any of them is known by; see `history.queries.state`."""
    return queries.state(TABLES)
