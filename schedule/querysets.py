"""The phrases of saved views and feeds. Doors start with `.visible_to(user)`."""

from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q

from accounts.querysets import token_digest

M = TypeVar("M", bound=models.Model)


class SavedViewQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Any) -> Self:
        """One's own, and those that others share."""
        return self.filter(Q(owner=user) | Q(is_shared=True)) if _may_look(user) else self.none()

    def owned_by(self, user: Any) -> Self:
        return self.filter(owner=user)

    def default_of(self, user: Any) -> dict[str, Any] | None:
        """The filters with which the calendar opens for `user`; None without any."""
        found: dict[str, Any] | None = self.filter(owner=user, is_default=True).values_list("filters", flat=True).first()
        return found or None


class FeedQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Any) -> Self:
        """One's own only."""
        return self.filter(owner=user) if _may_look(user) else self.none()

    def with_secret(self, secret: str) -> Self:
        """The one feed of this secret, whatever its state."""
        return self.filter(digest=feed_digest(secret))


def feed_digest(secret: str) -> str:
    """What is stored of a feed's secret. Never that of an API token: the two are different keys to different doors."""
    return token_digest(f"feed:{secret}")


def _may_look(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_active)
