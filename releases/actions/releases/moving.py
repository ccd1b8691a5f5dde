"""Where people move a release themselves: cancel it, and what comes after production."""

from datetime import datetime
from typing import Final

from accounts.models import User
from common.refusals import IllegalMove, NotAllowed
from common.rows import Seen, expect_seen
from environments.models import Environment
from history.deeds import deed, record
from releases import rules
from releases.actions import promotions
from releases.actions.opening import locked_together
from releases.actions.promotions.places import settle
from releases.actions.releases.bringing import NOT_YOURS
from releases.models import Promotion, Release
from releases.vocabulary import ENDED, GOING_ON, MOVED_BY_PEOPLE, RELEASE_MOVES, ReleaseStatus

FIELD: Final = "status"


@deed
def move_on(release: Release, *, to: str, by: User, at: datetime, seen: Seen = None) -> Release:
    """Say what a release in production has come to at `at` (UTC): early life, closed, or retired, by the release moves.

    Every other status follows from promotions, or from `cancel`. A retired one holds no place any longer. Raises NotAllowed, Stale,
    IllegalMove.
    """
    target = ReleaseStatus(to)
    if target in ENDED:
        # It gives places back, and environments are locked before releases.
        Environment.objects.all_locked()
    release = locked_together(release)
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    expect_seen(release, seen)
    origin = ReleaseStatus(release.status)
    if target not in rules.ways_on(release):
        raise _illegal(origin, target, rules.ways_on(release))
    release.status = target
    release.save(update_fields=["status"])
    words = {
        ReleaseStatus.EARLY_LIFE: "{actor} put {subject} under early-life support",
        ReleaseStatus.CLOSED: "{actor} closed {subject}: it needs no more support than any other",
        ReleaseStatus.RETIRED: "{actor} retired {subject}",
    }
    record(release, "moved_on", by=by, template=words[target], status=target.value)
    if target in ENDED:
        settle(release, by=by, at=at)
    release.refresh_from_db()
    return release


@deed
def cancel(release: Release, *, by: User, at: datetime, reason: str, seen: Seen = None) -> Release:
    """Call a release off for good, with its unfinished promotions, whose places become free from `at` (UTC) on.

    Raises NotAllowed, Stale, IllegalMove for one that has been in production or has ended, or of which a promotion runs.
    """
    # Its promotions are known only under its lock, and environments come before it.
    Environment.objects.all_locked()
    release = locked_together(release)
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    expect_seen(release, seen)
    if not rules.may_still_be_cancelled(release):
        raise IllegalMove(
            f"The release is {release.get_status_display().lower()}; only one that has not been in production yet can be cancelled."
        )
    promotion = Promotion.objects.filter(release=release, status__in=GOING_ON).select_related("environment").first()
    if promotion is not None:
        raise IllegalMove(
            f"Its promotion into {promotion.environment.name} is {promotion.get_status_display().lower()}; give it an outcome first, and cancel then."
        )
    # First the release, so that what it holds "until it leaves" is given back too, and its promotions lead it nowhere any more.
    release.status = ReleaseStatus.CANCELLED
    release.save(update_fields=["status"])
    record(release, "cancelled", by=by, template="{actor} cancelled the release {subject}", reason=reason)
    promotions.cancel_all(release, by=by, at=at, reason=reason)
    release.refresh_from_db()
    return release


def _illegal(origin: ReleaseStatus, target: ReleaseStatus, ways: frozenset[ReleaseStatus]) -> IllegalMove:
    if target == ReleaseStatus.CANCELLED and ReleaseStatus.CANCELLED in RELEASE_MOVES[origin]:
        sentence = "A release is cancelled with a reason: use “Cancel the release…”, over REST the address cancellation/."
    elif target not in MOVED_BY_PEOPLE:
        sentence = f"A release becomes {target.label.lower()} by its promotions, not by hand; plan or end one."
    else:
        there = ", ".join(way.label.lower() for way in ReleaseStatus if way in ways) or "nowhere by hand"
        sentence = f"The release is {origin.label.lower()}; from there it goes to {there}, not to {target.label.lower()}."
    return IllegalMove(sentence, errors={FIELD: [sentence]})
