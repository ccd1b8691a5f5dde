"""What may be kept to a few teams until a date."""

from django.db import models


class Restrictable(models.Model):
    """Seen only by its managers, the named teams, PMO, auditors and administrators while `restricted_until` is not null.

    Restricted *exactly while it is not null*, not while it lies ahead: its end is an event of its own that the clock
    writes, so that whoever follows the changes learns of it. Querysets build on `RestrictableQuerySet`.
    """

    restricted_until = models.DateTimeField(null=True, blank=True)
    restricted_to = models.ManyToManyField("accounts.Team", blank=True, related_name="+")

    class Meta:
        abstract = True

    @property
    def is_restricted(self) -> bool:
        return self.restricted_until is not None
