"""What beat asks of releases."""

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from releases.actions import approvals, evidence, gates, promotions, readiness, restrictions


@shared_task
def end_restrictions() -> None:
    """Lift the restrictions that are over."""
    restrictions.end_restrictions(by=User.objects.clock(), at=timezone.now())


@shared_task
def miss_promotions() -> None:
    """Let go of what did not start before its approved window ended."""
    promotions.miss(by=User.objects.clock(), at=timezone.now())


@shared_task
def run_on() -> None:
    """Have what runs beyond its plan keep its place."""
    promotions.run_on(by=User.objects.clock(), at=timezone.now())


@shared_task
def sweep_readiness() -> None:
    """Work out anew how ready releases are whom the clock alone has changed."""
    readiness.sweep(at=timezone.now())


@shared_task
def expire_waivers() -> None:
    """Have gates whose waivers have expired be what they are without."""
    gates.expire_waivers(by=User.objects.clock(), at=timezone.now())


@shared_task
def lapse_approvals() -> None:
    """Have what was approved wait again where a yes that it needs has lapsed."""
    approvals.lapse(by=User.objects.clock(), at=timezone.now())


@shared_task
def sweep_evidence() -> None:
    """Delete the files of evidence that came to nothing."""
    evidence.sweep()
