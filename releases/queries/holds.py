"""Which places the promotions of a release hold, and how long: reckoned from the promotions and the stops alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from environments.models import Stop
from environments.vocabulary import Hold
from releases.models import Promotion, Release
from releases.vocabulary import SUCCESSES, UNFINISHED, ReleaseStatus

#: A release that is off, or out of use, is nowhere any more.
_GONE = frozenset({ReleaseStatus.CANCELLED, ReleaseStatus.RETIRED})


@dataclass(frozen=True)
class Held:
    """A place in an environment in `[start, end)`, UTC; `end` is None while nobody knows when the release leaves."""

    environment: int
    start: datetime
    end: datetime | None


def holds(release: Release, promotions: Collection[Promotion], stops: Sequence[Stop]) -> Mapping[int, Held]:
    """The places of a release, by promotion: `promotions` are all of its own, `stops` those of its route (none without one).

    Unfinished ones hold their place. At a stop held until the release leaves, the place lasts from the start until the planned
    start of the release at a later stop, or of its next attempt there, which takes it over; open while neither is planned. What has
    succeeded there stays too. What came finished from elsewhere books nothing.
    """
    stays = {stop.environment_id: stop.position for stop in stops if stop.holds == Hold.UNTIL_IT_LEAVES}
    positions = {stop.environment_id: stop.position for stop in stops}
    there = [one for one in promotions if one.status in UNFINISHED or one.status in SUCCESSES]
    found: dict[int, Held] = {}
    for one in there:
        position = stays.get(one.environment_id)
        if one.status not in UNFINISHED and (position is None or one.was_recorded or release.status in _GONE):
            continue
        end: datetime | None = one.ends_at
        if position is not None:
            leaves = [
                other.starts_at
                for other in there
                if (positions.get(other.environment_id, 0) > position and other.starts_at >= one.starts_at)
                or _takes_over(other, one)
            ]
            end = max(one.ends_at, min(leaves)) if leaves else None
        found[one.pk] = Held(one.environment_id, one.starts_at, end)
    return found


def _takes_over(other: Promotion, one: Promotion) -> bool:
    """Whether `other` is a later attempt at the same target."""
    same = (other.environment_id, other.parts) == (one.environment_id, one.parts)
    return same and other.attempt > one.attempt and other.starts_at >= one.starts_at
