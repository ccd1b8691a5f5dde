"""What must be true of releases together with what others did."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from accounts.models import User
from history.deeds import Deed, Said
from history.signals import recorded
from releases.actions import deployments


@receiver(recorded)
def recompute_where_parts_changed(deed: Deed, facts: Sequence[Said], **_: Any) -> None:
    """What is in an environment is in each of its parts: other parts, other deployments."""
    environments = {fact.id for fact in facts if fact.kind == "environment" and "parts" in fact.data.get("columns", ())}
    if environments:
        deployments.recompute(deployments.places_in(environments), by=User(pk=deed.actor_id))
