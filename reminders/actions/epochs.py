"""The epoch: whether the database is still the one that was looked at last, or an earlier state of it that came out of a backup.

A backup knows nothing of what was said after it was made. So its database is told from the one it replaces by a file beside it, in
`VAR_DIR`: another name, or fewer looks than the file remembers, and what was due by now is held until an operator has decided.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Value, When

from accounts.models import User
from common.refusals import NotAllowed
from history.deeds import deed, record
from reminders import rules
from reminders.models import Delivery, Epoch, Reminder, WebhookMessage
from reminders.vocabulary import IN_HAND, WAITING, DeliveryState, ReminderState

log = structlog.get_logger(__name__)

#: A machine without a file is a new one, beside others, while somebody looked within this; else the database came to it from elsewhere.
LOOKED_LATELY: Final = timedelta(hours=1)
NOT_YOURS: Final = "Only an administrator decides about held reminders."


@dataclass(frozen=True)
class _Kept:
    name: str
    looks: int


def look(*, at: datetime) -> bool:
    """Count one more look at an instant (UTC), and hold what was due when the database is not the one looked at last; whether it was."""
    with transaction.atomic():
        Epoch.objects.present()
        epoch = Epoch.objects.select_for_update(no_key=True).get()
        is_other = _is_other(epoch, _read(), at)
        if is_other:
            _hold(at)
            epoch.held_until = at
        Epoch.objects.update(looks=F("looks") + 1, looked_at=at, held_until=epoch.held_until)
        transaction.on_commit(lambda: _write(_Kept(str(epoch.name), epoch.looks + 1)))
    return not is_other


def begin_anew() -> None:
    """Give the database another name, as it is restored from a backup: the first look then holds what is due.

    One at which nobody ever looked has said nothing, and stays as it is.
    """
    Epoch.objects.update(name=uuid.uuid4(), looked_at=None)


@deed
def release(*, by: User) -> int:
    """Let what is held be said after all, to people and to webhooks; what is no longer true by then is not.

    Gives how many. Raises NotAllowed.
    """
    _expect(by)
    number = _freed(ReminderState.PLANNED, Case(When(attempts=0, then=Value("planned")), default=Value("failed")), "")
    record(by, "released_reminders", by=by, template="{actor} had {number} reminders said that were held", number=number)
    return number


@deed
def drop(*, by: User) -> int:
    """Let what is held never be said. Gives how many. Raises NotAllowed."""
    _expect(by)
    number = _freed(ReminderState.ADDRESSED, DeliveryState.SKIPPED, "held after a restore, and dropped")
    record(by, "dropped_reminders", by=by, template="{actor} dropped {number} reminders that were held", number=number)
    return number


def _expect(by: User) -> None:
    if not rules.may_manage_deliveries(by):
        raise NotAllowed(NOT_YOURS)
    Epoch.objects.present()
    Epoch.objects.select_for_update(no_key=True).get()


def _freed(reminders: ReminderState, deliveries: object, reason: str) -> int:
    number = Reminder.objects.held().update(state=reminders)
    for held in (Delivery.objects.held(), WebhookMessage.objects.held()):
        number += held.update(state=deliveries, reason=reason)
    Epoch.objects.update(held_until=None)
    return number


def _is_other(epoch: Epoch, kept: _Kept | None, at: datetime) -> bool:
    if kept is None:
        return epoch.looks > 0 and (epoch.looked_at is None or epoch.looked_at < at - LOOKED_LATELY)
    return kept.name != str(epoch.name) or kept.looks > epoch.looks


def _hold(at: datetime) -> None:
    reminders = Reminder.objects.due(at).update(state=ReminderState.HELD)
    deliveries, messages = (
        model.objects.filter(state__in=(*WAITING, *IN_HAND)).update(state=DeliveryState.HELD, claim_token=None, lease_until=None)
        for model in (Delivery, WebhookMessage)
    )
    log.warning("the database was restored: what was due is held", reminders=reminders, deliveries=deliveries, messages=messages)


def _file() -> Path:
    return Path(settings.VAR_DIR) / "epoch.json"


def _read() -> _Kept | None:
    try:
        said = json.loads(_file().read_text())
        return _Kept(str(said["name"]), int(said["looks"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        log.exception("the epoch's file cannot be read", path=str(_file()))
        return None


def _write(kept: _Kept) -> None:
    target = _file()
    new = target.with_name(f"{target.name}.{uuid.uuid4().hex}")
    try:
        new.write_text(json.dumps(vars(kept)))
        new.replace(target)
    except OSError:
        log.exception("the epoch's file cannot be written", path=str(target))
