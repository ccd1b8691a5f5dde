"""Verbs on bookings: book, change, cancel; and for what holds a place without being booked by hand, hold and release_hold, with
plural ones for imports.

Every verb locks its environments first, the lowest first. Under that lock lanes are reckoned; the constraint on places is the
net below it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Q

from accounts.models import User
from common import labels, moments
from common.copying import copy_rows
from common.intervals import Interval
from common.refusals import BadInput, Conflict, NotAllowed
from common.rows import Row, Seen, expect_seen, kind_of, pk_of
from environments import rules, verdicts
from environments.models import Booking, Environment, Place
from environments.verdicts import Claim, Lanes, Taken
from history.deeds import deed, record

NOT_YOURS: Final = "Only environment managers, or the team that owns it, may book lanes of this environment."
EVERY_LANE: Final = NumericRange(0, None)
#: So far ahead a refusal looks for the next free slot.
LOOKED_AHEAD: Final = timedelta(days=90)
_NAMED: Final = 5
#: So many claims look for free lanes one by one before others are moved to make room.
_FEW: Final = 8


@deed
def book(
    environment: Environment, *, by: User, starts_at: datetime, ends_at: datetime, purpose: str = "", lanes: int | None = 1
) -> Booking:
    """Take `lanes` of an environment in `[starts_at, ends_at)`, UTC; None takes all of them, so that nothing else is there.

    Raises NotAllowed, BadInput, and Conflict exactly when the lanes are taken, naming who has them.
    """
    (environment,) = _locked([environment.pk])
    if not rules.may_book(by, environment):
        raise NotAllowed(NOT_YOURS)
    booking = Booking(environment=environment, starts_at=starts_at, ends_at=ends_at, purpose=purpose, lanes=lanes, booked_by=by)
    _look_at(booking)
    _settle(booking, by)
    record(
        booking, "booked", by=by, template="{actor} booked {lanes} of {environment}", environment=environment, lanes=_said(lanes)
    )
    return _fresh(booking)


@deed
def change(booking: Booking, given: Mapping[str, Any], *, by: User, seen: Seen = None) -> Booking:
    """Give a booking other values: any of environment, starts_at, ends_at, purpose, lanes.

    Raises NotAllowed, BadInput, Stale when it is none of the revisions `seen`, and Conflict when the lanes are taken, or when
    something else than a person has the place.
    """
    there = given.get("environment", booking.environment)
    environments = {each.pk: each for each in _locked({booking.environment_id, there.pk})}
    booking = _again(booking)
    for environment in environments.values():
        if not rules.may_book(by, environment):
            raise NotAllowed(NOT_YOURS)
    expect_seen(booking, seen)
    _refuse_held(booking, by)
    columns = sorted(name for name, value in given.items() if getattr(booking, name) != value)
    if not columns:
        return booking
    # What was locked is what lanes are reckoned by.
    booking.environment = environments[there.pk]
    for name in given.keys() - {"environment"}:
        setattr(booking, name, given[name])
    _look_at(booking)
    _settle(booking, by)
    template = "{actor} changed a booking of {environment}"
    record(booking, "changed", by=by, template=template, environment=booking.environment, columns=columns)
    return _fresh(booking)


@deed
def cancel(booking: Booking, *, by: User, seen: Seen = None) -> None:
    """Give the lanes back; the booking is gone.

    Raises NotAllowed, Stale, and Conflict when something else than a person has the place.
    """
    (environment,) = _locked([booking.environment_id])
    booking = _again(booking)
    if not rules.may_book(by, environment):
        raise NotAllowed(NOT_YOURS)
    expect_seen(booking, seen)
    _refuse_held(booking, by)
    number = booking.pk
    booking.delete()
    record(environment, "cancelled_booking", by=by, template="{actor} cancelled booking {booking} of {subject}", booking=number)


@deed
def hold(holder: Row, environment: Environment, *, by: User, starts_at: datetime, ends_at: datetime | None) -> Booking:
    """Take one lane for `holder` in `[starts_at, ends_at)`, or move the place it has; without an end until one is given.

    A step of the holder's own verb, which asks whether `by` may, and records it; the lane is part of that. A holder has one place.
    Raises BadInput, and Conflict when the lanes are taken, naming who has them.
    """
    kind, number = kind_of(holder), pk_of(holder)
    hold_all(kind, {number: Wish(environment.pk, starts_at, ends_at)}, by=by)
    held: Booking = Booking.objects.with_references().held_by(kind, number).get()
    return held


@deed
def release_hold(holder: Row, *, by: User, at: datetime) -> None:
    """Give back what lies ahead of the place of `holder`, if it has one: from `at` on when it has begun, else all of it.

    A step of the holder's own verb, as `hold` is.
    """
    release_all(kind_of(holder), [pk_of(holder)], by=by, at=at)


@dataclass(frozen=True)
class Wish:
    """A place that something holds or shall hold: `environment` is a key, `[starts_at, ends_at)` UTC, without an end until one is known."""

    environment: int
    starts_at: datetime
    ends_at: datetime | None


class LanesTaken(Conflict):
    """Of many places some are not to be had: `by_holder` says of each, by its holder's key, who has the lanes."""

    def __init__(self, by_holder: Mapping[int, str]) -> None:
        sentence = next(iter(by_holder.values()))
        super().__init__(sentence, errors={"starts_at": [sentence]})
        self.by_holder = by_holder


