"""What is said of promotions: their window ahead, opened and missed, and what comes too late for it."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from accounts.models import User
from releases.models import Promotion
from releases.verdicts import threatened, threats
from releases.vocabulary import PromotionStatus
from reminders.occasions.base import Dated, Moment, News, Scope, Span, Told, latest
from reminders.vocabulary import Occasion

_COLUMNS = ("pk", "release_id", "starts_at", "environment__time_zone", "environment__region")


def _as_moments(rows: Any) -> Iterator[Moment]:
    return (Moment(*row) for row in rows.order_by("pk").values_list(*_COLUMNS))


class PromotionAhead(Dated):
    """The window of what was asked for or approved."""

    name = Occasion.PROMOTION_AHEAD
    kind, scope = "promotion", Scope.RELEASE
    headline = "{key} into {place} on {when}"
    sentence = "{name} goes into {place}; its window opens {when}."
    asks = "See that everything it needs is there by then."
    button = "Open the promotion"
    is_appointment = True

    def moments(self, span: Span) -> Iterable[Moment]:
        statuses = (PromotionStatus.REQUESTED, PromotionStatus.APPROVED)
        return _as_moments(Promotion.objects.filter(status__in=statuses, **span.instants("starts_at"), **span.among("release")))


class PromotionOpened(Dated):
    """The window of what was approved and has not been started."""

    name = Occasion.PROMOTION_OPENED
    kind, scope = "promotion", Scope.RELEASE
    headline = "{key} may start now into {place}"
    sentence = "The window of {name} into {place} opened {when}, and nobody has started it yet."
    asks = "Start it, move it or cancel it before its window ends."
    button = "Start or move it"
    is_appointment = True

    def moments(self, span: Span) -> Iterable[Moment]:
        approved = Promotion.objects.filter(status=PromotionStatus.APPROVED)
        return _as_moments(approved.filter(**span.instants("starts_at"), **span.among("release")))


class PromotionMissed(Told):
    """Nobody started it before its approved window ended, or it was not approved by then."""

    name = Occasion.PROMOTION_MISSED
    kind, scope = "promotion", Scope.RELEASE
    headline = "{key} missed its window into {place}"
    sentence = "{name} did not go into {place}: its window ended {when}. Plan another one, or cancel it."
    button = "Plan it anew"

    def happened(self, news: Iterable[News]) -> Iterable[Moment]:
        missed = latest((each.id, each.at) for each in news if each.kind == "promotion" and each.verb in {"missed", "returned"})
        return _at(missed)


class _Threatened(Dated):
    """Promotions that something of one kind comes too late for."""

    kind, scope = "promotion", Scope.RELEASE
    cause: ClassVar[str]

    def moments(self, span: Span) -> Iterable[Moment]:
        found = threatened().filter(**span.instants("starts_at"), **span.among("release"))
        moments = {moment.subject: moment for moment in _as_moments(found)}
        # As the clock sees it, which sees everything: who hears of it is decided for each person.
        reasons = threats(moments.keys(), User.objects.clock()) if moments else {}
        late = (number for number, each in reasons.items() if any(one.kind == self.cause for one in each))
        return [moments[number] for number in late]


class ReleaseAtRisk(_Threatened):
    """An output that a release waits for comes after the window."""

    name, cause = Occasion.RELEASE_AT_RISK, "output"
    headline = "{key} into {place} is at risk: an output comes too late"
    sentence = "{name} goes into {place} {when}, and waits for an output that comes later."
    asks = "Move the promotion, or have the output come sooner."
    button = "See what comes too late"


class PrerequisiteSlipped(_Threatened):
    """A release that has to be live first is planned for later."""

    name, cause = Occasion.PREREQUISITE_SLIPPED, "release"
    headline = "{key} into {place} is at risk: what it needs slipped"
    sentence = "{name} goes into {place} {when}, and needs another release live first, which is planned for later."
    asks = "Move the promotion, or have what it needs come sooner."
    button = "See what comes too late"


def _at(when: Any) -> list[Moment]:
    rows = Promotion.objects.filter(pk__in=when).order_by("pk").values_list("pk", "release_id", "environment__time_zone")
    return [Moment(number, release, when[number], zone) for number, release, zone in rows] if when else []


class ApprovalVoided(Told):
    """A yes does not count any more, since something it stood for changed."""

    name = Occasion.APPROVAL_VOIDED
    kind, scope = "promotion", Scope.RELEASE
    headline = "{key} into {place}: an approval is void"
    sentence = (
        "Something of {name} changed, so that an approval of it into {place} does not count any more; it has to be given again."
    )
    button = "Decide on it"

    def happened(self, news: Iterable[News]) -> Iterable[Moment]:
        return _at(latest((each.id, each.at) for each in news if each.kind == "promotion" and each.verb == "approval_voided"))
