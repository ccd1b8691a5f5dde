"""Filling seats, against trying every way."""

from collections.abc import Set
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from policies.verdicts import seat

NEEDS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=4)
SPEAKERS = st.lists(st.frozensets(st.sampled_from("abcde")), max_size=6)


def most_by_trying(needs: dict[str, int], speakers: list[Set[str]]) -> int:
    """Every way in which each takes one seat or none."""
    best = 0
    for choice in product(*[[None, *sorted(may)] for may in speakers]):
        counts = {rule: choice.count(rule) for rule in needs}
        seated = [rule for rule in choice if rule is not None]
        if all(rule in needs for rule in seated) and all(counts[rule] <= needs[rule] for rule in needs):
            best = max(best, len(seated))
    return best


@given(NEEDS, SPEAKERS)
def test_as_many_seats_are_taken_as_can_be(needs: dict[str, int], speakers: list[Set[str]]):
    seating = seat(needs, speakers)
    assert sum(seating.taken.values()) == most_by_trying(needs, speakers)
    for speaker, rule in zip(speakers, seating.seats, strict=True):
        assert rule is None or rule in speaker
    assert {rule: seating.seats.count(rule) for rule in needs} == seating.taken
    assert all(seating.taken[rule] <= needs[rule] for rule in needs)


@given(NEEDS, SPEAKERS, st.frozensets(st.sampled_from("abcde")))
def test_whoever_has_a_seat_keeps_one_when_another_comes(needs: dict[str, int], speakers: list[Set[str]], another: Set[str]):
    before, after = seat(needs, speakers).seats, seat(needs, [*speakers, another]).seats
    assert all(then is not None for now, then in zip(before, after, strict=False) if now is not None)


def test_one_who_speaks_for_two_rules_leaves_the_seat_that_another_needs():
    seating = seat({"security": 1, "operations": 1}, [{"security", "operations"}, {"security"}])
    assert seating.seats == ("operations", "security")
    assert seating.missing({"security": 1, "operations": 1}) == {}


def test_one_person_never_fills_two_seats():
    needs = {"security": 1, "operations": 1}
    assert seat(needs, [{"security", "operations"}]).missing(needs) == {"operations": 1}
