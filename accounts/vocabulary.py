"""The words of accounts: roles, kinds of account, scopes of tokens, and the shapes of zones and regions."""

import re
from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models


class Role(models.TextChoices):
    """What somebody may do, beyond reading. Each is a Django group of this name, so that single sign-on can map it."""

    PMO = "PMO", "PMO"
    PROJECT_MANAGER = "Project manager", "Project manager"
    RELEASE_MANAGER = "Release manager", "Release manager"
    ENVIRONMENT_MANAGER = "Environment manager", "Environment manager"
    POLICY_OWNER = "Policy owner", "Policy owner"
    AUDITOR = "Auditor", "Auditor"
    ADMINISTRATOR = "Administrator", "Administrator"


class AccountKind(models.TextChoices):
    """A person, a program that calls the API, or an account of Releasecal's own that nobody can sign in as."""

    PERSON = "person", "Person"
    SERVICE = "service", "Service account"
    BUILTIN = "builtin", "Built in"


class BuiltIn(models.IntegerChoices):
    """The accounts that exist from the first migration on, by their fixed ids, and who they are."""

    OPERATOR = 1, "Operator at the shell"
    CLOCK = 2, "The clock"
    DOORKEEPER = 3, "The sign-in"


class Scope(models.TextChoices):
    """What a token may be used for. A browser session has all of them."""

    READ = "read", "Read"
    WRITE = "write", "Write"
    APPROVE = "approve", "Approve and decide"
    ADMIN = "admin", "Administer"


# How much one comment holds, in characters and in people it names.
LONGEST_COMMENT = 10_000
MOST_MENTIONED = 20

TOKEN_START = "rc_"  # noqa: S105 - the public beginning of every token, not a secret
TOKEN_BITS = 160
DEMO_PASSWORD = "demo"  # noqa: S105 - printed on the sign-in page of every demonstration, and good nowhere else
# When a session began and when it was last used, as seconds since 1970 inside the session.
SESSION_BEGAN = "began"
SESSION_SEEN = "seen"
FORMER_COLLEAGUE = "former colleague"

REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


@cache
def time_zones() -> frozenset[str]:
    """Every IANA zone this machine knows, without the aliases of files (`posix/`, `right/`, `localtime`)."""
    return frozenset(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def validate_time_zone(value: str) -> None:
    """Refuse what is not an IANA time zone."""
    if value not in time_zones():
        raise ValidationError(f"“{value}” is not a time zone we know; write one such as Europe/Berlin.")


def validate_region(value: str) -> None:
    """Refuse what is not a country (ISO 3166-1) with or without a subdivision (ISO 3166-2), such as DE or DE-BY."""
    if not REGION.fullmatch(value):
        raise ValidationError(f"“{value}” is not a region; write a country such as DE, or a part of one such as DE-BY.")
