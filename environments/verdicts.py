"""Whether lanes are free, which ones, and when: plain reckoning with intervals, asked of no database.

Whoever has lanes of an environment *claims* them. Intervals that have no instant with too many claims always fit into that many
lanes (an interval graph is perfect), so lanes are really taken exactly when at some instant the claims are too many.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count as counting
from typing import Final

#: The number of a lane as people count; an exclusive place begins below it.
FIRST_LANE: Final = 1

Lanes = tuple[int, ...]

#: Later than any instant here.
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Claim:
    """`many` lanes in `[start, end)`, UTC; `many` is None for all of them, `end` while it is open.

    `number` is the booking's, 0 for one that is only asked for; `lanes` the numbers of the lanes it has now.
    """

    number: int
    start: datetime
    end: datetime | None
    many: int | None
    lanes: Lanes = ()

    def overlaps(self, other: "Claim") -> bool:
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)

    def has(self, moment: datetime) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True)
class Taken:
    """The first moment at which the lanes do not suffice, and who has them then."""

    moment: datetime
    by: tuple[Claim, ...]

    @property
    def free_again(self) -> datetime | None:
        """When the first of them goes; None when nobody knows of any."""
        return min((claim.end for claim in self.by if claim.end is not None), default=None)


def taken(wanted: Claim, others: Iterable[Claim], lanes: int | None) -> Taken | None:
    """Where `wanted` does not fit beside `others` into so many lanes (None: no limit); None when it does."""
    near = sorted((other for other in others if other.overlaps(wanted)), key=lambda claim: claim.start)
    # The claims at an instant grow only where one begins.
    for moment in sorted({max(wanted.start, other.start) for other in near}):
        there = tuple(other for other in near if other.has(moment))
        if wanted.many is None or any(other.many is None for other in there):
            return Taken(moment, there)
        if lanes is not None and wanted.many + sum(other.many or 0 for other in there) > lanes:
            return Taken(moment, there)
    return None


def most(claims: Collection[Claim], since: datetime) -> Taken | None:
    """The first moment from `since` on with the most lanes claimed, exclusive claims aside; None when nothing is claimed."""
    shared = [claim for claim in claims if claim.many is not None and (claim.end is None or claim.end > since)]
    found: Taken | None = None
    for moment in sorted({max(since, claim.start) for claim in shared}):
        there = Taken(moment, tuple(claim for claim in shared if claim.has(moment)))
        if found is None or count(there.by) > count(found.by):
            found = there
    return found


def count(claims: Iterable[Claim]) -> int:
    """How many lanes claims have together; exclusive ones count for none."""
    return sum(claim.many or 0 for claim in claims)


def first_fit(wanted: Claim, others: Iterable[Claim], lanes: int | None) -> Lanes | None:
    """The lowest lanes that are free all the time `wanted` lasts, up to the limit; None when there are not enough."""
    if wanted.many is None:
        return ()
    busy = {lane for other in others if other.overlaps(wanted) for lane in other.lanes}
    free: list[int] = []
    lane = FIRST_LANE
    while len(free) < wanted.many and (lanes is None or lane < FIRST_LANE + lanes):
        if lane not in busy:
            free.append(lane)
        lane += 1
    return tuple(free) if len(free) == wanted.many else None


def packed(claims: Sequence[Claim], lanes: int | None) -> Mapping[int, Lanes]:
    """Lanes for all of `claims`, by number, in the order given: each keeps what it can of its own and takes the lowest free ones.

    In the order of their starts they stay within the limit wherever the claims of an instant do. Where these were too many already
    (there were more lanes once) they go beyond it.
    """
    settled: list[tuple[Claim, Lanes]] = []
    for claim in claims:
        if claim.many is None:
            settled.append((claim, ()))
            continue
        busy = {lane for other, taking in settled if other.overlaps(claim) for lane in taking}
        # Where it may lie: within the limit, and for what is too much as far beyond as all could need.
        limit = lanes if lanes is not None else 0
        within = [lane for lane in range(FIRST_LANE, FIRST_LANE + limit) if lane not in busy]
        kept = [lane for lane in within if lane in claim.lanes]
        chosen = [*kept, *(lane for lane in within if lane not in kept)][: claim.many]
        lane = FIRST_LANE + limit
        while len(chosen) < claim.many:
            if lane not in busy:
                chosen.append(lane)
            lane += 1
        settled.append((claim, tuple(sorted(chosen))))
    return {claim.number: taking for claim, taking in settled}


def fitted(claims: Iterable[Claim], lanes: int | None, new: Collection[int]) -> tuple[dict[int, Lanes], dict[int, Taken]]:
    """Lanes for many claims in one pass, by number; and of the `new` ones those that do not fit beside the others, and where.

    In the order of their starts any free lane will do, so each keeps what it can of its own and takes the lowest free ones. Where
    those that are there already are too many (there were more lanes once) they go beyond the limit.
    """
    chosen: dict[int, Lanes] = {}
    refused: dict[int, Taken] = {}
    there: dict[int, Claim] = {}
    busy: set[int] = set()
    ending: list[tuple[datetime, int]] = []
    for claim in sorted(claims, key=lambda claim: (claim.start, claim.number)):
        while ending and ending[0][0] <= claim.start:
            _, gone = heappop(ending)
            if there.pop(gone, None):
                busy.difference_update(chosen[gone])
        while (full := _full(claim, there, busy, lanes)) is not None:
            # Who came last makes room: the new one itself, else a new one that lies under something older.
            late = claim.number if claim.number in new else next((number for number in there if number in new), None)
            if late is None:
                break
            refused[late] = full if late == claim.number else Taken(claim.start, (claim, *_without(full.by, late)))
            if late == claim.number:
                break
            del there[late]
            busy.difference_update(chosen.pop(late))
        if claim.number in refused:
            continue
        chosen[claim.number] = _lanes_among(claim, busy, lanes)
        busy.update(chosen[claim.number])
        there[claim.number] = claim
        heappush(ending, (claim.end or _NEVER, claim.number))
    return chosen, refused


def _full(claim: Claim, there: Mapping[int, Claim], busy: Collection[int], lanes: int | None) -> Taken | None:
    """Whether a claim fits beside those that are there as it begins."""
    is_alone = claim.many is None or any(other.many is None for other in there.values())
    too_many = lanes is not None and claim.many is not None and len(busy) + claim.many > lanes
    return Taken(claim.start, tuple(there.values())) if (is_alone and there) or too_many else None


def _without(claims: Iterable[Claim], number: int) -> Iterable[Claim]:
    return (claim for claim in claims if claim.number != number)


def _lanes_among(claim: Claim, busy: Collection[int], lanes: int | None) -> Lanes:
    """The lanes a claim takes where `busy` ones are not to be had."""
    if claim.many is None:
        return ()
    kept = [lane for lane in claim.lanes if lane not in busy and (lanes is None or lane < FIRST_LANE + lanes)][: claim.many]
    free = (lane for lane in counting(FIRST_LANE) if lane not in busy and lane not in kept)
    return tuple(sorted([*kept, *(next(free) for _ in range(claim.many - len(kept)))]))


def next_free(
    length: timedelta, many: int | None, others: Collection[Claim], lanes: int | None, since: datetime
) -> datetime | None:
    """From when on, `since` at the earliest, lanes are free for so long; None when somebody's end must be known first."""
    start = since
    while blocked := taken(Claim(0, start, start + length, many), others, lanes):
        again = blocked.free_again
        if again is None:
            return None
        # Any earlier start would still cover the moment that is too full, with the same claims there.
        start = again
    return start
