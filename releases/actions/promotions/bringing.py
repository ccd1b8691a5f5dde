"""The plural verb of imports: promotions as somebody brings them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from common.bringing import Batch, Brought, Given, Writing
from common.copying import copy_rows
from common.intervals import from_local
from common.refusals import BadInput, NotAllowed
from environments.actions.bookings import LanesTaken
from environments.models import Environment, Stop
from history.deeds import Said, deed, record_all
from releases import rules
from releases.actions import deployments
from releases.actions.naming import named_releases
from releases.actions.promotions import places
from releases.actions.promotions.places import NOT_YOURS
from releases.models import Candidate, Promotion, Release
from releases.queries.routes import stops_of
from releases.vocabulary import FINISHED, UNFINISHED, PromotionStatus

DECIDED_HERE = UNFINISHED - {PromotionStatus.DRAFT}
SENTENCES = {
    "brought": "{actor} brought in {subject}",
    "changed": "{actor} changed {subject} by an import",
}

Target = tuple[int, int, tuple[str, ...], int]


@dataclass
class Wanted:
    """A row with what it names found: its target, and the values it gives."""

    row: Given
    release: Release
    environment: Environment
    target: Target
    values: dict[str, Any]


@deed
def bring(rows: Sequence[Given], *, by: User, at: datetime, trust_history: bool = False) -> Brought:
    """Make or change promotions, by `release` (`name@version` or key), `environment` (slug), `parts` and `attempt` (empty is 1):
    starts_at, ends_at (UTC instants; naive ones are wall-clock time of the environment) and status.

    Drafts may lie at any time. Finished ones must have ended by `at` and are kept as recorded, not decided here; with
    `trust_history` they count for later stops all the same. No other status can be brought, unless it is what is there. Nothing
    here moves the release. Places and deployments follow: drafts hold theirs, what comes finished books nothing. Raises NotAllowed
    when `by` may not trust history, else WrongRows with every row that cannot be brought; then nothing is written.
    """
    if trust_history and not rules.may_trust_history(by):
        raise NotAllowed("Only an administrator, or the operator at the shell, may let imported history count for later stops.")
    batch = Batch(rows)
    environments = {found.slug: found for found in Environment.objects.all_locked()}
    releases = named_releases(batch.values("release"), by)
    wanted = _find(batch, environments, releases)
    known = _present(wanted.values())
    stops = stops_of([one.release for one in wanted.values()])
    for place, one in wanted.items():
        _look_at(batch, place, one, known.get(one.target), stops.get(one.release.pk, []), by, at)
    _refuse_second_unfinished(batch, wanted, known)
    batch.end()
    brought, arrived, touched = _write(wanted, known, by, trust_history=trust_history)
    try:
        places.settle_all(touched, by=by, at=at)
    except LanesTaken as taken:
        _refuse_taken(batch, wanted, taken)
    # Deployments are as many again: what is written already need not be held meanwhile.
    del wanted, known, releases
    deployments.recompute(deployments.places_of(arrived), by=by)
    return brought


def _find(batch: Batch, environments: Mapping[str, Environment], releases: Mapping[str, Release]) -> dict[int, Wanted]:
    """What each row names, by its place; rows that name what is not there, or the same as another row, are refused."""
    found: dict[int, Wanted] = {}
    targets: set[Target] = set()
    for place, row in batch.good():
        release = batch.find(place, "release", "release", row["release"], releases)
        environment = batch.find(place, "environment", "environment", row["environment"], environments)
        if release is None or environment is None:
            continue
        target = (release.pk, environment.pk, tuple(sorted(row.get("parts") or ())), row.get("attempt") or 1)
        if target in targets:
            batch.refuse(
                place,
                "release",
                "This attempt at the same target stands in an earlier row already; keep one, or number the attempts.",
            )
            continue
        targets.add(target)
        found[place] = Wanted(row, release, environment, target, _values(batch, place, row, environment))
    return found


def _values(batch: Batch, place: int, row: Given, environment: Environment) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in ("starts_at", "ends_at"):
        moment = row.get(column)
        if moment is not None and moment.tzinfo is None:
            try:
                moment = from_local(moment, ZoneInfo(environment.time_zone))
            except BadInput as error:
                batch.refuse(place, column, error.sentence)
        if column in row:
            values[column] = moment
    if "status" in row:
        values["status"] = PromotionStatus(row["status"] or PromotionStatus.DRAFT)
    return values


def _present(wanted: Iterable[Wanted]) -> dict[Target, Promotion]:
    """Every promotion of the same releases into the same environments, locked."""
    pairs = {one.target[:2] for one in wanted}
    found = (
        Promotion.objects.select_for_update(no_key=True)
        .filter(release__in={release for release, _ in pairs}, environment__in={environment for _, environment in pairs})
        .order_by("pk")
    )
    return {(one.release_id, one.environment_id, tuple(one.parts), one.attempt): one for one in found}


def _look_at(
    batch: Batch, place: int, one: Wanted, promotion: Promotion | None, stops: Sequence[Stop], by: User, at: datetime
) -> None:
    if not batch.is_good(place):
        return
    if not rules.may_write_release(by, one.release):
        batch.refuse(place, "release", NOT_YOURS)
    if promotion is None:
        batch.need(place, one.row, "promotion", ["starts_at", "ends_at"])
        _look_at_target(batch, place, one, stops)
    elif all(getattr(promotion, name) == value for name, value in one.values.items()):
        return
    else:
        _look_at_move(batch, place, one, promotion)
    if batch.is_good(place):
        _look_at_outcome(batch, place, one, promotion, at)


def _look_at_target(batch: Batch, place: int, one: Wanted, stops: Sequence[Stop]) -> None:
    unknown = set(one.target[2]) - set(one.environment.parts)
    if unknown:
        has = f"its parts are {', '.join(one.environment.parts)}" if one.environment.parts else "it has no parts"
        batch.refuse(place, "parts", f"“{min(unknown)[:100]}” is no part of {one.environment.slug}: {has}.")
    if stops and all(stop.environment_id != one.environment.pk for stop in stops):
        route = ", ".join(stop.environment.slug for stop in stops)
        batch.refuse(place, "environment", f"{one.environment.slug} is no stop of the release's route, which goes by {route}.")


def _look_at_move(batch: Batch, place: int, one: Wanted, promotion: Promotion) -> None:
    """What an import may change: drafts, and what was recorded by an import."""
    present = PromotionStatus(promotion.status)
    target = one.values.get("status", present)
    if present in DECIDED_HERE:
        batch.refuse(
            place, "status", f"It is {_in_words(present)} here; an import changes only drafts and what was imported as finished."
        )
    elif promotion.is_finished and not promotion.was_recorded:
        batch.refuse(place, "status", f"It was decided here that it {_is_or_has(present)}; an import does not rewrite that.")
    elif promotion.is_finished and target not in FINISHED and target not in Promotion.MOVES[present]:
        batch.refuse(
            place, "status", f"What is {_in_words(present)} does not become {_in_words(target)} again; number a new attempt."
        )


def _in_words(status: PromotionStatus) -> str:
    return str(status.label).lower()


def _is_or_has(status: PromotionStatus) -> str:
    return (
        f"was {_in_words(status)}" if status in {PromotionStatus.CANCELLED, PromotionStatus.MISSED} else f"has {_in_words(status)}"
    )


def _look_at_outcome(batch: Batch, place: int, one: Wanted, promotion: Promotion | None, at: datetime) -> None:
    default = PromotionStatus.DRAFT.value if promotion is None else promotion.status
    status = PromotionStatus(one.values.get("status", default))
    starts_at, ends_at = (one.values.get(name, getattr(promotion, name, None)) for name in ("starts_at", "ends_at"))
    if starts_at is None or ends_at is None:
        batch.refuse(place, "starts_at" if starts_at is None else "ends_at", "A promotion has a start and an end; fill it in.")
    elif ends_at <= starts_at:
        batch.refuse(place, "ends_at", "It must end after it starts; correct one of them.")
    elif status in DECIDED_HERE:
        batch.refuse(
            place,
            "status",
            f"“{status.value}” is decided here and cannot be imported: bring it as draft, or finished once it is over.",
        )
    elif status in FINISHED and ends_at > at:
        batch.refuse(
            place,
            "status",
            f"It cannot be {_in_words(status)} yet: its interval ends at {ends_at:%Y-%m-%dT%H:%M:%SZ}, after this import. Bring it as draft.",
        )


def _refuse_second_unfinished(batch: Batch, wanted: Mapping[int, Wanted], known: Mapping[Target, Promotion]) -> None:
    """At most one attempt at the same target is unfinished, once the call is through."""
    statuses: dict[Target, str] = {target: promotion.status for target, promotion in known.items()}
    for one in wanted.values():
        statuses[one.target] = one.values.get("status", statuses.get(one.target, PromotionStatus.DRAFT.value))
    unfinished: dict[tuple[Any, ...], list[int]] = {}
    for target, status in statuses.items():
        if status in UNFINISHED:
            unfinished.setdefault(target[:3], []).append(target[3])
    for place, one in wanted.items():
        attempts = unfinished.get(one.target[:3], [])
        others = [attempt for attempt in attempts if attempt != one.target[3]]
        if one.target[3] in attempts and others:
            batch.refuse(place, "attempt", f"Attempt {others[0]} at the same target is unfinished too; only one may be.")


def _refuse_taken(batch: Batch, wanted: Mapping[int, Wanted], taken: LanesTaken) -> None:
    """Raise what is wrong with the rows whose lanes are taken, or with the first of a release whose stay elsewhere that ends."""
    targets = {one.target: place for place, one in wanted.items()}
    first: dict[int, int] = {}
    for place, one in wanted.items():
        first.setdefault(one.release.pk, place)
    for promotion in Promotion.objects.filter(pk__in=taken.by_holder).order_by("pk"):
        target = (promotion.release_id, promotion.environment_id, tuple(promotion.parts), promotion.attempt)
        batch.refuse(targets.get(target, first[promotion.release_id]), "starts_at", taken.by_holder[promotion.pk])
    batch.end()


def _write(
    rows: Mapping[int, Wanted], known: Mapping[Target, Promotion], by: User, *, trust_history: bool
) -> tuple[Brought, set[int], set[int]]:
    """Make and change promotions; gives the releases that may have arrived somewhere, or no longer have, and all it touched."""
    wanted = rows.values()
    candidates = _newest_candidates({one.release.pk for one in wanted if one.target not in known})
    # What ends is written first: of two attempts at a target only one may be unfinished at any moment.
    ending, rest = Writing(Promotion), Writing(Promotion)
    told: list[Said] = []
    moved: set[int] = set()
    for one in wanted:
        promotion = known.get(one.target)
        status = one.values.get("status", PromotionStatus.DRAFT if promotion is None else promotion.status)
        writing = ending if status in FINISHED else rest
        if promotion is None:
            writing.make(
                release=one.release,
                candidate_id=candidates[one.release.pk],
                environment=one.environment,
                parts=list(one.target[2]),
                attempt=one.target[3],
                was_recorded=status in FINISHED,
                is_trusted=status in FINISHED and trust_history,
                **one.values,
            )
            continue
        values = _marked(promotion, one.values, status, trust_history=trust_history)
        if promotion.status in FINISHED or status in FINISHED:
            moved.add(promotion.release_id)
        differing = writing.set(promotion, values)
        if differing:
            told.append(Said("changed", "promotion", promotion.pk, SENTENCES["changed"], {"columns": sorted(differing)}))
    for writing in (ending, rest):
        writing.write_changed()
    for writing in (ending, rest):
        writing.write_new()
    new = ending.new + rest.new
    record_all([Said("brought", "promotion", made.pk, SENTENCES["brought"]) for made in new] + told, by=by)
    changed = ending.changed.keys() | rest.changed.keys()
    touched = {promotion.release_id for promotion in (*ending.changed.values(), *rest.changed.values())}
    brought = Brought(len(new), len(changed), len(wanted) - len(new) - len(changed))
    arrived = (touched & moved) | {made.release_id for made in ending.new}
    return brought, arrived, touched | {made.release_id for made in new}


def _marked(promotion: Promotion, values: dict[str, Any], status: str, *, trust_history: bool) -> dict[str, Any]:
    """The values with the marks that follow: finished by an import is recorded, and trusted when somebody vouches for it."""
    if status not in FINISHED:
        return values | {"was_recorded": False, "is_trusted": False} if promotion.is_finished else values
    if not promotion.is_finished:
        return values | {"was_recorded": True, "is_trusted": trust_history}
    return values | {"is_trusted": True} if trust_history and promotion.was_recorded else values


def _newest_candidates(releases: set[int]) -> dict[int, int]:
    """The newest candidate of each release; one that has none yet gets its first."""
    found = dict(Candidate.objects.filter(release__in=releases).order_by("release", "number").values_list("release", "pk"))
    made = [Candidate(release_id=release, number=1) for release in sorted(releases - found.keys())]
    copy_rows(made)
    return found | {candidate.release_id: candidate.pk for candidate in made}
