"""Laying on and ending restrictions, whatever the noun."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.models import Team, User
from accounts.querysets import RestrictableQuerySet
from common.locks import Lock, take_if_free
from common.refusals import IllegalMove, RuleBroken
from common.rows import revise
from history.deeds import deed, record

LONGEST: Final = timedelta(days=731)


def lay_on(thing: Any, *, until: datetime, teams: Sequence[Team], at: datetime) -> bool:
    """Keep a thing that its verb has locked to `teams` and its managers until an instant (UTC); whether that is something new.

    Raises RuleBroken for an end that does not lie in the two years after `at`.
    """
    if not at < until <= at + LONGEST:
        sentence = "A restriction ends after now, and within two years."
        raise RuleBroken(sentence, errors={"until": [sentence]})
    if thing.restricted_until == until and set(thing.restricted_to.all()) == set(teams):
        return False
    if thing.restricted_until == until:
        revise(thing)
    thing.restricted_until = until
    thing.save(update_fields=["restricted_until"])
    thing.restricted_to.set(teams)
    return True


def lift(thing: Any) -> None:
    """End the restriction of a thing that its verb has locked; the named teams stay, and say who it was for. Raises IllegalMove."""
    if thing.restricted_until is None:
        raise IllegalMove("It is not restricted.")
    thing.restricted_until = None
    thing.save(update_fields=["restricted_until"])


@deed
def end(
    nouns: Iterable[RestrictableQuerySet[Any]], *, by: User, at: datetime, lock: Lock, state_of: Callable[[Any], dict[str, Any]]
) -> int:
    """Lift the restrictions of `nouns` that were to end by `at` (UTC); gives how many.

    What becomes visible tells its present state (`state_of`), so that whoever follows the changes learns of the thing at once. Two
    at once are harmless: the one that does not get `lock` does nothing.
    """
    if not take_if_free(lock):
        return 0
    ended: list[Any] = []
    for noun in nouns:
        ended += noun.select_for_update(no_key=True).with_ended_restriction(at).order_by("pk")
    for thing in ended:
        lift(thing)
        record(thing, "opened", by=by, template="{subject} is no longer restricted", **state_of(thing))
    return len(ended)
