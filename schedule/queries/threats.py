"""Which entries are threatened, and by what."""

from collections.abc import Iterable

from releases.verdicts import NOT_BEGUN, Threat, threats
from schedule.branches import promotion
from schedule.branches.branch import Entry
from schedule.branches.sight import Sight


def threats_of(sight: Sight, entries: Iterable[Entry]) -> dict[str, list[Threat]]:
    """The reasons of those that are threatened, by the id of the entry; what is restricted says none."""
    waiting = [entry["id"] for entry in entries if entry["kind"] == promotion.KIND and entry["status"] in NOT_BEGUN]
    numbers = {int(name.removeprefix(f"{promotion.KIND}-")): name for name in waiting}
    return {numbers[number]: reasons for number, reasons in threats(numbers.keys(), sight.user).items()}
