"""What a promotion would hit in another interval. Nothing is written; the verb decides anew when it is called."""

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from common import labels, moments
from common.labels import Named, Restricted
from environments.actions import bookings
from environments.models import Booking, Environment
from projects.vocabulary import OutputStatus
from releases.actions.promotions.places import KIND
from releases.models import Contribution, Item, Prerequisite, Promotion
from releases.queries.holds import Held, holds
from releases.queries.routes import stops_of
from releases.vocabulary import SUCCESSES, UNFINISHED, ContributionState, Strength

_UNDELIVERED: Final = (OutputStatus.PLANNED, OutputStatus.IN_PROGRESS)


@dataclass(frozen=True)
class Hit:
    """One thing in the way: `named` is what it is, where it has a page; `refuses` when the promotion cannot move there at all."""

    words: str
    named: Named | None = None
    refuses: bool = False


def preview(promotion: Promotion, starts_at: datetime, ends_at: datetime, *, user: Any, zone: tzinfo) -> list[Hit]:
    """What is in the way in `[starts_at, ends_at)`, UTC: what refuses first. Only what `user` may see is named; times in `zone`."""
    moved = copy(promotion)
    moved.starts_at, moved.ends_at = starts_at, ends_at
    others = list(Promotion.objects.filter(release=promotion.release_id).exclude(pk=promotion.pk).select_related("environment"))
    return [
        *_taken(moved, others, user),
        *_beside_its_window(moved, zone),
        *_out_of_order(moved, others, zone),
        *_before_what_it_needs(moved, user, zone),
        *_before_its_outputs(moved, user),
        *_same_services(moved, user, zone),
    ]


def _taken(moved: Promotion, others: Iterable[Promotion], user: Any) -> Iterator[Hit]:
    """Places that are not to be had: where it goes, and where the release would then stay for longer."""
    everything = {one.pk: one for one in (*others, moved)}
    stops = stops_of([moved.release]).get(moved.release_id, [])
    present = {
        booking.holder_id: Held(booking.environment_id, booking.starts_at, booking.ends_at)
        for booking in Booking.objects.filter(holder_kind=KIND, holder_id__in=everything)
    }
    for number, held in holds(moved.release, list(everything.values()), stops).items():
        if present.get(number) != held:
            environment: Environment = everything[number].environment
            holder = everything[number]
            sentence = bookings.obstacle(holder, environment, starts_at=held.start, ends_at=held.end, user=user)
            if sentence:
                yield Hit(sentence, refuses=True)


def _beside_its_window(moved: Promotion, zone: tzinfo) -> Iterator[Hit]:
    since, until = moved.approved_from, moved.approved_until
    if since and until and not (since <= moved.starts_at and moved.ends_at <= until):
        yield Hit(f"It lies beside its approved window, {moments.interval_words(since, until, zone)}, and has to be approved anew.")


def _out_of_order(moved: Promotion, others: Iterable[Promotion], zone: tzinfo) -> Iterator[Hit]:
    positions = {stop.environment_id: stop.position for stop in stops_of([moved.release]).get(moved.release_id, [])}
    here = positions.get(moved.environment_id)
    if here is None:
        return
    for other in sorted(others, key=lambda other: other.starts_at):
        there = positions.get(other.environment_id)
        if there is None or (other.status not in UNFINISHED and other.status not in SUCCESSES):
            continue
        if there < here and other.ends_at > moved.starts_at:
            until = moments.instant_words(other.ends_at, zone)
            yield Hit(f"{other.environment.name} comes before it on the route, and lasts until {until}:", _named(other))
        if there > here and other.status in UNFINISHED and other.starts_at < moved.ends_at:
            since = moments.instant_words(other.starts_at, zone)
            yield Hit(f"{other.environment.name} comes after it on the route, and begins on {since}:", _named(other))


def _before_what_it_needs(moved: Promotion, user: Any, zone: tzinfo) -> Iterator[Hit]:
    needed = Prerequisite.objects.filter(release=moved.release_id).values("needs")
    there = Promotion.objects.filter(release__in=needed, environment=moved.environment_id)
    done = set(there.succeeded().values_list("release", flat=True))
    late = [one for one in there.coming() if one.release_id not in done and one.ends_at > moved.starts_at]
    names = labels.of([(KIND, one.pk) for one in late], user)
    for one in late:
        named = names[KIND, one.pk]
        when = "" if isinstance(named, Restricted) else f" {moments.interval_words(one.starts_at, one.ends_at, zone)}"
        yield Hit(f"It needs another release live there first, which is planned for later{when}:", named)


def _before_its_outputs(moved: Promotion, user: Any) -> Iterator[Hit]:
    opens_on = moved.starts_at.astimezone(ZoneInfo(moved.environment.time_zone)).date()
    late = Contribution.objects.filter(
        release=moved.release_id,
        strength=Strength.HARD,
        state=ContributionState.ACCEPTED,
        output__status__in=_UNDELIVERED,
        output__delivered_on=None,
        output__lies_on__gt=opens_on,
    )
    rows = list(late.order_by("output__lies_on", "id").values_list("output", "output__lies_on", "output__forecast_on"))
    names = labels.of([("output", output) for output, *_ in rows], user)
    for output, lies_on, forecast_on in rows:
        named = names["output", output]
        due = "forecast for" if forecast_on else "due"
        day = "" if isinstance(named, Restricted) else f", {due} {moments.day_words(lies_on, opens_on.year)}"
        yield Hit(f"It waits for an output that comes later{day}:", named)


def _same_services(moved: Promotion, user: Any, zone: tzinfo) -> Iterator[Hit]:
    services = Item.objects.filter(release=moved.release_id).values("service")
    beside = Promotion.objects.filter(
        environment=moved.environment_id,
        during__overlap=(moved.starts_at, moved.ends_at),
        release__items__service__in=services,
    )
    found = list(beside.unfinished().exclude(release=moved.release_id).distinct().order_by("starts_at", "id"))
    names = labels.of([(KIND, one.pk) for one in found], user)
    for one in found:
        when = moments.interval_words(one.starts_at, one.ends_at, zone)
        yield Hit(f"The same service changes there at the same time, {when}:", names[KIND, one.pk])


def _named(other: Promotion) -> Named:
    """A promotion of the same release: who sees one sees all."""
    return labels.Label(f"promotion into {other.environment.name}", other.get_absolute_url())
