"""Verbs on prerequisites: which releases must be live before another."""

from collections.abc import Sequence

from accounts.models import User
from common import labels
from common.locks import Lock, take
from common.refusals import Conflict, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from releases import rules
from releases.actions.opening import NOT_YOURS, expect_open, to_write
from releases.models import Prerequisite, Release
from releases.vocabulary import ENDED

#: Taken by whoever makes one release wait for another: of two far parts of a circle, neither release is the other's.
_SHOWN = 6


@deed
def add(release: Release, needs: Release, *, by: User) -> Prerequisite:
    """Make a release wait until another is live. Raises NotAllowed, Conflict when it does already or one of them is over, and
    RuleBroken for a circle, which the sentence shows."""
    take(Lock.PREREQUISITES_IN_CIRCLES)
    both = Release.objects.select_for_update(no_key=True).filter(pk__in=[release.pk, needs.pk]).order_by("pk")
    found = {each.pk: each for each in both}
    release, needs = found[release.pk], found[needs.pk]
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    expect_open(release)
    if Prerequisite.objects.filter(release=release, needs=needs).exists():
        sentence = f"{release} waits for {needs} already."
        raise Conflict(sentence, errors={"needs": [sentence]})
    if needs.status in ENDED:
        sentence = f"{needs} is {needs.get_status_display().lower()} and will not be live again; choose another."
        raise RuleBroken(sentence, errors={"needs": [sentence]})
    circle = _way(needs, release)
    if circle:
        sentence = f"Then it would wait for itself: {_shown([release.pk, *circle], by)}. Take one of these steps out first."
        raise RuleBroken(sentence, errors={"needs": [sentence]})
    prerequisite: Prerequisite = Prerequisite.objects.create(release=release, needs=needs)
    record(release, "added_prerequisite", by=by, template="{actor} made {subject} wait for {needs}", needs=needs)
    prerequisite.refresh_from_db()
    return prerequisite


@deed
def remove(prerequisite: Prerequisite, *, by: User, seen: Seen = None) -> None:
    """Let a release no longer wait for another. Raises NotAllowed, Stale, Conflict when the release is over."""
    release = to_write(prerequisite.release, by=by)
    found: Prerequisite = (
        Prerequisite.objects.select_for_update(no_key=True, of=("self",)).select_related("needs").get(pk=prerequisite.pk)
    )
    expect_seen(found, seen)
    template = "{actor} let {subject} go without {needs}"
    record(release, "removed_prerequisite", by=by, template=template, needs=found.needs)
    found.delete()


def _way(start: Release, end: Release) -> list[int]:
    """The releases from `start` to `end`, each waiting for the next; empty where no way leads there. One query for each step."""
    if start.pk == end.pk:
        return [end.pk]
    came_from: dict[int, int] = {start.pk: 0}
    ahead = [start.pk]
    while ahead and end.pk not in came_from:
        edges = Prerequisite.objects.filter(release__in=ahead).order_by("pk").values_list("release", "needs")
        ahead = []
        for release, needs in edges:
            if needs not in came_from:
                came_from[needs] = release
                ahead.append(needs)
    if end.pk not in came_from:
        return []
    way = [end.pk]
    while came_from[way[-1]]:
        way.append(came_from[way[-1]])
    return way[::-1]


def _shown(way: Sequence[int], by: User) -> str:
    named = labels.of([("release", number) for number in way], by)
    names = [named["release", number].text for number in way]
    return " → ".join([*names[:_SHOWN], "…", names[-1]] if len(names) > _SHOWN + 2 else names)
