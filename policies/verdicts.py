"""Filling the seats of rules with people: each person takes one seat, of a rule they may speak for; whether there are people enough;
and the risk that answers make.

Counting approvals over groups is a matching problem: who speaks for two rules fills only one, and which one decides whether the others
suffice. The matching here is exact (augmenting paths), since a guess would let through, or hold up, what it should not.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from accounts.models import Membership, Team, User
from environments.vocabulary import Stage
from policies.models import PolicyVersion
from policies.queries import Seats, Speakers, asked_by
from policies.vocabulary import Risk

Rule = TypeVar("Rule", bound=Hashable)
_SELECTION: Final = ("urgencies", "sizes", "risks", "natures", "tiers")


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


def highest(risks: Iterable[str]) -> str:
    """The highest of several levels of risk: one answer that stands for high makes it high, however many stand for low."""
    return max(risks, key=Risk.values.index)


def unmeetable(version: PolicyVersion) -> list[str]:
    """Sentences that name each stage whose approvals no living combination of people could give, whoever asks for them.

    Counted with all other policies in force that are for each release this one is for. Each person fills one seat; programs and people who
    left fill none; that a requester may not approve is left aside. Five queries.
    """
    others = PolicyVersion.objects.in_force().exclude(policy=version.policy_id).prefetch_related("approval_rules__team")
    together = [version, *(other for other in others if _is_for_all_of(other, version))]
    stages = {rule.stage for rule in version.approval_rules.all()}
    found = []
    for stage in (each for each in Stage if each in stages):
        asked = {seats.speakers: seats for seats in asked_by(together, stage).seats}
        sentence = _missing(asked, _speaking(asked))
        if sentence:
            found.append(f"Before {stage.label.lower()} {sentence}")
    return found


def _is_for_all_of(other: PolicyVersion, version: PolicyVersion) -> bool:
    """Whether `other` is for every release that `version` is for."""
    pairs = ((getattr(other, name), getattr(version, name)) for name in _SELECTION)
    return all(not wanted or (narrower and set(narrower) <= set(wanted)) for wanted, narrower in pairs)


def _speaking(asked: Iterable[Speakers]) -> list[Set[Speakers]]:
    """For each person who may speak for anything of it: for what."""
    may: dict[int, set[Speakers]] = {}
    people = User.objects.people().active()
    for speakers in asked:
        if speakers.team is None:
            ids: Iterable[int] = people.filter(groups__name=speakers.role).values_list("pk", flat=True)
        else:
            members = Membership.objects.filter(team=speakers.team, user__in=people).values_list("user", flat=True)
            leads = Team.objects.filter(pk=speakers.team, lead__in=people).values_list("lead", flat=True)
            ids = members.union(leads)
        for number in ids:
            may.setdefault(number, set()).add(speakers)
    return list(may.values())


def _missing(asked: Mapping[Speakers, Seats], people: list[Set[Speakers]]) -> str:
    """What is missing, in words; empty when everybody is there."""
    needs = {speakers: seats.people for speakers, seats in asked.items()}
    missing = seat(needs, people).missing(needs)
    if not missing:
        return ""
    wanted = " and ".join(f"{number} of {_called(asked[speakers])}" for speakers, number in needs.items())
    short = " and ".join(f"{number} of {_called(asked[speakers])}" for speakers, number in missing.items())
    return f"{wanted} approve, and there are not so many people: {short} would be missing. Add people, or ask for fewer."


def _called(seats: Seats) -> Any:
    return seats.rule.team.name if seats.rule.team else f"the role {seats.rule.role}"
