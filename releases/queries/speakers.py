"""Who may fill seats, in words."""

from collections.abc import Iterable, Mapping

from policies.queries import Seats, Speakers


def names_of(asked: Iterable[Seats]) -> str:
    """`Security (2 people), release manager (1)`: what is asked of whom."""
    return ", ".join(f"{name_of(each)} ({people_words(each.people)})" for each in asked)


def name_of(seats: Seats) -> str:
    """The team, or the role."""
    return str(seats.rule.team) if seats.rule.team is not None else f"{seats.speakers.role}s"


def missing_words(asked: Iterable[Seats], missing: Mapping[Speakers, int]) -> str:
    """`1 of Security and 2 of Operations`: who has still to say yes; empty when nobody."""
    words = [f"{missing[each.speakers]} of {name_of(each)}" for each in asked if each.speakers in missing]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def people_words(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
