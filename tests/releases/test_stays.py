"""What was at a place and when, with what was rolled back: the sweep against a slow, obvious model, and through the verbs."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from releases.actions.deployments import Arrival, stays, version_order

START = datetime(2026, 1, 1, tzinfo=UTC)


def arrival(number: int, day: int, length: int | None, version: str, *, is_removal: bool) -> Arrival:
    at = START + timedelta(days=day)
    until = at + timedelta(days=length) if length else None
    return Arrival(at, until, version, is_removal, number, number, number, (str(number), at, [], 1))


ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.one_of(st.none(), st.integers(1, 6)),
        st.sampled_from(["1", "1.9", "1.10", "2"]),
        st.sampled_from([False, False, True]),
    ),
    max_size=8,
).map(lambda rows: [arrival(n, day, length, version, is_removal=gone) for n, (day, length, version, gone) in enumerate(rows)])


def there_on(arrivals: list[Arrival], moment: datetime) -> Arrival | None:
    """What is there at an instant: of all that came by then and was not rolled back by then, the latest; the obvious way."""
    standing = [one for one in arrivals if one.at <= moment and (one.until is None or moment < one.until)]
    if not standing:
        return None
    latest = max(standing, key=lambda one: (one.at, not one.is_removal, version_order(one.version), one.precedence))
    return None if latest.is_removal else latest


@given(ARRIVALS)
def test_at_every_instant_there_is_what_came_last_and_was_not_rolled_back(arrivals: list[Arrival]):
    found = list(stays(arrivals))
    for half_day in range(32):
        moment = START + timedelta(hours=12 * half_day)
        at_once = [stay.arrival for stay in found if stay.begins_at <= moment and (stay.ends_at is None or moment < stay.ends_at)]
        wanted = there_on(arrivals, moment)
        assert at_once == ([] if wanted is None else [wanted])
    assert all(stay.ends_at is None or stay.begins_at < stay.ends_at for stay in found)


def test_what_was_there_before_returns_when_the_next_is_rolled_back():
    old, new = arrival(1, 1, None, "1", is_removal=False), arrival(2, 3, 2, "2", is_removal=False)
    day = {number: START + timedelta(days=number) for number in range(9)}
    assert [(stay.arrival.version, stay.begins_at, stay.ends_at) for stay in stays([new, old])] == [
        ("1", day[1], day[3]),
        ("2", day[3], day[5]),
        ("1", day[5], None),
    ]
