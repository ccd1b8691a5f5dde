"""How ready each release is, kept for sorting and filtering lists: machinery, outside history, and nothing is decided from it.

Rows are locked before anything is worked out for them, in the order of their releases, and after everything else that a verb
locks: who waits for one then sees what the other has changed.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from common.locks import Lock, take
from policies.queries import standards
from releases.models import Promotion, Readiness, Release
from releases.queries.concerned import changes_standards, releases_concerned
from releases.verdicts import NOT_BEGUN, readiness, verdicts
from releases.vocabulary import ReadinessState

#: So many an event looks at itself; more are left to the clock, which comes within a minute.
MOST_AT_ONCE: Final = 100
#: So many the clock looks at in one transaction.
BATCH: Final = 500
_COLUMNS: Final = ("promotion_id", "state", "missing", "late", "next_change_at")
_SHOWN: Final = ("promotion_id", "state", "missing", "late")


def follow(event: int, *, at: datetime) -> None:
    """Work out anew what the open event of this id has changed; where that may be many releases, have the clock do it."""
    concerned = releases_concerned(event)
    if concerned is not None and len(concerned) <= MOST_AT_ONCE:
        if concerned:
            keep(concerned, at=at, is_fresh=changes_standards(event))
        return
    _leave_to_the_clock(concerned, at)


def keep(releases: Collection[int], *, at: datetime, is_fresh: bool = False) -> int:
    """Write how ready these releases (ids) are at an instant (UTC); gives how many are shown otherwise now.

    `is_fresh`: the standards were changed in this transaction. Within a transaction of the caller.
    """
    present: dict[int, Readiness] = {
        row.release_id: row for row in Readiness.objects.select_for_update(no_key=True).filter(release__in=releases).order_by("pk")
    }
    there = set(Release.objects.filter(pk__in=releases).values_list("pk", flat=True))
    coming = _next_promotions(there)
    found = verdicts(list(coming.values()), at, known=standards() if is_fresh else None) if coming else {}
    differing: list[Readiness] = []
    shown = 0
    for release in sorted(there):
        row = Readiness(release_id=release, state=ReadinessState.NOTHING_PLANNED)
        promotion = coming.get(release)
        if promotion is not None and promotion.pk in found:
            answer = found[promotion.pk]
            row.promotion_id = promotion.pk
            row.state, row.missing, row.late = readiness(answer, at)
            row.next_change_at = answer.changes_at
        before = present.get(release)
        if before is None or _values(before, _COLUMNS) != _values(row, _COLUMNS):
            row.swept_at = before.swept_at if before else None
            differing.append(row)
            shown += before is None or _values(before, _SHOWN) != _values(row, _SHOWN)
    _write(differing, ("promotion", "state", "missing", "late", "next_change_at"))
    return shown


def sweep(*, at: datetime) -> int:
    """Work out anew what the clock has changed by an instant (UTC); gives how many releases are shown otherwise now.

    Many at once are harmless: who comes second finds nothing to do.
    """
    total = 0
    while True:
        with transaction.atomic():
            take(Lock.READINESS)
            due = list(Readiness.objects.due(at).order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not due:
                return total
            shown = keep(due, at=at)
            if shown:
                _tell(due[0], at)
            total += shown


def last_sweep() -> datetime | None:
    """When the clock last changed what lists show (UTC): what has no event has no number either."""
    found: datetime | None = Readiness.objects.aggregate(last=Max("swept_at"))["last"]
    return found


def _tell(release: int, at: datetime) -> None:
    """Remember that lists are other ones now; later than ever before, also when the clock was put back."""
    last = last_sweep()
    when = at if last is None or last < at else last + timedelta(microseconds=1)
    Readiness.objects.filter(pk=release).update(swept_at=when)


def _next_promotions(releases: Iterable[int]) -> dict[int, Promotion]:
    """The next promotion of each release that has not begun."""
    rows = Promotion.objects.filter(release__in=list(releases), status__in=NOT_BEGUN)
    return {one.release_id: one for one in rows.order_by("release_id", "starts_at", "id").distinct("release_id")}


def _leave_to_the_clock(concerned: Collection[int] | None, at: datetime) -> None:
    planned = Promotion.objects.filter(release=OuterRef("release"), status__in=NOT_BEGUN)
    among = Q() if concerned is None else Q(release__in=concerned)
    rows = Readiness.objects.filter(among).filter(Exists(planned) | ~Q(state=ReadinessState.NOTHING_PLANNED))
    later = rows.exclude(next_change_at__lte=at).select_for_update(no_key=True, of=("self",)).order_by("pk")
    Readiness.objects.filter(pk__in=list(later.values_list("pk", flat=True))).update(next_change_at=at)
    new = Release.objects.filter(readiness=None)
    if concerned is not None:
        new = new.filter(pk__in=concerned)
    ids = new.order_by("pk").values_list("pk", flat=True)
    _write([Readiness(release_id=pk, state=ReadinessState.NOTHING_PLANNED, next_change_at=at) for pk in ids], ("next_change_at",))


def _write(rows: Sequence[Readiness], columns: Sequence[str]) -> None:
    if rows:
        Readiness.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["release"], update_fields=columns, batch_size=5_000
        )


def _values(row: Readiness, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, column) for column in columns)
