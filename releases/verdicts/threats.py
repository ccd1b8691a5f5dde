"""What stands in the way of promotions. Until conflicts come, that is what threatens them.

A promotion that has not begun is *threatened* when

- its release waits for an output (a hard contribution, accepted) that is undelivered, and forecast, or else due, on a day after the
  one its window opens on, where its environment is; or
- a release it needs live first is planned for the same environment, but later.

A release is threatened when one of its promotions is. This holds of the planned interval and asks no clock, and it holds for every
reader alike: who may not see what it waits for reads that it is restricted, and whom to ask.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final, NamedTuple

from django.db.models import BooleanField, Case, CharField, DateField, Exists, F, Func, OuterRef, Q, QuerySet, Value, When

from common import labels, moments
from common.statements import Among, Statement, compiled, for_all, joined, statement
from projects.vocabulary import OutputStatus
from releases.models import Promotion
from releases.vocabulary import SUCCESSES, UNFINISHED, ContributionState, PromotionStatus, Strength

#: What has not begun, and may still be moved.
NOT_BEGUN: Final = (PromotionStatus.DRAFT, PromotionStatus.REQUESTED, PromotionStatus.APPROVED)
_UNDELIVERED: Final = (OutputStatus.PLANNED, OutputStatus.IN_PROGRESS)

_OUTPUT, _RELEASE = "output", "release"
#: How what is restricted is called.
_SOME: Final = {_OUTPUT: "an output", _RELEASE: "another release"}


@dataclass(frozen=True)
class Threat:
    """One reason why a promotion `into` an environment is threatened: what of `kind` and `number` it waits for, and the day that comes.

    `opens_on` is the day its window opens; both are days where that environment is.
    """

    promotion: int
    into: str
    kind: str
    number: int
    named: labels.Named
    is_forecast: bool
    comes_on: date
    opens_on: date

    @property
    def verb(self) -> str:
        return "waits for" if self.kind == _OUTPUT else "needs live first"

    @property
    def name(self) -> str:
        return f"{_SOME[self.kind]} ({self.named.text})" if isinstance(self.named, labels.Restricted) else self.named.text

    @property
    def lateness(self) -> str:
        """`due Thu 3 Dec, 2 days after the window opens`; of what is restricted no day is told."""
        if isinstance(self.named, labels.Restricted):
            return "which comes after the window opens"
        planned = "planned for" if self.kind == _RELEASE else "forecast for" if self.is_forecast else "due"
        late = (self.comes_on - self.opens_on).days
        after = "later that day" if not late else f"{late} day{'' if late == 1 else 's'} after the window opens"
        return f"{planned} {moments.day_words(self.comes_on, self.opens_on.year)}, {after}"

    @property
    def words(self) -> str:
        """The whole reason: `waits for Consent screens, due Thu 3 Dec, 2 days after the window opens`."""
        return f"{self.verb} {self.name}, {self.lateness}"


class _Row(NamedTuple):
    promotion: int
    release: int
    into: str
    kind: str
    number: int
    is_forecast: bool
    comes_on: date
    opens_on: date


def threatened() -> "QuerySet[Any, Any]":
    """The promotions that are threatened, whoever may see them: set-based, for what narrows lists."""
    ids = [found.order_by().values("pk") for found in (_before_their_outputs(), _before_what_they_need())]
    return Promotion.objects.order_by().filter(Q(pk__in=ids[0]) | Q(pk__in=ids[1]))


def threats(promotions: Collection[int], user: Any) -> dict[int, list[Threat]]:
    """The reasons of those of `promotions` (ids) that are threatened, as `user` may read them; when none is, one query."""
    return _by(lambda row: row.promotion, _ask("pk", promotions), user)


def threats_of_releases(releases: Collection[int], user: Any) -> dict[int, list[Threat]]:
    """The same by release, of all its promotions; the first to open comes first."""
    return _by(lambda row: row.release, _ask("release", releases), user)


def threatened_among(promotions: Collection[int]) -> frozenset[int]:
    """The ids of those of `promotions` that are threatened."""
    rows = statement("threatened", _which, keep=for_all).run({"ids": list(promotions)}) if promotions else []
    return frozenset(number for (number,) in rows)


def _ask(column: str, ids: Collection[int]) -> list[_Row]:
    asked = statement(("threats", column), partial(_reasons, column), keep=for_all)
    return [_Row._make(row) for row in asked.run({"ids": list(ids)})] if ids else []


def _by(key: Callable[[_Row], int], rows: list[_Row], user: Any) -> dict[int, list[Threat]]:
    names = labels.of({(row.kind, row.number) for row in rows}, user)
    found: dict[int, list[Threat]] = {}
    for row in sorted(rows, key=lambda row: (row.opens_on, row.promotion, row.kind, row.comes_on, row.number)):
        named = names[row.kind, row.number]
        threat = Threat(row.promotion, row.into, row.kind, row.number, named, row.is_forecast, row.comes_on, row.opens_on)
        found.setdefault(key(row), []).append(threat)
    return found


class _DayAt(Func):
    """The day of an instant in a zone."""

    template = "(timezone(%(expressions)s))::date"
    output_field = DateField()


_OPENS_ON: Final = _DayAt(F("environment__time_zone"), F("starts_at"))


def _before_their_outputs() -> "QuerySet[Any, Any]":
    """Promotions before an output they wait for, one row for each of these."""
    contribution = "release__contributions__"
    return Promotion.objects.filter(
        **{
            "status__in": NOT_BEGUN,
            f"{contribution}strength": Strength.HARD,
            f"{contribution}state": ContributionState.ACCEPTED,
            f"{contribution}output__status__in": _UNDELIVERED,
            f"{contribution}output__delivered_on": None,
            f"{contribution}output__lies_on__gt": _OPENS_ON,
        }
    )


def _before_what_they_need() -> "QuerySet[Any, Any]":
    """Promotions before that of a release they need, which was never there yet; one row for each of these."""
    needs = "release__prerequisites__needs__"
    there = Promotion.objects.filter(release=OuterRef(f"{needs}pk"), environment=OuterRef("environment"), status__in=SUCCESSES)
    return Promotion.objects.filter(
        ~Exists(there),
        **{
            "status__in": NOT_BEGUN,
            f"{needs}promotions__environment": F("environment"),
            f"{needs}promotions__status__in": UNFINISHED,
            f"{needs}promotions__starts_at__gt": F("starts_at"),
        },
    )


def _reasons(column: str) -> Statement:
    """The rows of promotions whose `column`, their own id or that of their release, is one of the ids given later."""
    output, needs = "release__contributions__output", "release__prerequisites__needs"
    has_forecast = Case(When(**{f"{output}__forecast_on__isnull": False}, then=True), default=False, output_field=BooleanField())
    is_planned_on = _DayAt(F("environment__time_zone"), F(f"{needs}__promotions__starts_at"))
    own = ("pk", "release_id", "environment__name")
    waiting = _before_their_outputs().values_list(
        *own, Value(_OUTPUT, CharField()), output, has_forecast, f"{output}__lies_on", _OPENS_ON
    )
    early = _before_what_they_need().values_list(
        *own, Value(_RELEASE, CharField()), needs, Value(False, BooleanField()), is_planned_on, _OPENS_ON
    )
    return joined(compiled(found.order_by().filter(Among(column))) for found in (waiting, early))


def _which() -> Statement:
    parts = [
        compiled(found.order_by().filter(Among("pk")).values("pk")) for found in (_before_their_outputs(), _before_what_they_need())
    ]
    return joined(parts, "SELECT DISTINCT pk FROM (", ") AS threatened")
