"""Who has which lane of an environment in the weeks ahead, and when one is free: for its page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from common import labels
from common.labels import Label, Named
from environments import rules, verdicts
from environments.actions import bookings
from environments.models import Environment, Place

AHEAD: Final = timedelta(days=28)
#: A free lane is looked for that stays free for so long.
SLOT: Final = timedelta(hours=1)
ALL: Final = "All lanes"
#: How wide the picture of a lane is, in its own units.
WIDTH: Final = 280
#: So many lanes and places are shown; the calendar and REST have them all.
SHOWN_LANES: Final = 12
SHOWN: Final = 200


@dataclass(frozen=True)
class Stay:
    """Somebody's time in a lane; `x` and `width` are its place in the picture."""

    name: Named
    booked_by: Any
    starts_at: datetime
    ends_at: datetime | None
    x: float
    width: float


@dataclass
class Lane:
    """A lane by its name, and who has it, in order of time."""

    words: str
    stays: list[Stay] = field(default_factory=list)


@dataclass(frozen=True)
class Occupancy:
    """`free`: from when on a lane is, `alone` from when on all are; None when they are not in these weeks."""

    lanes: list[Lane]
    since: datetime
    until: datetime
    free: datetime | None
    alone: datetime | None
    more_lanes: int
    is_cut: bool
    may_book: bool
    width: int = WIDTH


def occupancy(environment: Environment, user: Any, at: datetime) -> Occupancy:
    """The lanes of an environment from `at` on for four weeks."""
    until = at + AHEAD
    found = Place.objects.filter(environment=environment, during__overlap=(at, until)).select_related("booking__booked_by")
    places = list(found.order_by("starts_at", "id")[: SHOWN + 1])
    is_cut, places = len(places) > SHOWN, places[:SHOWN]
    lanes = _lanes(environment, places, user, at)
    claims = bookings.claims(environment, at, until)
    shown = environment.lanes if environment.lanes is not None else 0
    return Occupancy(
        lanes=lanes,
        since=at,
        until=until,
        free=_within(verdicts.next_free(SLOT, 1, claims, environment.lanes, at), until),
        alone=_within(verdicts.next_free(SLOT, None, claims, environment.lanes, at), until),
        more_lanes=max(0, shown - sum(1 for lane in lanes if lane.words != ALL)),
        is_cut=is_cut,
        may_book=rules.may_book(user, environment),
    )


def _within(free: datetime | None, until: datetime) -> datetime | None:
    """What lies beyond was not looked at."""
    return free if free and free + SLOT <= until else None


def _lanes(environment: Environment, places: Iterable[Place], user: Any, at: datetime) -> list[Lane]:
    """Every lane somebody has, and the first ones nobody has, so that it is seen that they are free."""
    held = {(place.booking.holder_kind, place.booking.holder_id or 0) for place in places if place.booking.is_held}
    named = labels.of(held, user)
    lanes = {number: Lane(f"Lane {number}") for number in range(1, 1 + min(environment.lanes or 0, SHOWN_LANES))}
    everything = Lane(ALL)
    for place in places:
        booking = place.booking
        name = (
            named[booking.holder_kind, booking.holder_id or 0]
            if booking.is_held
            else Label(str(booking), booking.get_absolute_url())
        )
        x, width = _drawn(place, at)
        stay = Stay(name, None if booking.is_held else booking.booked_by, place.starts_at, place.ends_at, x, width)
        number = int(place.lanes.lower or 0)
        lane = everything if place.lanes.upper is None else lanes.setdefault(number, Lane(f"Lane {number}"))
        lane.stays.append(stay)
    return [*([everything] if everything.stays else []), *(lanes[number] for number in sorted(lanes))]


def _drawn(place: Place, at: datetime) -> tuple[float, float]:
    start = max(place.starts_at, at)
    end = min(place.ends_at or at + AHEAD, at + AHEAD)
    x = (start - at) / AHEAD * WIDTH
    # What is short stays visible.
    return round(x, 1), max(1.0, round((end - start) / AHEAD * WIDTH, 1))
