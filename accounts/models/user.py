"""Everybody who acts: people, service accounts, and the built-in ones."""

from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.querysets import UserManager
from accounts.vocabulary import FORMER_COLLEAGUE, AccountKind, Role, validate_region, validate_time_zone
from common.rows import Row


class User(AbstractBaseUser, PermissionsMixin, Row):
    """An account, signed in by e-mail. Never deleted: only deactivated and, on demand, made nameless.

    Names and addresses live here and nowhere else; history holds ids only.
    """

    email = models.EmailField("e-mail address", unique=True, help_text="In lower case; it is what one signs in with.")
    name = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_time_zone], help_text="IANA name; empty means the zone of the installation."
    )
    region = models.CharField(
        max_length=6, blank=True, validators=[validate_region], help_text="Whose holidays count, such as DE-BY."
    )
    kind = models.CharField(max_length=10, choices=AccountKind, default=AccountKind.PERSON)
    is_active = models.BooleanField("active", default=True, help_text="Whether one can sign in. People who leave are deactivated.")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_lower",
                violation_error_message="Addresses are kept in lower case.",
            ),
            models.CheckConstraint(
                condition=~Q(kind=AccountKind.BUILTIN, is_active=True),
                name="user_builtin_cannot_sign_in",
                violation_error_message="Nobody can sign in as a built-in account.",
            ),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="user_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name or FORMER_COLLEAGUE

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split()[0]

    @cached_property
    def role_names(self) -> frozenset[str]:
        """The names of the roles held, read once per instance."""
        return frozenset(self.groups.values_list("name", flat=True))

    def has_role(self, *roles: Role) -> bool:
        """Whether one of `roles` is held. Inactive accounts hold none."""
        return self.is_active and not self.role_names.isdisjoint(roles)

    @property
    def is_administrator(self) -> bool:
        return self.has_role(Role.ADMINISTRATOR)

    @property
    def is_staff(self) -> bool:
        """Whether the administration pages open; Django asks for it by this name."""
        return self.is_administrator

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used: whoever may administer may do so with everything it shows."""
        return self.is_administrator

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_administrator

    @property
    def is_builtin(self) -> bool:
        return self.kind == AccountKind.BUILTIN

    @property
    def is_service(self) -> bool:
        return self.kind == AccountKind.SERVICE

    @property
    def sees_everything(self) -> bool:
        """PMO, auditors and administrators see restricted things too, and so do the built-in accounts."""
        return self.is_builtin or self.has_role(Role.PMO, Role.AUDITOR, Role.ADMINISTRATOR)

    @property
    def writes_what_is_theirs(self) -> bool:
        """Whether managing a thing, or belonging to the team that owns it, lets them write it: not auditors, who write nothing."""
        return self.is_active and not self.has_role(Role.AUDITOR)

    @cached_property
    def team_ids(self) -> frozenset[int]:
        """The teams one leads or belongs to, read once per instance."""
        return frozenset(self.memberships.values_list("team_id", flat=True).union(self.led_teams.values_list("id", flat=True)))

    @property
    def zone(self) -> ZoneInfo:
        """In which this person reads times."""
        return ZoneInfo(self.time_zone or settings.DEFAULT_ZONE)
