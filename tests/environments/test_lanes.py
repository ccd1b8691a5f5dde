"""Lanes of environments: a booking is refused exactly when they are really taken, and who has them is said."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.vocabulary import Role
from common.refusals import BadInput, Conflict, NotAllowed
from environments import verdicts
from environments.actions import bookings
from environments.models import Booking, Place
from environments.verdicts import Claim
from history.deeds import deed, record
from tests.callers import change
from tests.factories import NOON, EnvironmentFactory, MembershipFactory, PromotionFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def emil() -> Any:
    return UserFactory(name="Emil of environments", roles=[Role.ENVIRONMENT_MANAGER])


def book(environment: Any, by: Any, first: int, last: int, lanes: int | None = 1, purpose: str = "") -> Booking:
    """Lanes from one hour after noon to another."""
    return bookings.book(
        environment, by=by, starts_at=NOON + first * HOUR, ends_at=NOON + last * HOUR, lanes=lanes, purpose=purpose
    )


def lanes_of(booking: Booking) -> list[Any]:
    """The numbers of its lanes; None for all of them."""
    places: list[Any] = list(booking.places.all())
    return sorted(place.lanes.lower if place.lanes.upper else None for place in places)


# --- the proof

Wish = tuple[int, int, int | None]  # from hour, for hours, lanes


def wishes() -> st.SearchStrategy[list[Wish]]:
    wish = st.tuples(st.integers(0, 9), st.integers(1, 5), st.one_of(st.just(1), st.integers(1, 4), st.none()))
    return st.lists(wish, max_size=8)


def packings(claims: Sequence[Claim], lanes: int) -> Iterator[None]:
    """Every way to give each claim lanes of its own, tried out one by one."""

    def place(at: int, chosen: list[frozenset[int]]) -> Iterator[None]:
        if at == len(claims):
            yield
            return
        claim = claims[at]
        for taking in combinations(range(lanes), lanes if claim.many is None else claim.many):
            mine = frozenset(taking)
            if all(mine.isdisjoint(theirs) or not claim.overlaps(other) for other, theirs in zip(claims, chosen, strict=False)):
                yield from place(at + 1, [*chosen, mine])

    return place(0, [])


@settings(max_examples=40)
@given(lanes=st.integers(1, 4), wanted=wishes())
def test_a_booking_is_refused_exactly_when_no_packing_exists(emil: Any, lanes: int, wanted: list[Wish]):
    environment: Any = EnvironmentFactory(lanes=lanes)
    had: list[Claim] = []
    for first, hours, many in wanted:
        if many is not None and many > lanes:
            continue
        claim = Claim(0, NOON + first * HOUR, NOON + (first + hours) * HOUR, many)
        exists = next(packings([*had, claim], lanes), "none") is None
        try:
            made = book(environment, emil, first, first + hours, many)
        except Conflict:
            assert not exists
        else:
            assert exists
            assert len(lanes_of(made)) == (many or 1)
            had.append(claim)
    made_places: Any = Place.objects.filter(environment=environment)
    for place in made_places:
        assert place.lanes.upper is None or 1 <= place.lanes.lower <= lanes
    assert Booking.objects.filter(environment=environment).count() == len(had)


@settings(max_examples=150)
@given(lanes=st.integers(1, 4), wanted=wishes())
def test_the_next_free_slot_is_the_first_that_fits(lanes: int, wanted: list[Wish]):
    had: list[Claim] = []
    for number, (first, hours, many) in enumerate(wanted, start=1):
        claim = Claim(number, NOON + first * HOUR, NOON + (first + hours) * HOUR, many)
        if (many is None or many <= lanes) and not verdicts.taken(claim, had, lanes):
            had.append(claim)
    free = verdicts.next_free(2 * HOUR, 1, had, lanes, NOON)
    hours_later = (NOON + later * HOUR for later in range(20))
    assert free == next(at for at in hours_later if not verdicts.taken(Claim(0, at, at + 2 * HOUR, 1), had, lanes))


# --- what the examples of every day look like


def test_others_move_to_other_lanes_when_that_makes_room(emil: Any):
    environment: Any = EnvironmentFactory(lanes=2)
    early, short = book(environment, emil, 0, 3), book(environment, emil, 0, 1)
    late, last = book(environment, emil, 4, 6), book(environment, emil, 5, 8)
    assert [lanes_of(each) for each in (early, short, late, last)] == [[1], [2], [1], [2]]
    bookings.cancel(short, by=emil)
    # Only the second lane is free from 2 to 3, and only the first from 6 on: somebody has to move, and nobody's times change.
    long = book(environment, emil, 2, 5)
    assert lanes_of(long) == [2]
    with pytest.raises(Conflict):
        book(environment, emil, 2, 5)
    bookings.cancel(late, by=emil)
    longer = bookings.change(long, {"ends_at": NOON + 7 * HOUR}, by=emil)
    assert (lanes_of(early), lanes_of(longer), lanes_of(last)) == ([1], [2], [1])


def test_a_refusal_says_who_has_the_lanes_and_when_it_fits(emil: Any):
    environment: Any = EnvironmentFactory(name="Acceptance", lanes=2, time_zone="Europe/Berlin")
    book(environment, emil, 0, 2, purpose="Load test")
    book(environment, emil, 0, 3, purpose="Audit")
    with pytest.raises(Conflict) as refused:
        book(environment, emil, 1, 3)
    assert refused.value.sentence == (
        "All 2 lanes of Acceptance are taken at Tue 10 Mar 2026, 14:00 CET:"
        " by “Load test” of Emil of environments until Tue 10 Mar 2026, 15:00 CET;"
        " by “Audit” of Emil of environments until Tue 10 Mar 2026, 16:00 CET."
        " It fits from Tue 10 Mar 2026, 15:00 CET on."
    )
    assert refused.value.errors == {"starts_at": [refused.value.sentence]}
    with pytest.raises(BadInput, match="Acceptance has 2 lanes"):
        book(environment, emil, 8, 9, lanes=3)
    with pytest.raises(BadInput, match="after the start"):
        book(environment, emil, 9, 9)


@pytest.mark.parametrize("lanes", [None, 3])
def test_one_that_has_all_lanes_is_alone(emil: Any, lanes: int | None):
    environment: Any = EnvironmentFactory(name="Acceptance", lanes=lanes)
    book(environment, emil, 0, 2)
    with pytest.raises(Conflict, match="not free as a whole"):
        book(environment, emil, 1, 3, lanes=None)
    alone = book(environment, emil, 2, 4, lanes=None)
    assert lanes_of(alone) == [None]
    with pytest.raises(Conflict, match="booked as a whole"):
        book(environment, emil, 3, 5)
    book(environment, emil, 4, 5)


def test_without_a_limit_any_number_fits_beside_each_other(emil: Any):
    environment: Any = EnvironmentFactory(lanes=None)
    assert [lanes_of(book(environment, emil, 0, 2)) for _ in range(5)] == [[1], [2], [3], [4], [5]]


def test_only_who_may_write_an_environment_books_it(emil: Any):
    environment: Any = EnvironmentFactory(owner=TeamFactory())
    owner: Any = UserFactory()
    MembershipFactory(team=environment.owner, user=owner)
    booking = book(environment, owner, 0, 1)
    stranger: Any = UserFactory(roles=[Role.RELEASE_MANAGER])
    for refused in (
        lambda: book(environment, stranger, 2, 3),
        lambda: bookings.change(booking, {"lanes": None}, by=stranger),
        lambda: bookings.cancel(booking, by=stranger),
    ):
        with pytest.raises(NotAllowed, match="environment managers"):
            refused()


def test_a_booking_moves_in_time_and_to_another_environment(emil: Any):
    environment: Any = EnvironmentFactory(lanes=1)
    other: Any = EnvironmentFactory(lanes=1)
    booking, blocking = book(environment, emil, 0, 2), book(other, emil, 0, 1)
    with pytest.raises(Conflict):
        bookings.change(booking, {"environment": other}, by=emil)
    moved = bookings.change(booking, {"environment": other, "starts_at": NOON + HOUR}, by=emil)
    assert (moved.environment, moved.starts_at, lanes_of(moved)) == (other, NOON + HOUR, [1])
    # Its own place is not in its way.
    longer = bookings.change(moved, {"ends_at": NOON + 4 * HOUR}, by=emil)
    assert longer.places.get().ends_at == NOON + 4 * HOUR
    bookings.cancel(blocking, by=emil)
    assert not Place.objects.filter(booking_id=blocking.pk).exists()


# --- places that something holds


def test_a_promotion_holds_a_place_that_moves_and_ends_with_it(emil: Any):
    promotion: Any = PromotionFactory(environment=EnvironmentFactory(name="Acceptance", lanes=1))
    environment = promotion.environment

    def hold(last: int | None) -> Booking:
        with deed(by=emil) as told:
            held = bookings.hold(
                promotion, environment, by=emil, starts_at=NOON, ends_at=None if last is None else NOON + last * HOUR
            )
            record_of(promotion, emil)
        assert told.facts[0].kind == "promotion"
        return held

    held = hold(2)
    with pytest.raises(Conflict, match="by the promotion of Release"):
        book(environment, emil, 1, 3)
    for verb in (lambda: bookings.cancel(held, by=emil), lambda: bookings.change(held, {"lanes": 2}, by=emil)):
        with pytest.raises(Conflict, match="held by the promotion"):
            verb()
    assert hold(None).pk == held.pk
    with pytest.raises(Conflict) as refused:
        book(environment, emil, 400, 401)
    assert refused.value.sentence == (
        f"Acceptance is held by the promotion of {promotion.release} into Acceptance until it leaves, and its next stop is not planned yet."
    )
    with deed(by=emil):
        bookings.release_hold(promotion, by=emil, at=NOON + 3 * HOUR)
        record_of(promotion, emil)
    assert Booking.objects.get(pk=held.pk).ends_at == NOON + 3 * HOUR
    book(environment, emil, 3, 5)
    with deed(by=emil):
        bookings.release_hold(promotion, by=emil, at=NOON)
        record_of(promotion, emil)
    assert not Booking.objects.filter(pk=held.pk).exists()


def record_of(promotion: Any, by: User) -> None:
    record(promotion, "planned", by=by)


def test_who_may_not_see_what_holds_a_place_learns_whom_to_ask(emil: Any):
    restricted = {"restricted_until": datetime(2100, 1, 1, tzinfo=UTC)}
    manager: Any = UserFactory(name="Mara the manager")
    promotion: Any = PromotionFactory(environment=EnvironmentFactory(lanes=1), release__release_manager=manager)
    change(promotion.release, **restricted)
    with deed(by=emil):
        bookings.hold(promotion, promotion.environment, by=emil, starts_at=NOON, ends_at=NOON + HOUR)
        record_of(promotion, emil)
    with pytest.raises(Conflict, match="by restricted, ask Mara the manager until"):
        book(promotion.environment, emil, 0, 1)
    assert not Booking.objects.visible_to(emil).exists()
    assert Booking.objects.visible_to(manager).exists()


# --- fewer lanes


def test_fewer_lanes_than_are_booked_ahead_are_refused_and_else_places_close_up(emil: Any):
    environment: Any = EnvironmentFactory(name="Acceptance", lanes=3)
    past = [book(environment, emil, 0, 2) for _ in range(2)]
    stays = book(environment, emil, 1, 6, purpose="Long")
    book(environment, emil, 5, 7, purpose="Next")
    assert lanes_of(stays) == [3]

    def lower(lanes: int | None, at: int) -> None:
        with deed(by=emil):
            bookings.refuse_fewer_lanes(environment, lanes, by=emil, at=NOON + at * HOUR)
            record_of(environment, emil)

    with pytest.raises(Conflict, match=r"cannot have 1 lane only: at .* 2 lanes are booked: by “Long”"):
        lower(1, 3)
    with pytest.raises(Conflict, match="cannot have 2 lanes only"):
        lower(2, 1)
    lower(2, 3)
    assert lanes_of(stays)[0] in (1, 2)
    assert sorted(lane for each in [*past, stays] for lane in lanes_of(each)) == [1, 2, 3]
    lower(None, 3)
