"""The phrases of imports."""

from datetime import datetime
from typing import Any, Self

from django.db import models

from accounts.vocabulary import Role
from exchange.vocabulary import ImportState


class ImportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own; auditors and administrators see all."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_role(Role.AUDITOR, Role.ADMINISTRATOR) else self.filter(actor_id=user.pk)

    def waiting(self) -> Self:
        """Those nobody has begun, the oldest first."""
        return self.filter(state=ImportState.WAITING).order_by("pk")

    def stuck_since(self, moment: datetime) -> Self:
        """Those that began before and never ended: whoever did them is gone."""
        return self.filter(state=ImportState.RUNNING, started_at__lt=moment)
