"""Who may see what reminders are about: asked once for everybody, and for each person only of the few things that are restricted."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from accounts.models import User
from accounts.vocabulary import AccountKind
from projects.models import Output, Project
from releases.models import Gate, Promotion, Release

Thing = tuple[str, int]

_MODELS: Final[Mapping[str, Any]] = {"promotion": Promotion, "gate": Gate, "release": Release, "output": Output, "project": Project}


class Seen:
    """Which people may see which of some things. Each person is asked at most once about what not everybody sees."""

    def __init__(self, things: Iterable[Thing]) -> None:
        wanted: dict[str, set[int]] = {}
        for kind, number in things:
            wanted.setdefault(kind, set()).add(number)
        self._open = {kind: _visible(kind, numbers, bystander()) for kind, numbers in wanted.items()}
        self._rest = {kind: numbers - self._open[kind] for kind, numbers in wanted.items()}
        self._by_person: dict[tuple[int, str], set[int]] = {}

    def by(self, user: User, thing: Thing) -> bool:
        """Whether somebody, who is active, may see one of the things."""
        kind, number = thing
        if number in self._open[kind]:
            return True
        if number not in self._rest[kind]:
            return False
        key = (user.pk, kind)
        if key not in self._by_person:
            self._by_person[key] = _visible(kind, self._rest[kind], user)
        return number in self._by_person[key]

    def by_all(self, thing: Thing) -> bool:
        """Whether everybody may see it."""
        return thing[1] in self._open[thing[0]]


def bystander() -> User:
    """Somebody who manages nothing, belongs to no team and has no role: what they see, every active person sees."""
    nobody = User(pk=0, kind=AccountKind.PERSON, is_active=True)
    nobody.role_names, nobody.team_ids = frozenset(), frozenset()
    return nobody


def _visible(kind: str, numbers: Collection[int], user: User) -> set[int]:
    rows = _MODELS[kind].objects.filter(pk__in=numbers) if numbers else None
    return set() if rows is None else set(rows.visible_to(user).order_by().values_list("pk", flat=True))
