"""First drafts of release notes: what a release brings and changes, for one audience, in Markdown."""

from typing import Final

from releases.models import Audience, Contribution, Item
from releases.vocabulary import ItemChange

#: Of each list at most so many, and of each name so much, so that notes stay something that people read.
_LISTED: Final = 20
_LONGEST: Final = 120
_WORDS: Final = {
    ItemChange.NEW: "{service} is new{version}",
    ItemChange.CHANGED: "{service} changes{version}",
    ItemChange.REMOVED: "{service} goes",
}


def notes_for(audience: Audience) -> str:
    """Notes that name the outputs a release carries and the services it changes; two queries.

    Whoever sees the release reads them: what belongs to a restricted project or program is not named.
    """
    release = audience.release
    open_ones = {"output__project__restricted_until": None, "output__project__program__restricted_until": None}
    carried = Contribution.objects.standing().filter(release=release, **open_ones).order_by("output__name", "id")
    outputs = [_plain(name) for name in carried.values_list("output__name", flat=True)]
    items = Item.objects.filter(release=release).select_related("service").order_by("service__name", "id")
    changes = [_of_item(item) for item in items]
    said = [f"**{_plain(str(release))}**", f"For {_plain(str(audience))}."]
    said += [f"{head}\n\n{_listed(lines)}" for head, lines in (("What it brings:", outputs), ("What changes:", changes)) if lines]
    return "\n\n".join(said) + "\n"


def _of_item(item: Item) -> str:
    version = f", version {_plain(item.version)}" if item.version else ""
    return _WORDS[ItemChange(item.change)].format(service=_plain(item.service.name), version=version)


def _listed(lines: list[str]) -> str:
    more = [f"and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    return "\n".join(f"- {line}" for line in [*lines[:_LISTED], *more])


def _plain(text: str) -> str:
    """What people call things, so that Markdown takes it as it is."""
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return "".join(f"\\{letter}" if letter in _MARKS else letter for letter in shown)


_MARKS: Final = frozenset("\\`*_[]<>#|~")
