"""What programs were answered, for those who ask again because they never heard it."""

from django.db import models
from django.db.models import Q


class IdempotencyKey(models.Model):
    """The answer to one POST with an `Idempotency-Key`, kept for 24 hours. Machinery: no deed, no history.

    `name` is the SHA-256 of caller (token or session), address and key; `body_digest` that of what was sent. Answers that tell a
    secret keep everything but the secret.
    """

    name = models.CharField(max_length=64, unique=True)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100)
    location = models.CharField(max_length=2_000, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    answer = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(status__range=(200, 299)), name="idempotencykey_of_a_success")]

    def __str__(self) -> str:
        return f"answer {self.pk}"
