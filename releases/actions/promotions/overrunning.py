"""Promotions that run beyond their plan: their places last longer with them, as far as others have not taken the lanes."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from environments.actions import bookings
from environments.actions.bookings import LanesTaken, Wish
from history.deeds import deed, record
from history.models import Fact
from releases.actions.opening import locked_with_places
from releases.actions.promotions.places import KIND, promotions_of
from releases.models import Promotion
from releases.vocabulary import GOING_ON

#: By how much a place is made longer at a time.
STEP: Final = timedelta(minutes=30)
WITHOUT_PLACE: Final = "runs_without_place"


def run_on(*, by: User, at: datetime) -> int:
    """Have what runs or is paused at `at` (UTC) though its place is over keep it for another half hour; gives how many do.

    Where others have the lanes by then, its place ends as it did, nobody is moved, and that is told once. Each is an event of its own.
    Two at once are harmless: the second waits for the first, release by release, and finds nothing left.
    """
    found = list(Promotion.objects.beyond_their_places(at).order_by("pk").select_related("release"))
    return sum(_run_on(promotion, by=by, at=at) for promotion in found)


@deed
def _run_on(promotion: Promotion, *, by: User, at: datetime) -> bool:
    release = locked_with_places(promotion.release)
    own = {one.pk: one for one in promotions_of(release)}
    found = own[promotion.pk]
    if found.status not in GOING_ON or not Promotion.objects.beyond_their_places(at).filter(pk=found.pk).exists():
        return False
    until = at + STEP
    try:
        with transaction.atomic():
            bookings.hold_all(KIND, {found.pk: Wish(found.environment_id, found.starts_at, until)}, by=by)
    except LanesTaken:
        # Who has the lanes is asked at the environment's page, where everybody is named as far as the reader may see them.
        if not Fact.objects.filter(subject_kind=KIND, subject_id=found.pk, verb=WITHOUT_PLACE).exists():
            template = "{subject} runs longer than planned, and others have the lanes of {environment} by now"
            record(found, WITHOUT_PLACE, by=by, template=template, environment=found.environment)
        return False
    template = "{subject} runs longer than planned; it keeps its place in {environment} until {until}"
    record(found, "ran_on", by=by, template=template, until=until, environment=found.environment)
    return True
