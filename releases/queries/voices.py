"""Who a person speaks for: themselves, and those who are away and named them."""

from datetime import datetime

from accounts.models import Absence, User
from accounts.vocabulary import AccountKind


def voices(by: User, at: datetime) -> list[User]:
    """Who a person speaks for at an instant (UTC): themselves, and those who are away then and named them. No program speaks."""
    if by.kind != AccountKind.PERSON or not by.writes_what_is_theirs:
        return []
    away = Absence.objects.at(at).filter(delegate=by).select_related("user").order_by("id")
    return [by, *(absence.user for absence in away if absence.user.writes_what_is_theirs)]
