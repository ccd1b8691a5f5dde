"""What beat asks of accounts."""

from celery import shared_task
from django.utils import timezone

from accounts.actions import answers


@shared_task
def forget_answers() -> None:
    """Delete what programs were answered more than a day ago."""
    answers.forget(at=timezone.now())
