"""What is said of gates: when to start on one, when it is due, what was decided, and when a waiver ends."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef

from common.workdays import days_before
from releases.models import Evidence, Gate, Promotion, Waiver
from releases.vocabulary import GateState
from reminders.occasions.base import Dated, Moment, News, Scope, Span, Told, latest, on
from reminders.queries.durations import longest, working_days_of
from reminders.vocabulary import Occasion

_OPEN = (GateState.OPEN, GateState.FAILED)


class GateDue(Dated):
    """A gate that is not good, and the day it is due."""

    name = Occasion.GATE_DUE
    kind, scope, is_day = "gate", Scope.RELEASE, True
    headline = "{key}: {gate} {is_or_was} due {when}"
    sentence = "The gate “{gate}” of {name} {is_or_was} due {when}, and is not passed."
    asks = "Bring what it asks for, and have it decided."
    button = "Open the gate"
    is_appointment = True

    def moments(self, span: Span) -> Iterable[Moment]:
        gates = list(_open(span).filter(**span.days("due_on")).select_related("owner_team").order_by("pk"))
        places = _places(gates)
        for gate in gates:
            zone, region = _place(gate, places)
            yield Moment(gate.pk, gate.release_id, on(gate.due_on, zone), zone, region)


class GateStarts(Dated):
    """The last responsible moment: the last day on which work on a gate can begin so that it is passed by its due day.

    It counts back from there by how many working days this kind of gate took here; see `queries.durations`.
    """

    name = Occasion.GATE_STARTS
    kind, scope, is_day = "gate", Scope.RELEASE, True
    headline = "{key}: start on {gate} by {when}"
    sentence = "To make {due}, work on the gate “{gate}” of {name} must start by {when}."
    asks = "Begin with it, and add what you find as evidence."
    button = "Open the gate"
    is_appointment = True

    def moments(self, span: Span) -> Iterable[Moment]:
        # So many days further a gate may be due whose work starts within the span.
        until = span.until + timedelta(days=2 * longest(span.assumed_days))
        begun = Evidence.objects.filter(gate=OuterRef("pk"))
        found = _open(span).filter(~Exists(begun), rule__isnull=False, state=GateState.OPEN, ticked=[])
        due = found.filter(due_on__gte=span.since.date(), due_on__lte=until.date())
        gates = list(due.select_related("owner_team", "rule__version").order_by("pk"))
        took = working_days_of(gates, span.assumed_days, span.at)
        places = _places(gates)
        for gate in gates:
            zone, region = _place(gate, places)
            start = on(days_before(gate.due_on, took[gate.pk], region), zone)
            if span.since <= start < span.until:
                yield Moment(gate.pk, gate.release_id, start, zone, region)


class GateDecided(Told):
    """Somebody decided a gate, or waived it."""

    name = Occasion.GATE_DECIDED
    kind, scope = "gate", Scope.RELEASE
    headline = "{key}: {gate} is {state}"
    sentence = "The gate “{gate}” of {name} was decided {when}; it is {state}."
    button = "Open the gate"

    def happened(self, news: Iterable[News]) -> Iterable[Moment]:
        verbs = {"passed", "failed", "waived"}
        decided = latest((each.id, each.at) for each in news if each.kind == "gate" and each.verb in verbs)
        rows = Gate.objects.filter(pk__in=decided).order_by("pk").values_list("pk", "release_id") if decided else []
        return [Moment(number, release, decided[number], settings.DEFAULT_ZONE) for number, release in rows]


class WaiverExpiring(Dated):
    """A waiver that a gate rests on."""

    name = Occasion.WAIVER_EXPIRING
    kind, scope = "gate", Scope.RELEASE
    headline = "{key}: the waiver of {gate} ends {when}"
    sentence = "The gate “{gate}” of {name} is waived until {when}; from then on it has to be passed."
    asks = "Have the gate passed, or ask for another waiver."
    button = "Open the gate"

    def moments(self, span: Span) -> Iterable[Moment]:
        held = Waiver.objects.filter(end=None, gate__is_asked=True, gate__state=GateState.WAIVED)
        found = held.filter(**span.instants("expires_at"), **span.among("gate__release"))
        rows = found.order_by("gate_id", "-expires_at").distinct("gate_id").values_list("gate_id", "gate__release_id", "expires_at")
        return [Moment(gate, release, at, settings.DEFAULT_ZONE) for gate, release, at in rows]


Places = Mapping[tuple[int, str], tuple[str, str]]


def _open(span: Span) -> Any:
    return Gate.objects.asked().filter(state__in=_OPEN, **span.among("release"))


def _places(gates: Iterable[Gate]) -> Places:
    """Zone and region of the environment into which a release goes first, by release and stage, of it or its package."""
    releases = {gate.release_id for gate in gates}
    planned = Promotion.objects.unfinished().order_by("-starts_at", "-pk")
    columns = ("environment__stage", "environment__time_zone", "environment__region")
    found: dict[tuple[int, str], tuple[str, str]] = {}
    for whose in ("release__members", "release"):
        rows = planned.filter(**{f"{whose}__in": releases}).annotate(whose=F(whose)).values_list("whose", *columns)
        found |= {(number, stage): (zone, region) for number, stage, zone, region in rows} if releases else {}
    return found


def _place(gate: Gate, places: Places) -> tuple[str, str]:
    zone, region = places.get((gate.release_id, gate.stage), (settings.DEFAULT_ZONE, ""))
    return zone, (gate.owner_team.region if gate.owner_team else "") or region
