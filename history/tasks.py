"""What beat asks of history."""

from celery import shared_task

from history.actions import anchor_head


@shared_task
def anchor() -> None:
    """Write the head of the chain where the database's owner cannot reach it."""
    anchor_head()
