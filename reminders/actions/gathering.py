"""Gathering: what is not urgent waits for one message at the time its recipient chose, which carries all of it.

A digest is a delivery of its own: claimed, leased and settled as any other. Only while nobody has it in hand and nothing was tried is
something added to it, under its lock, which who claims deliveries leaves alone: what is gathered is in this message, or in the next.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from reminders.models import Delivery, Preference
from reminders.queries.quietness import next_digest
from reminders.vocabulary import CARRIED, DeliveryState, Pace

#: While a digest is under way the next one takes over, and perhaps the one after that.
_TRIES: Final = 3

#: Somebody (id), a way, and a moment (UTC).
Key = tuple[int, str, datetime]


def is_gathered(wanted: Preference, channel: str) -> bool:
    """Whether what is not urgent comes to somebody together by a channel."""
    return channel in CARRIED and wanted.pace != Pace.AT_ONCE


def gather(deliveries: Iterable[Delivery], wanted: Mapping[int, Preference], *, at: datetime) -> None:
    """Have deliveries that are not written yet wait for the digests of their recipients after an instant (UTC).

    `wanted`: the preferences of all of them by recipient, locked. What finds no digest is sent as it is.
    """
    left: dict[tuple[int, str], list[Delivery]] = defaultdict(list)
    for one in deliveries:
        left[one.recipient_id, one.channel].append(one)
    moments = dict.fromkeys(left, at)
    for _ in range(_TRIES):
        if not left:
            return
        for whose, some in left.items():
            moments[whose] = next_digest(wanted[whose[0]], moments[whose], some[0].recipient.zone)
        for key, carrier in _carriers({(*whose, moments[whose]) for whose in left}).items():
            for one in left.pop(key[:2]):
                one.state, one.carrier_id = DeliveryState.GATHERED, carrier


def gather_again(wanted: Preference, *, at: datetime) -> None:
    """Have what is gathered for somebody follow what they want now, as of an instant (UTC): their next digest, or at once."""
    for channel in CARRIED:
        before = list(_open().filter(recipient=wanted.user_id, channel=channel).values_list("pk", flat=True))
        if before:
            _move(before, channel, wanted, at)


def _move(before: Collection[int], channel: str, wanted: Preference, at: datetime) -> None:
    """Have somebody's digests by a channel (ids, locked) be one, at their next moment after an instant (UTC), or come at once."""
    if not is_gathered(wanted, channel):
        Delivery.objects.filter(pk__in=before).update(next_at=at)
        return
    key = (wanted.user_id, channel, next_digest(wanted, at, wanted.user.zone))
    carrier = _carriers({key}).get(key)
    if carrier is None:
        return
    others = [number for number in before if number != carrier]
    Delivery.objects.filter(carrier__in=others).update(carrier=carrier)
    Delivery.objects.filter(pk__in=others).delete()
    Delivery.objects.filter(pk=carrier).update(next_at=key[2])


def _carriers(keys: Collection[Key]) -> dict[Key, int]:
    """The digests of people by ways at moments to which something may still be added, locked; made where there are none."""
    made = [Delivery(recipient_id=number, channel=channel, digest_at=at, next_at=at) for number, channel, at in sorted(keys)]
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    found = _open().filter(recipient__in={number for number, *_ in keys}, digest_at__in={at for *_, at in keys})
    rows = found.values_list("recipient_id", "channel", "digest_at", "pk")
    return {key: pk for *columns, pk in rows if (key := (columns[0], columns[1], columns[2])) in keys}


def _open() -> Any:
    untried = {"state": DeliveryState.PLANNED, "attempts": 0, "possible_duplicates": 0, "snoozes": 0}
    return (
        Delivery.objects.select_for_update(no_key=True, skip_locked=True).filter(digest_at__isnull=False, **untried).order_by("pk")
    )
