"""What workers and beat do for imports."""

from celery import shared_task
from django.utils import timezone

from exchange.actions import waiting
from exchange.vocabulary import TIME_LIMIT_MINUTES


@shared_task(time_limit=(TIME_LIMIT_MINUTES + 1) * 60, soft_time_limit=TIME_LIMIT_MINUTES * 60)
def bring(number: int) -> None:
    """Bring one import that waits."""
    waiting.bring(number, at=timezone.now())


@shared_task(time_limit=(TIME_LIMIT_MINUTES + 1) * 60, soft_time_limit=TIME_LIMIT_MINUTES * 60)
def take_up() -> None:
    """Bring what waits though nobody was woken for it."""
    waiting.take_up(at=timezone.now())
