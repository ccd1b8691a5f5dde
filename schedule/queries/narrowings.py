"""Filters of the calendar as they are kept: by the names of things, in one form, and turned into ids when they are used.

{"environment": ["prod"], "kind": ["milestone", "promotion"], "q": "gateway"}
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from common.refusals import BadInput
from environments.models import Environment, Service
from projects.models import Program, Project
from projects.vocabulary import OutputStatus, ProjectStatus
from releases.models import Release
from releases.vocabulary import Commitment, GateState, PreparationState, PromotionStatus
from schedule.vocabulary import CANCELLED, KINDS, UNASKED, Narrowing

Filters = dict[str, Any]

#: Every status an entry may have, whatever its noun.
STATUSES: Final = tuple(
    dict.fromkeys(
        [*PromotionStatus.values, *OutputStatus.values, *ProjectStatus.values, *GateState.values, *PreparationState.values]
    )
)
WORDS: Final = "q"
#: The two values of what is so or is not, and their words.
YES_OR_NO: Final = (("true", "yes"), ("false", "no"))
MOST_VALUES: Final = 50
MOST_WORDS: Final = 10
LONGEST_SEARCH: Final = 200

_VALUES: Final[Mapping[str, Sequence[str]]] = {
    "kind": KINDS,
    "status": STATUSES,
    "commitment": Commitment.values,
    "threatened": [value for value, _ in YES_OR_NO],
}
_NOUNS: Final[Mapping[str, tuple[Any, str]]] = {
    "environment": (Environment, "slug"),
    "service": (Service, "slug"),
    "program": (Program, "code"),
    "project": (Project, "code"),
    "release": (Release, "key"),
}
#: The names of filters that are kept, in the order in which they stand in addresses.
NAMES: Final = ("kind", "environment", "service", "program", "project", "release", "status", "commitment", "threatened")
#: The id of nothing: what a name stands for that is no longer there, or no longer for these eyes.
_NOTHING: Final = -1


def canonical(given: Mapping[str, Any], user: Any) -> Filters:
    """Filters in the form they are kept in: lists of names without repetition, sorted; empty ones left out.

    Raises BadInput that names the filter for what is unknown, or what `user` may not see.
    """
    unknown = sorted(set(given) - {*NAMES, WORDS})
    if unknown:
        raise _refused(f"There is no filter “{_said(unknown[0])}”; there are {', '.join((*NAMES, WORDS))}.")
    kept: Filters = {}
    for name in NAMES:
        values = _values(name, given.get(name))
        if values:
            kept[name] = values
            _expect_known(name, values, user)
    words = given.get(WORDS) or ""
    if not isinstance(words, str):
        raise _refused("q is the text to search for.")
    words = " ".join(words.split())
    if len(words) > LONGEST_SEARCH or len(words.split()) > MOST_WORDS or not words.isprintable():
        raise _refused(f"A search takes up to {MOST_WORDS} words and {LONGEST_SEARCH} printable characters.")
    return kept | ({WORDS: words} if words else {})


def narrowing_of(filters: Filters, user: Any) -> Narrowing:
    """What kept filters mean for `user` now. A name nobody knows any more, or `user` may not see, leaves nothing of its filter:
    never does a calendar grow because something it was narrowed to is gone. Projects must be asked for, as on the page.
    """
    ids = {name: tuple(sorted(_ids(name, filters[name], user).values())) or (_NOTHING,) for name in _NOUNS if name in filters}
    kinds = tuple(filters.get("kind", ()))
    if not kinds:
        kinds = tuple(kind for kind in KINDS if kind != UNASKED or "project" in ids)
    return Narrowing(
        kinds=kinds,
        environments=ids.get("environment", ()),
        services=ids.get("service", ()),
        programs=ids.get("program", ()),
        projects=ids.get("project", ()),
        releases=ids.get("release", ()),
        statuses=tuple(filters.get("status", ())),
        commitments=tuple(filters.get("commitment", ())),
        words=filters.get(WORDS, ""),
        is_outside=True,
        threatened=one_of_both(filters.get("threatened", ())),
    )


def one_of_both(values: Sequence[str]) -> bool | None:
    """What `true` or `false` asks for; both, or neither, ask for nothing."""
    return values[0] == "true" if len(set(values)) == 1 else None


def with_cancelled(narrowing: Narrowing) -> Narrowing:
    """The same with what was cancelled, so that calendars that had it learn of it."""
    if not narrowing.statuses or CANCELLED in narrowing.statuses:
        return replace(narrowing, with_cancelled=True)
    # Milestones have no other status: asked for by status, they were never there.
    kinds = tuple(kind for kind in narrowing.kinds if kind != "milestone")
    return replace(narrowing, kinds=kinds, statuses=(*narrowing.statuses, CANCELLED), with_cancelled=True)


def pairs(filters: Filters) -> list[tuple[str, str]]:
    """Kept filters as they stand in an address."""
    found = [(name, value) for name in NAMES for value in filters.get(name, ())]
    return [*found, (WORDS, filters[WORDS])] if WORDS in filters else found


def words_of(filters: Filters) -> str:
    """Kept filters in a few words: `kind promotion or milestone, environment prod`."""
    said = [f"{name} {' or '.join(filters[name])}" for name in NAMES if name in filters]
    if WORDS in filters:
        said.append(f"“{filters[WORDS]}”")
    return ", ".join(said) or "everything"


def _values(name: str, given: Any) -> list[str]:
    if given is None:
        return []
    values = [given] if isinstance(given, str) else given
    if not isinstance(values, (list, tuple)) or not all(isinstance(value, str) for value in values):
        raise _refused(f"{name} is a list of texts.")
    found = sorted({value for value in values if value})
    if len(found) > MOST_VALUES:
        raise _refused(f"{name} takes at most {MOST_VALUES} values.")
    return found


def _expect_known(name: str, values: list[str], user: Any) -> None:
    known = _VALUES[name] if name in _VALUES else _ids(name, values, user)
    unknown = [value for value in values if value not in known]
    if unknown:
        raise _refused(f"{name}: There is no “{_said(unknown[0])}” here.")


def _ids(name: str, values: Sequence[str], user: Any) -> dict[str, int]:
    model, by = _NOUNS[name]
    things = model.objects.visible_to(user)
    wanted = [value for value in values if "\0" not in value and value.isprintable()]
    if by == "key":
        return {key: pk for key in wanted for pk in things.with_key(key).values_list("pk", flat=True)}
    return dict(things.filter(**{f"{by}__in": wanted}).values_list(by, "pk"))


def _refused(sentence: str) -> BadInput:
    return BadInput(sentence, errors={"filters": [sentence]})


def _said(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text[:60])
