"""What a digest says: the letters it gathers, by the release or project they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from reminders.queries.letters import Letter

#: Of more things than these a digest says only how many more there are.
MOST: Final = 100


@dataclass(frozen=True)
class Group:
    """All letters about one release or project."""

    title: str
    letters: tuple[Letter, ...]


@dataclass(frozen=True)
class Bundle:
    """What one message says. `beyond`: so many things more than it has room for."""

    headline: str
    groups: tuple[Group, ...]
    beyond: int = 0


def bundle(letters: Sequence[Letter]) -> Bundle:
    """The message of some letters, in their order."""
    groups: dict[str, list[Letter]] = {}
    for letter in letters[:MOST]:
        groups.setdefault(letter.thread, []).append(letter)
    shown = tuple(Group(some[0].about, tuple(some)) for some in groups.values())
    return Bundle(_headline(letters), shown, max(0, len(letters) - MOST))


def cover(of: Bundle, reader: int) -> Letter:
    """A digest to somebody (id) in one sentence, for ways that have no room for more."""
    why = "You get this together, because you asked for it."
    url = f"{settings.BASE_URL}/me/inbox/"
    return Letter(of.headline, f"{of.headline}.", why, url, f"digest-{reader}", button="Open the inbox", about="Releasecal")


def _headline(letters: Sequence[Letter]) -> str:
    """`7 things about 4 releases and 1 project`."""
    kinds: dict[str, set[str]] = {}
    for letter in letters:
        kinds.setdefault(letter.thread.partition("-")[0], set()).add(letter.thread)
    about = " and ".join(_counted(len(things), kind) for kind, things in sorted(kinds.items(), reverse=True))
    return f"{_counted(len(letters), 'thing')} about {about}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word if number == 1 else f'{word}s'}"
