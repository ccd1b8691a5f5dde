"""Rules and deliveries in words."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.db import models

from reminders.models import Rule
from reminders.vocabulary import Audience, Channel, DeliveryState, OffsetUnit

#: What became of a delivery, as people read it.
STATES: Final[Mapping[str, str]] = {
    DeliveryState.PLANNED.value: "waiting",
    DeliveryState.LEASED.value: "in hand",
    DeliveryState.HANDING_OVER.value: "being handed over",
    DeliveryState.SENT.value: "sent",
    DeliveryState.FAILED.value: "refused for now",
    DeliveryState.DEAD.value: "given up",
    DeliveryState.SKIPPED.value: "left out",
    DeliveryState.HELD.value: "held",
    DeliveryState.GATHERED.value: "in a digest",
}


def when_said(rule: Rule) -> str:
    """The offsets of a rule in words: `5, 1 working days before, on the day`."""
    before = sorted((-each for each in rule.offsets if each < 0), reverse=True)
    after = sorted(each for each in rule.offsets if each > 0)
    at = "at the moment" if rule.unit == OffsetUnit.HOURS else "on the day"
    said = [_counted(before, rule.unit, "before"), at if 0 in rule.offsets else "", _counted(after, rule.unit, "after")]
    return ", ".join(each for each in said if each)


def to_whom(rule: Rule) -> str:
    return _named(Audience, rule.audiences)


def by_which_way(rule: Rule) -> str:
    return _named(Channel, rule.channels)


def _counted(numbers: list[int], unit: str, side: str) -> str:
    words = OffsetUnit(unit).label.lower()
    return f"{', '.join(map(str, numbers))} {words if numbers != [1] else words.removesuffix('s')} {side}" if numbers else ""


def _named(vocabulary: type[models.TextChoices], words: Iterable[str]) -> str:
    said = (str(vocabulary(word).label) for word in words)
    return ", ".join(each[:1].lower() + each[1:] for each in said)
