"""Filling the seats of rules with people: each person takes one seat, of a rule they may speak for.

Counting approvals over groups is a matching problem: who speaks for two rules fills only one, and which one decides whether the others
suffice. The matching here is exact (augmenting paths), since a guess would let through, or hold up, what it should not.
"""

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

Rule = TypeVar("Rule", bound=Hashable)


@dataclass(frozen=True)
class Seating(Generic[Rule]):
    """How many seats of each rule are taken, and the rule in which each speaker sits (None: no seat was left for them)."""

    taken: Mapping[Rule, int]
    seats: tuple[Rule | None, ...]

    def missing(self, needs: Mapping[Rule, int]) -> dict[Rule, int]:
        """The rules with empty seats, and how many; empty when all are met."""
        return {rule: people - self.taken[rule] for rule, people in needs.items() if self.taken[rule] < people}


def seat(needs: Mapping[Rule, int], speakers: Sequence[Set[Rule]]) -> Seating[Rule]:
    """Take as many seats as can be taken at once. `needs`: people by rule; `speakers`: the rules each person may speak for.

    Earlier speakers keep a seat once they have one, though perhaps of another rule. Rules that `needs` does not name are ignored.
    """
    taken: dict[Rule, int] = dict.fromkeys(needs, 0)
    seats: list[Rule | None] = [None] * len(speakers)

    def find(speaker: int, tried: set[Rule]) -> bool:
        for rule in needs:
            if rule not in speakers[speaker] or rule in tried:
                continue
            tried.add(rule)
            if taken[rule] < needs[rule]:
                seats[speaker] = rule
                taken[rule] += 1
                return True
            for other, where in enumerate(seats):
                # Somebody who sits there may move on, and leave the seat.
                if where == rule and find(other, tried):
                    taken[rule] -= 1
                    seats[speaker] = rule
                    taken[rule] += 1
                    return True
        return False

    for speaker in range(len(speakers)):
        find(speaker, set())
    return Seating(taken, tuple(seats))
