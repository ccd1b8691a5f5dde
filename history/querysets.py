"""What one asks of events."""

from typing import Any, Self

from django.db import models


class EventQuerySet(models.QuerySet[Any]):
    def numbered(self) -> Self:
        """Committed ones, in commit order."""
        return self.filter(number__isnull=False).order_by("number")

    def after(self, number: int) -> Self:
        return self.numbered().filter(number__gt=number)
