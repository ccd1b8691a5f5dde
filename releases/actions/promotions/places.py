"""What every verb on promotions does around its own change: lock in order, then have the places and the release follow."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from environments.actions import bookings
from environments.actions.bookings import LanesTaken, Wish
from environments.models import Booking, Stop
from history.deeds import record
from releases import rules
from releases.models import Promotion, Release
from releases.queries.holds import Held, holds
from releases.queries.routes import stops_of
from releases.rules import Stay
from releases.vocabulary import GOING_ON, UNFINISHED, ReleaseStatus

NOT_YOURS: Final = "Only release managers, or the release's own manager, may write its promotions."
KIND: Final = "promotion"


def promotions_of(release: Release) -> list[Promotion]:
    """All of a release's promotions, locked; the release is."""
    return list(Promotion.objects.select_for_update(no_key=True).filter(release=release).order_by("pk"))


def settle(release: Release, *, by: User, at: datetime) -> None:
    """Have the places of a release be those its promotions hold now. Raises Conflict where lanes are taken, naming who has them."""
    promotions, wanted = _let_go(release, by, at)
    try:
        bookings.hold_all(KIND, _wishes(wanted), by=by)
    except LanesTaken as taken:
        raise LanesTaken(_explained(taken, wanted, promotions)) from None


def settle_after_all(release: Release, *, by: User, at: datetime) -> None:
    """The same after something that has happened already, and that nothing refuses: an outcome, a roll-back, time that is over.

    Where the release now stays for longer at an earlier stop than the lanes there are free, its place ends when it did, and that is told.
    """
    promotions, wanted = _let_go(release, by, at)
    environments = {one.pk: one.environment for one in promotions}
    while True:
        try:
            with transaction.atomic():
                bookings.hold_all(KIND, _wishes(wanted), by=by)
        except LanesTaken as taken:
            for number in sorted(taken.by_holder):
                template = (
                    "{subject} stays in {environment} for longer than its place there lasts: others have the lanes from then on"
                )
                record(release, "stays_without_place", by=by, template=template, environment=environments[number], promotion=number)
            wanted = {number: held for number, held in wanted.items() if number not in taken.by_holder}
        else:
            return


def _let_go(release: Release, by: User, at: datetime) -> tuple[list[Promotion], Mapping[int, Held]]:
    """The promotions of a release, and the places they hold now; what they hold no longer is given back."""
    promotions = list(Promotion.objects.filter(release=release).select_related("environment").order_by("pk"))
    wanted = _running_on(holds(release, promotions, _stops(release)), promotions, at)
    bookings.release_all(KIND, [one.pk for one in promotions if one.pk not in wanted], by=by, at=at)
    return promotions, wanted


def _running_on(wanted: Mapping[int, Held], promotions: Iterable[Promotion], at: datetime) -> Mapping[int, Held]:
    """What still runs at `at` though it was to be over keeps the place that was made longer meanwhile; see `overrunning`."""
    late = {one.pk for one in promotions if one.status in GOING_ON and (end := wanted[one.pk].end) is not None and end <= at}
    if not late:
        return wanted
    there = Booking.objects.filter(holder_kind=KIND, holder_id__in=late, ends_at__isnull=False)
    longer = {
        number: replace(wanted[number], end=max(ends_at, wanted[number].end or ends_at))
        for number, ends_at in there.values_list("holder_id", "ends_at")
        if number is not None
    }
    return {**wanted, **longer}


def settle_all(releases: Collection[int], *, by: User, at: datetime) -> None:
    """The plural of `settle`, in few statements. Every environment is locked.

    Raises LanesTaken, by promotion, with every one whose lanes are taken.
    """
    moving = _with_places(releases)
    found = Release.objects.filter(pk__in=moving).defer("description", "rollback_plan")
    by_release: dict[int, list[Promotion]] = {}
    for promotion in Promotion.objects.filter(release__in=moving).order_by("pk"):
        by_release.setdefault(promotion.release_id, []).append(promotion)
    stops = stops_of(found)
    wanted: dict[int, Held] = {}
    recorded: list[int] = []
    over: list[int] = []
    for release in found:
        promotions = by_release.get(release.pk, [])
        own = _running_on(holds(release, promotions, stops.get(release.pk, [])), promotions, at)
        wanted |= own
        for promotion in promotions:
            if promotion.pk not in own:
                (recorded if promotion.was_recorded else over).append(promotion.pk)
    bookings.release_all(KIND, recorded, by=by, at=None)
    bookings.release_all(KIND, over, by=by, at=at)
    try:
        bookings.hold_all(KIND, _wishes(wanted), by=by)
    except LanesTaken as taken:
        raise LanesTaken(_explained(taken, wanted, [one for some in by_release.values() for one in some])) from None


def follow(release: Release, *, by: User) -> None:
    """Have a release be planned with its first planned promotion, and a draft again when none is left. It is locked."""
    origin = ReleaseStatus(release.status)
    others = {ReleaseStatus.DRAFT: ReleaseStatus.PLANNED, ReleaseStatus.PLANNED: ReleaseStatus.DRAFT}
    target = others.get(origin)
    if target is None:
        return
    statuses = [promotion.status for promotion in Promotion.objects.filter(release=release).only("status")]
    is_planned = any(status in UNFINISHED for status in statuses)
    stays = [Stay(status, is_last=False) for status in statuses]
    if (target == ReleaseStatus.PLANNED) != is_planned or not rules.promotions_lead(origin, target, stays):
        return
    release.status = target
    release.save(update_fields=["status"])
    words = "planned" if target == ReleaseStatus.PLANNED else "a draft again, as nothing of it is planned"
    record(release, "became_planned" if is_planned else "became_draft", by=by, template=f"{{subject}} is {words}")


def explained(sentence: str, promotion: Promotion, held: Held) -> str:
    """Why a place is not to be had, which is there for longer than its promotion takes."""
    if not held.lasts_beyond(promotion):
        return sentence
    return f"{promotion.release} would stay in {promotion.environment.name} until its next stop, or a new attempt there. {sentence}"


def _explained(taken: LanesTaken, wanted: Mapping[int, Held], promotions: Iterable[Promotion]) -> dict[int, str]:
    known = {promotion.pk: promotion for promotion in promotions}
    return {number: explained(sentence, known[number], wanted[number]) for number, sentence in taken.by_holder.items()}


def _stops(release: Release) -> Sequence[Stop]:
    return stops_of([release]).get(release.pk, [])


def _wishes(wanted: Mapping[int, Held]) -> dict[int, Wish]:
    return {number: Wish(held.environment, held.start, held.end) for number, held in wanted.items()}


def _with_places(releases: Collection[int]) -> set[int]:
    """Those of many releases that hold places, or shall."""
    some = Promotion.objects.filter(release__in=releases)
    held = Booking.objects.filter(holder_kind=KIND).values("holder_id")
    return set(some.unfinished().values_list("release", flat=True)) | set(
        some.filter(pk__in=held).values_list("release", flat=True)
    )
