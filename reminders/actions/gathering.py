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
from reminders.vocabulary import Channel, DeliveryState, Pace

#: While a digest is under way the next one takes over, and perhaps the one after that.
_TRIES: Final = 3

Key = tuple[int, datetime]


def is_gathered(wanted: Preference, channel: str) -> bool:
    """Whether what is not urgent comes to somebody together by a channel."""
    return channel == Channel.EMAIL and wanted.pace != Pace.AT_ONCE


def gather(deliveries: Iterable[Delivery], wanted: Mapping[int, Preference], *, at: datetime) -> None:
    """Have deliveries that are not written yet wait for the digests of their recipients after an instant (UTC).

    `wanted`: the preferences of all of them by recipient, locked. What finds no digest is sent as it is.
    """
    left: dict[int, list[Delivery]] = defaultdict(list)
    for one in deliveries:
        left[one.recipient_id].append(one)
    moments = dict.fromkeys(left, at)
    for _ in range(_TRIES):
        if not left:
            return
        for number, some in left.items():
            moments[number] = next_digest(wanted[number], moments[number], some[0].recipient.zone)
        carriers = _carriers({(number, moments[number]) for number in left})
        for number, moment in carriers:
            for one in left.pop(number):
                one.state, one.carrier_id = DeliveryState.GATHERED, carriers[number, moment]


def gather_again(wanted: Preference, *, at: datetime) -> None:
    """Have what is gathered for somebody follow what they want now, as of an instant (UTC): their next digest, or at once."""
    before = list(_open().filter(recipient=wanted.user_id).values_list("pk", flat=True))
    if not before:
        return
    if not is_gathered(wanted, Channel.EMAIL):
        Delivery.objects.filter(pk__in=before).update(next_at=at)
        return
    moment = next_digest(wanted, at, wanted.user.zone)
    carrier = _carriers({(wanted.user_id, moment)}).get((wanted.user_id, moment))
    if carrier is None:
        return
    others = [number for number in before if number != carrier]
    Delivery.objects.filter(carrier__in=others).update(carrier=carrier)
    Delivery.objects.filter(pk__in=others).delete()
    Delivery.objects.filter(pk=carrier).update(next_at=moment)


def _carriers(keys: Collection[Key]) -> dict[Key, int]:
    """The digests of people (ids) at moments (UTC) to which something may still be added, locked; made where there are none."""
    made = [Delivery(recipient_id=number, channel=Channel.EMAIL, digest_at=at, next_at=at) for number, at in sorted(keys)]
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    found = _open().filter(recipient__in={number for number, _ in keys}, digest_at__in={at for _, at in keys})
    rows = found.values_list("recipient_id", "digest_at", "pk")
    return {(number, at): pk for number, at, pk in rows if (number, at) in keys}


def _open() -> Any:
    untried = {"state": DeliveryState.PLANNED, "attempts": 0, "possible_duplicates": 0, "snoozes": 0}
    return (
        Delivery.objects.select_for_update(no_key=True, skip_locked=True).filter(digest_at__isnull=False, **untried).order_by("pk")
    )
