"""What stands around the calendar: the sentence above it, and the rail of filters with their counts."""

from typing import Any, Final

from common import looks
from schedule.branches import BRANCHES
from schedule.branches.sight import Sight
from schedule.queries import counts
from schedule.queries.counts import Choice, Summary
from schedule.views.asked import AGENDA, WORDS, Asked
from schedule.vocabulary import UNASKED

THREATENED: Final = "threatened"
_LABELS: Final = {
    "kind": "Kind",
    "environment": "Environment",
    "program": "Program",
    "project": "Project",
    "service": "Service",
    "status": "Status",
    "commitment": "Commitment",
}


def context(sight: Sight, asked: Asked) -> dict[str, Any]:
    """The rail in the shape of components/filters.html; `lead`: the parts of the sentence as (words, address), `running` its last one;
    `zones`.
    """
    choices, summary = counts.facets(sight, asked.span, asked.narrowing, asked.kinds)
    given = set(asked.given)
    chosen = sum(name != WORDS for name, _ in asked.given)
    return {
        "filters": [
            {
                "name": facet,
                "label": label,
                "has_icons": facet == "kind",
                "choices": [
                    {"value": each.value, "label": _words(facet, each), "count": each.count, "chosen": (facet, each.value) in given}
                    for each in (_kinds(choices[facet], asked) if facet == "kind" else choices[facet])
                ],
            }
            for facet, label in _LABELS.items()
        ]
        + [_threatened(summary.all_threatened, given)],
        "keep": asked.keep,
        "chosen": chosen,
        "reset": asked.address(given=tuple(pair for pair in asked.given if pair[0] == WORDS)),
        "search": {"name": WORDS, "value": asked.narrowing.words},
        "lead": _lead(asked, summary),
        "running": _running(asked, summary),
        "zones": summary.zones,
    }


def _threatened(count: int | None, given: set[tuple[str, str]]) -> dict[str, Any]:
    """The filter for what opens before something it waits for; also when there is none, as long as it is chosen."""
    choices = [
        {"value": value, "label": words, "count": number, "chosen": (THREATENED, value) in given}
        for value, words, number in (("true", "Threatened", count), ("false", "Not threatened", None))
        if value == "true" or (THREATENED, value) in given
    ]
    return {"name": THREATENED, "label": "Threatened", "has_icons": False, "choices": choices}


def _kinds(counted: list[Choice], asked: Asked) -> list[Choice]:
    """Every kind there is, in the order of the legend, and the chosen ones that are yet to come."""
    known = {each.value: each for each in counted}
    there = {branch.kind for branch in BRANCHES} | set(asked.narrowing.kinds)
    none = None if any(each.count is None for each in counted) else 0
    return [known.get(kind, Choice(kind, kind, none)) for kind in looks.KINDS if kind in there]


def _words(facet: str, choice: Choice) -> str:
    return looks.words_of(choice.label) if facet in ("status", "commitment") else choice.label


def _lead(asked: Asked, summary: Summary) -> list[tuple[str, str]]:
    """What matters in the range, each part with the address that shows it; nothing that is zero.

    What goes live is shown as an agenda: what is asked of it, for which projects and what threatens it, has no room in a month.
    """
    if summary.total is None:
        return [(f"More than {counts.COUNTED:,} entries", asked.address(view=AGENDA))]
    parts = []
    live = [("kind", "promotion"), *(("environment", slug) for slug in summary.production)]
    live += [("status", status) for status in summary.statuses]
    if summary.go_live:
        verb = "goes" if summary.go_live == 1 else "go"
        when = "" if asked.view == AGENDA and asked.days else f" in {asked.title}"
        words = f"{summary.go_live:,} {verb} live{when}"
        if summary.go_live_projects:
            words += f" for {_many(summary.go_live_projects, 'project', 'projects')}"
        parts.append((words, asked.address(view=AGENDA, given=asked.with_only(*live))))
    if summary.threatened:
        threatened = asked.with_only(*live, (THREATENED, "true"))
        parts.append((f"{summary.threatened:,} threatened", asked.address(view=AGENDA, given=threatened)))
    for kind, one, several in (("milestone", "milestone", "milestones"), ("output", "output due", "outputs due")):
        if number := summary.kinds.get(kind):
            parts.append((_many(number, one, several), asked.address(given=asked.with_only(("kind", kind)))))
    if number := summary.kinds.get(UNASKED):
        parts.append((f"{_many(number, 'project', 'projects')} under way", asked.address(given=asked.with_only(("kind", UNASKED)))))
    return parts


def _running(asked: Asked, summary: Summary) -> list[tuple[str, str]]:
    """What runs now, of what the range shows."""
    if summary.total is None or not summary.running:
        return []
    return [(f"{summary.running:,} running now", asked.address(given=asked.with_only(("status", "running"), ("status", "paused"))))]


def _many(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
