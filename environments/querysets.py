"""The phrases of environments' nouns. Nothing here is ever restricted: every active person sees every environment and service."""

from typing import Any, Self

from django.db import models
from django.db.models import Q


class OpenQuerySet(models.QuerySet[Any]):
    """Nouns that every active person sees."""

    def visible_to(self, user: Any) -> Self:
        return self if user.is_authenticated and (user.is_active or user.is_builtin) else self.none()

    def matching(self, words: str) -> Self:
        """Those whose slug or name holds every word."""
        found = self
        for word in words.split():
            found = found.filter(Q(slug__icontains=word) | Q(name__icontains=word))
        return found


class EnvironmentQuerySet(OpenQuerySet):
    pass


class ServiceQuerySet(OpenQuerySet):
    pass


class RouteQuerySet(OpenQuerySet):
    pass
