"""Verbs on one's inbox: read what lies in it, or keep it for later.

What somebody has read is theirs alone: machinery, told to nobody.
"""

from datetime import datetime
from typing import Any

from accounts.models import User
from common.refusals import NotVisible
from common.rows import NOT_HERE
from reminders.models import Delivery


def read(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Mark one as read at an instant (UTC); read before, it stays as it is. Raises NotVisible for another person's."""
    _mine(delivery, by).filter(read_at=None).update(read_at=at)
    return _fresh(delivery, by)


def keep_unread(delivery: Delivery, *, by: User) -> Delivery:
    """Have one count as unread again. Raises NotVisible for another person's."""
    _mine(delivery, by).update(read_at=None)
    return _fresh(delivery, by)


def read_all(*, by: User, at: datetime, until: int | None = None) -> int:
    """Mark as read what lies in the inbox, `until` the one of this id if that is given; gives how many there were."""
    found = Delivery.objects.in_inbox_of(by).unread()
    if until is not None:
        found = found.filter(pk__lte=until)
    return int(found.update(read_at=at))


def _mine(delivery: Delivery, by: User) -> Any:
    return Delivery.objects.in_inbox_of(by).filter(pk=delivery.pk)


def _fresh(delivery: Delivery, by: User) -> Delivery:
    found: Delivery | None = _mine(delivery, by).first()
    if found is None:
        raise NotVisible(NOT_HERE)
    return found
