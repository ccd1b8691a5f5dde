"""The names that stand in addresses: codes and slugs."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
SHAPE_IN_SQL = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
RESERVED = "new"
GREATEST_LENGTH = 100


def problem_with(value: str) -> str | None:
    """Why `value` cannot stand in an address, as a sentence; None when it can. Case matters."""
    if value == RESERVED:
        return "“new” is reserved; choose another."
    if len(value) > GREATEST_LENGTH:
        return f"It has {len(value)} characters; at most {GREATEST_LENGTH} are kept."
    if not SHAPE.fullmatch(value):
        return "Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit."
    return None


def validate(value: str) -> None:
    problem = problem_with(value)
    if problem:
        raise ValidationError(f"“{value[:60]}” can't stand in an address. {problem}")


def slug_field(**options: object) -> "models.CharField[str, str]":
    """A column for a slug or code."""
    return models.CharField(max_length=GREATEST_LENGTH, validators=[validate], **options)  # type: ignore[arg-type]  # passed through


def shape_constraint(field: str, name: str) -> models.CheckConstraint:
    """What holds the shape in the database."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__regex": SHAPE_IN_SQL}) & ~Q(**{field: RESERVED}),
        name=name,
        violation_error_message="A code or slug has letters, digits, dots, hyphens and underscores, and is not “new”.",
    )
