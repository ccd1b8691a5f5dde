"""Keys for programs."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.querysets import ApiTokenQuerySet
from accounts.vocabulary import Scope
from common.rows import Row


class ApiToken(Row):
    """A person's or a service account's key to the API. Its secret is shown once; only an HMAC of it is stored."""

    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, help_text="The secret's beginning, to tell tokens apart.")
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="At most once a minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ApiTokenQuerySet["ApiToken"]] = ApiTokenQuerySet.as_manager()  # type: ignore[assignment]  # a manager with the queryset's methods

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values) & Q(scopes__len__gt=0),
                name="apitoken_scopes_known",
                violation_error_message="A token has at least one of the known scopes.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_alive(self, at: datetime) -> bool:
        """Neither revoked nor expired at an instant."""
        return self.revoked_at is None and at < self.expires_at