@deed
def hold_all(kind: str, wishes: Mapping[int, Wish], *, by: User) -> None:
    """The plural of `hold`: places for many holders of one kind, by their keys, all together and in few statements.

    What moves makes room for what moves with it. Raises BadInput, and LanesTaken that names each which does not fit; what was
    written goes with the deed.
    """
    held = Booking.objects.filter(holder_kind=kind, holder_id__in=wishes)
    numbers = {wish.environment for wish in wishes.values()} | set(held.values_list("environment_id", flat=True))
    environments = {environment.pk: environment for environment in _locked(numbers)}
    present = {each.holder_id or 0: each for each in held}
    new: list[Booking] = []
    moved: list[Booking] = []
    for holder, wish in wishes.items():
        found = present.get(holder)
        if found is None:
            found = Booking(holder_kind=kind, holder_id=holder, lanes=1, booked_by=by)
            new.append(found)
        elif (found.environment_id, found.starts_at, found.ends_at) == (wish.environment, wish.starts_at, wish.ends_at):
            continue
        else:
            moved.append(found)
        found.environment, found.starts_at, found.ends_at = environments[wish.environment], wish.starts_at, wish.ends_at
        _look_at(found)
    copy_rows(new)
    Booking.objects.bulk_update(moved, ["environment", "starts_at", "ends_at"], batch_size=500)
    Place.objects.filter(booking__in=moved).delete()
    by_environment: dict[int, list[Booking]] = {}
    for booking in (*new, *moved):
        by_environment.setdefault(booking.environment_id, []).append(booking)
    refused: dict[int, str] = {}
    for number in sorted(by_environment):
        refused |= _settle_all(environments[number], by_environment[number], by)
    if refused:
        raise LanesTaken(refused)


@deed
def release_all(kind: str, holders: Collection[int], *, by: User, at: datetime | None) -> None:
    """The plural of `release_hold`: what lies ahead of the places of many holders; without `at` all of them, as if never held."""
    held = Booking.objects.filter(holder_kind=kind, holder_id__in=holders)
    _locked(set(held.values_list("environment_id", flat=True)))
    (held if at is None else held.filter(starts_at__gte=at)).delete()
    if at is not None:
        cut = list(held.filter(Q(ends_at=None) | Q(ends_at__gt=at)).values_list("pk", flat=True))
        Place.objects.filter(booking__in=cut).update(ends_at=at)
        Booking.objects.filter(pk__in=cut).update(ends_at=at)


