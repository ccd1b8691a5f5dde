"""What beat asks of projects."""

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from projects.actions import restrictions


@shared_task
def end_restrictions() -> None:
    """Lift the restrictions that are over."""
    restrictions.end_restrictions(by=User.objects.clock(), at=timezone.now())
