"""What wakes reminders."""

from collections.abc import Sequence
from typing import Any, Final

from django.dispatch import receiver

from history.deeds import Said
from history.signals import committed
from reminders.actions import waking
from reminders.queries.kinds import KINDS

#: Of what something may be said, to people or to webhooks; whatever else there is waits for the clock.
CONCERNING: Final = frozenset({"release", "promotion", "gate", "output", "project", "rule", "webhook", *KINDS})


@receiver(committed)
def look_for_reminders(facts: Sequence[Said], **_: Any) -> None:
    """What happened may have to be told, and move what is planned: have somebody look."""
    if any(fact.kind in CONCERNING for fact in facts):
        waking.to_look()