def obstacle(holder: Row | None, environment: Environment, *, starts_at: datetime, ends_at: datetime | None, user: User) -> str:
    """Why `hold` would refuse this place to `holder` (None: to something that is not there yet), for `user`; "" when it would not."""
    own = Booking.objects.held_by(kind_of(holder), pk_of(holder)).first() if holder else None
    wanted = Claim(own.pk if own else 0, starts_at, ends_at, 1)
    others = [claim for claim in claims(environment, starts_at, ends_at) if claim.number != wanted.number]
    full = verdicts.taken(wanted, others, environment.lanes)
    return _refusal(wanted, full, environment, user).sentence if full else ""


def refuse_fewer_lanes(environment: Environment, lanes: int | None, *, by: User, at: datetime) -> None:
    """Make what is booked from `at` on lie within so many lanes, for the verb that lowers them; it has locked the environment.

    Raises Conflict where more are booked at one moment than would be left, naming who has them.
    """
    if lanes is None:
        return
    ahead = claims(environment, at, None)
    full = verdicts.most(ahead, at)
    if full and verdicts.count(full.by) > lanes:
        sentence = (
            f"{environment.name} cannot have {_said(lanes)} only: {_when(full.moment, environment)} {_said(verdicts.count(full.by))}"
            f" are booked: {_holders(full.by, environment, by)}. Move or cancel some of these first."
        )
        raise Conflict(sentence, errors={"lanes": [sentence]})
    if any(lane >= verdicts.FIRST_LANE + lanes for claim in ahead for lane in claim.lanes):
        # What is over stays where it can: then there were more lanes.
        since = min(claim.start for claim in ahead)
        _repack(_connected(environment, Claim(0, since, None, 1)), lanes, after=at)


# --- reckoning


