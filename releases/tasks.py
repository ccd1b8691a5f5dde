"""What beat asks of releases."""

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from releases.actions import gates, restrictions


@shared_task
def end_restrictions() -> None:
    """Lift the restrictions that are over."""
    restrictions.end_restrictions(by=User.objects.clock(), at=timezone.now())


@shared_task
def expire_waivers() -> None:
    """Have gates whose waivers have expired be what they are without."""
    gates.expire_waivers(by=User.objects.clock(), at=timezone.now())
