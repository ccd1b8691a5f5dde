"""Counting approvals, against a slow and obvious model: every way of seating those who may sit is tried."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.queries import Speakers
from releases.queries.seats import Away, People, Yes, count
from tests.factories import NOON

HOUR = timedelta(hours=1)
TEAMS = [Speakers(number, "") for number in range(3)]
NOW, THEN = "now", "then"

people_ids = st.integers(1, 6)
moments = st.integers(0, 12).map(lambda hours: NOON + hours * HOUR)
needs_of = st.dictionaries(st.sampled_from(TEAMS), st.integers(1, 2), max_size=3)
may_of = st.dictionaries(people_ids, st.frozensets(st.sampled_from(TEAMS)), max_size=6)


@st.composite
def aways(draw: st.DrawFn) -> Away:
    start = draw(moments)
    return Away(draw(people_ids), draw(people_ids), start, start + draw(st.integers(1, 8)) * HOUR)


@st.composite
def yeses(draw: st.DrawFn) -> Yes:
    at = draw(moments)
    lapses = draw(st.none() | st.integers(1, 12).map(lambda hours: at + hours * HOUR))
    delegator = draw(st.none() | people_ids)
    return Yes(
        draw(people_ids), delegator, draw(st.none() | st.sampled_from(TEAMS)), draw(st.sampled_from([NOW, NOW, THEN])), at, lapses
    )


def may_not(barred: set[int], away: Sequence[Away], moment: datetime) -> set[int]:
    """Step by step: the barred, their delegates, the delegates of these."""
    found = set(barred)
    for _ in range(10):
        found |= {each.delegate for each in away if each.user in found and each.starts_at <= moment < each.ends_at}
    return found


def slowly(
    needs: Mapping[Speakers, int], said: Sequence[Yes], barred: set[int], people: People, at: datetime
) -> tuple[int, list[Yes]]:
    """How many seats can be taken at most, and by whom: those that count are found one by one, then every seating is tried."""
    sitting: list[Yes] = []
    for yes in said:
        whose = yes.by if yes.for_delegator is None else yes.for_delegator
        is_valid = yes.digest == NOW and (yes.lapses_at is None or at < yes.lapses_at)
        excluded = may_not(barred, people.away, yes.at)
        is_free = yes.by not in excluded and whose not in excluded and yes.by in people.deciders
        spoken = {each.by for each in sitting} | {each.for_delegator or each.by for each in sitting}
        if is_valid and is_free and yes.by not in spoken and whose not in spoken:
            sitting.append(yes)
    choices = []
    for yes in sitting:
        rules = people.may.get(yes.for_delegator or yes.by, frozenset())
        wanted = [rule for rule in needs if rule in rules and yes.speakers in (None, rule)]
        choices.append([None, *wanted])
    best = 0
    for way in product(*choices):
        if all(way.count(rule) <= needs[rule] for rule in needs):
            best = max(best, sum(rule is not None for rule in way))
    return best, sitting


@settings(max_examples=1_000)
@given(needs_of, st.lists(yeses(), max_size=5), st.sets(people_ids, max_size=2), may_of, st.lists(aways(), max_size=4), moments)
def test_as_many_seats_are_taken_as_by_trying_every_way(
    needs: dict[Speakers, int],
    said: list[Yes],
    barred: set[int],
    may: dict[int, frozenset[Speakers]],
    away: list[Away],
    at: datetime,
):
    people = People(may, frozenset(may) | {each.delegate for each in away}, away)
    counted = count(needs, said, digest=NOW, barred=barred, people=people, at=at)
    best, sitting = slowly(needs, said, barred, people, at)
    assert sum(counted.taken.values()) == best
    assert counted.people == {each.by for each in sitting} | {each.for_delegator or each.by for each in sitting}
    # Per rule and never the union: no rule has more than it asks for, and the whole is met exactly when every one is.
    assert all(counted.taken[rule] <= people_asked for rule, people_asked in needs.items())
    assert (best == sum(needs.values())) == all(counted.taken[rule] == needs[rule] for rule in needs)
    for yes, seated in zip(said, counted.seats, strict=True):
        assert seated is None or (yes in sitting and yes.speakers in (None, seated))


@settings(max_examples=300)
@given(needs_of, st.lists(people_ids, unique=True, max_size=4), may_of)
def test_the_order_in_which_people_decide_changes_nothing(
    needs: dict[Speakers, int], deciders: list[int], may: dict[int, frozenset[Speakers]]
):
    people = People(may, frozenset(may))
    found = {
        sum(
            count(
                needs,
                [Yes(user, None, None, NOW, NOON, None) for user in order],
                digest=NOW,
                barred=set(),
                people=people,
                at=NOON,
            ).taken.values()
        )
        for order in permutations(deciders)
    }
    assert len(found) <= 1


@settings(max_examples=300)
@given(needs_of, st.lists(people_ids, unique=True, max_size=5), may_of, st.sets(people_ids, max_size=3))
def test_an_edit_never_adds_a_seat(
    needs: dict[Speakers, int], deciders: list[int], may: dict[int, frozenset[Speakers]], editors: set[int]
):
    people, said = People(may, frozenset(may)), [Yes(user, None, None, NOW, NOON, None) for user in deciders]
    before = count(needs, said, digest=NOW, barred=set(), people=people, at=NOON)
    after = count(needs, said, digest=NOW, barred=editors, people=people, at=NOON)
    assert sum(after.taken.values()) <= sum(before.taken.values())
    assert not editors & after.people