def _locked(numbers: Collection[int]) -> list[Environment]:
    """Environments under lock, always in the order of their keys, so that two who want two of them never wait for each other."""
    return list(Environment.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk"))


def _again(booking: Booking) -> Booking:
    """A booking as it is now that its environment is locked."""
    found: Booking | None = Booking.objects.with_references().filter(pk=booking.pk).first()
    if found is None or found.environment_id != booking.environment_id:
        raise Conflict("Somebody else moved or cancelled this booking meanwhile. Look at what is there now.")
    return found


def _look_at(booking: Booking) -> None:
    """Refuse a booking that fits nowhere."""
    if booking.ends_at is not None:
        try:
            Interval(booking.starts_at, booking.ends_at)
        except BadInput as refusal:
            raise BadInput(refusal.sentence, errors={"ends_at": [refusal.sentence]}) from None
    limit = booking.environment.lanes
    if booking.lanes is not None and booking.lanes < 1:
        raise _wrong_lanes("Book at least one lane, or all of them.")
    if booking.lanes is not None and limit is not None and booking.lanes > limit:
        raise _wrong_lanes(f"{booking.environment.name} has {_said(limit)}; book as many at most, or all of them.")


def _wrong_lanes(sentence: str) -> BadInput:
    return BadInput(sentence, errors={"lanes": [sentence]})


def _settle(booking: Booking, user: User) -> None:
    """Find lanes for a booking, moving others to other lanes where that makes room, and write it. The environment is locked."""
    environment = booking.environment
    wanted = Claim(booking.pk or 0, booking.starts_at, booking.ends_at, booking.lanes)
    others = [claim for claim in claims(environment, wanted.start, wanted.end) if claim.number != wanted.number]
    if full := verdicts.taken(wanted, others, environment.lanes):
        raise _refusal(wanted, full, environment, user)
    lanes = verdicts.first_fit(wanted, others, environment.lanes)
    booking.save()
    booking.places.all().delete()
    if lanes is None:
        near = [claim for claim in _connected(environment, wanted) if claim.number != wanted.number]
        settled = replace(wanted, number=booking.pk)
        lanes = _repack([*near, settled], environment.lanes)[settled.number]
    times = {"environment": environment, "booking": booking, "starts_at": booking.starts_at, "ends_at": booking.ends_at}
    ranges = [NumericRange(lane, lane + 1) for lane in lanes] if booking.lanes is not None else [EVERY_LANE]
    Place.objects.bulk_create([Place(lanes=each, **times) for each in ranges])


def _settle_all(environment: Environment, bookings: Sequence[Booking], user: User) -> dict[int, str]:
    """Find lanes for bookings that are written and have none yet, and write these; gives what is refused, by holder."""
    wanted = {each.pk: Claim(each.pk, each.starts_at, each.ends_at, each.lanes) for each in bookings}
    ends = [claim.end for claim in wanted.values() if claim.end is not None]
    last = max(ends) if len(ends) == len(wanted) else None
    first = min(claim.start for claim in wanted.values())
    chosen = _first_fits(wanted.values(), claims(environment, first, last), environment.lanes) if len(wanted) <= _FEW else None
    if chosen is None:
        near = _connected(environment, Claim(0, first, last, 1))
        chosen, refused = verdicts.fitted([*near, *wanted.values()], environment.lanes, wanted.keys())
        if refused:
            holders = {each.pk: each.holder_id or 0 for each in bookings}
            return {holders[one]: _refusal(wanted[one], full, environment, user).sentence for one, full in refused.items()}
        _move_places({claim.number: chosen[claim.number] for claim in near if claim.lanes and claim.lanes != chosen[claim.number]})
    copy_rows(
        [
            Place(
                environment=environment,
                booking=each,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                lanes=NumericRange(lane, lane + 1),
            )
            for each in bookings
            for lane in chosen[each.pk]
        ]
    )
    return {}


def _first_fits(wanted: Iterable[Claim], near: Sequence[Claim], lanes: int | None) -> dict[int, Lanes] | None:
    """The first free lanes for each of a few claims, with nothing else moved; None when that is not enough."""
    there = list(near)
    chosen: dict[int, Lanes] = {}
    for claim in wanted:
        found = None if verdicts.taken(claim, there, lanes) else verdicts.first_fit(claim, there, lanes)
        if found is None:
            return None
        chosen[claim.number] = found
        there.append(replace(claim, lanes=found))
    return chosen


def claims(environment: Environment, start: datetime, end: datetime | None) -> list[Claim]:
    """Who has lanes of an environment at some instant of `[start, end)`."""
    places = Place.objects.filter(environment=environment, during__overlap=(start, end)).order_by("starts_at", "booking", "id")
    return _claims_of(places.values_list("booking_id", "starts_at", "ends_at", "lanes"))


def _claims_of(places: Iterable[tuple[int, datetime, datetime | None, Any]]) -> list[Claim]:
    """The claims that places (booking, start, end, lanes) make together."""
    found: dict[int, Claim] = {}
    for number, start, end, lanes in places:
        if lanes.upper is None:
            found[number] = Claim(number, start, end, None)
        else:
            before = found.get(number, Claim(number, start, end, 0))
            found[number] = replace(before, many=(before.many or 0) + 1, lanes=(*before.lanes, lanes.lower))
    return list(found.values())


def _connected(environment: Environment, wanted: Claim) -> list[Claim]:
    """All that overlaps, and what overlaps that: whose lanes depend on each other."""
    start, end = wanted.start, wanted.end
    while True:
        found = claims(environment, start, end)
        first = min([start, *(claim.start for claim in found)])
        ends = [claim.end for claim in found if claim.end is not None]
        last = None if end is None or len(ends) < len(found) else max([end, *ends])
        if (first, last) == (start, end):
            return found
        start, end = first, last


def _repack(claims: Sequence[Claim], lanes: int | None, *, after: datetime | None = None) -> Mapping[int, Lanes]:
    """Give claims new lanes, those that last beyond `after` before the others, and move the places of those that have some."""

    def in_turn(claim: Claim) -> tuple[bool, datetime, int]:
        return (after is not None and claim.end is not None and claim.end <= after, claim.start, claim.number)

    chosen = verdicts.packed(sorted(claims, key=in_turn), lanes)
    _move_places({claim.number: chosen[claim.number] for claim in claims if claim.lanes and claim.lanes != chosen[claim.number]})
    return chosen


def _move_places(moved: Mapping[int, Lanes]) -> None:
    """Give bookings, by number, other lanes than they have."""
    places: list[Place] = []
    taking = {number: list(numbers) for number, numbers in moved.items()}
    for place in Place.objects.filter(booking__in=moved).order_by("id"):
        lane = taking[place.booking_id].pop(0)
        place.lanes = NumericRange(lane, lane + 1)
        places.append(place)
    if places:
        with connection.cursor() as cursor:
            # On the way from one packing to the next two may share a lane; what counts is where all have come.
            cursor.execute("SET CONSTRAINTS place_taken_once DEFERRED")
            Place.objects.bulk_update(places, ["lanes"], batch_size=500)
            cursor.execute("SET CONSTRAINTS place_taken_once IMMEDIATE")


# --- words


def _refuse_held(booking: Booking, user: User) -> None:
    if booking.is_held:
        named = labels.of([(booking.holder_kind, booking.holder_id or 0)], user)[booking.holder_kind, booking.holder_id or 0]
        raise Conflict(f"This place is held by {named.text}; it moves and ends with that.")


def _refusal(wanted: Claim, full: Taken, environment: Environment, user: User) -> Conflict:
    """Why lanes are not to be had, who has them, and when they are next."""
    holders = _holders(full.by, environment, user)
    if all(claim.end is None for claim in full.by):
        sentence = f"{environment.name} is held {holders}."
        return Conflict(sentence, errors={"starts_at": [sentence]})
    limit = environment.lanes
    moment = _when(full.moment, environment)
    if any(claim.many is None for claim in full.by):
        head = f"{environment.name} is booked as a whole {moment}"
    elif wanted.many is None:
        head = f"{environment.name} is not free as a whole {moment}"
    elif limit == 1:
        head = f"The lane of {environment.name} is taken {moment}"
    elif wanted.many == 1:
        head = f"All {limit} lanes of {environment.name} are taken {moment}"
    else:
        head = f"{environment.name} has {_said(limit)}, and not {wanted.many} of them are free {moment}"
    sentence = f"{head}: {holders}."
    if wanted.end is not None:
        horizon = wanted.end + LOOKED_AHEAD
        others = [claim for claim in claims(environment, wanted.start, horizon) if claim.number != wanted.number]
        free = verdicts.next_free(wanted.end - wanted.start, wanted.many, others, limit, wanted.start)
        if free and free + (wanted.end - wanted.start) <= horizon:
            sentence += f" It fits from {_instant(free, environment)} on."
    return Conflict(sentence, errors={"starts_at": [sentence]})


def _holders(claims: Sequence[Claim], environment: Environment, user: User) -> str:
    """Who has lanes, for the one who asks, the first to go first."""
    bookings = {booking.pk: booking for booking in Booking.objects.with_references().filter(pk__in=[c.number for c in claims])}
    held = [(booking.holder_kind, booking.holder_id or 0) for booking in bookings.values() if booking.is_held]
    named = labels.of(held, user)
    said = []
    for claim in sorted(claims, key=lambda claim: (claim.end is None, claim.end or claim.start)):
        booking = bookings[claim.number]
        if booking.is_held:
            who = named[booking.holder_kind, booking.holder_id or 0].text
        else:
            who = f"“{booking.purpose}” of {booking.booked_by}" if booking.purpose else f"a booking of {booking.booked_by}"
        until = (
            f"until {_instant(claim.end, environment)}" if claim.end else "until it leaves, and its next stop is not planned yet"
        )
        said.append(f"by {who} {until}")
    more = len(said) - _NAMED
    return "; ".join(said[:_NAMED]) + (f"; and by {more} more" if more > 0 else "")


def _said(lanes: int | None) -> str:
    return "all lanes" if lanes is None else "1 lane" if lanes == 1 else f"{lanes} lanes"


def _when(moment: datetime, environment: Environment) -> str:
    return f"at {_instant(moment, environment)}"


def _instant(moment: datetime, environment: Environment) -> str:
    return moments.instant_words(moment, ZoneInfo(environment.time_zone))


def _fresh(booking: Booking) -> Booking:
    fresh: Booking = Booking.objects.with_references().get(pk=booking.pk)
    return fresh
