"""Teams own things and give approvals."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from accounts.querysets import TeamQuerySet
from accounts.vocabulary import validate_region
from common.rows import Row
from common.slugs import shape_constraint, slug_field


class Team(Row):
    """Security, Operations, Payments. Named in addresses and imports by its slug, which is case-sensitive."""

    slug = slug_field(unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    lead = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="led_teams")
    region = models.CharField(
        max_length=6, blank=True, validators=[validate_region], help_text="Whose holidays its due dates skip, such as DE-BY."
    )
    members = models.ManyToManyField("accounts.User", through="accounts.Membership", related_name="teams")

    objects: ClassVar[TeamQuerySet["Team"]] = TeamQuerySet.as_manager()  # type: ignore[assignment]  # a manager with the queryset's methods

    class Meta:
        ordering = ["slug"]
        constraints = [
            shape_constraint("slug", "team_slug_shape"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="team_not_its_own_parent",
                violation_error_message="A team cannot be its own parent.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.parent is not None and self.would_circle(self.parent):
            raise ValidationError({"parent": f"{self.parent} is itself below {self}; a team cannot be above its own parent."})

    def would_circle(self, parent: "Team | None") -> bool:
        """Whether `parent` as this team's parent would make a circle."""
        above: Team | None = parent
        while above is not None:
            if above.pk == self.pk:
                return True
            above = above.parent
        return False


class Membership(Row):
    """Somebody belongs to a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="memberships")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"], name="membership_once", violation_error_message="They belong to it already."
            )
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"
