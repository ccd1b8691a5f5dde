"""What administrators do about deliveries that came to nothing."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from accounts.models import User
from common.refusals import Conflict, NotAllowed
from history.deeds import deed, record
from reminders import rules
from reminders.models import Delivery
from reminders.vocabulary import DeliveryState

NOT_YOURS: Final = "Only an administrator sends again what could not be sent."
NOT_DEAD: Final = "This one was not given up, so that there is nothing to send again."


@deed
def retry(deliveries: Collection[int], *, by: User, at: datetime) -> int:
    """Try dead deliveries (ids) again from an instant (UTC) on, as if for the first time; gives how many. Raises NotAllowed.

    What is no longer true by then is skipped all the same.
    """
    if not rules.may_manage_deliveries(by):
        raise NotAllowed(NOT_YOURS)
    number: int = Delivery.objects.dead().filter(pk__in=deliveries).update(state=DeliveryState.PLANNED, attempts=0, next_at=at)
    if number:
        record(by, "retried_deliveries", by=by, template="{actor} had {number} reminders sent again", number=number)
    return number


@deed
def retry_one(delivery: Delivery, *, by: User, at: datetime) -> Delivery:
    """Try one delivery again that was given up. Raises NotAllowed, Conflict."""
    if not retry([delivery.pk], by=by, at=at):
        raise Conflict(NOT_DEAD)
    delivery.refresh_from_db()
    return delivery
