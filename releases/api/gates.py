"""REST: the gates before releases, their decisions and waivers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import path

from accounts.vocabulary import Scope
from common.converters import NAME
from common.reading import DetailView, ListView, ReadView
from common.refusals import NotVisible
from common.rows import NOT_HERE, Seen
from common.writing import Acts, Changes, Creates, Undoes
from releases.actions import gates
from releases.api.within import ONE, ListOfRelease
from releases.filters import GateFilter
from releases.forms.gates import GateDecisionShape, TicksShape, WaiverShape
from releases.models import Gate as GateRow
from releases.queries.gate_answers import DECISIONS, GATES, WAIVERS

_GATE = f"gates/<{NAME}:gate>"


class Gates(ListView):
    """What has to be passed before releases come into a stage."""

    noun, filters = GATES, GateFilter


class GatesOfRelease(ListOfRelease):
    """The gates before one release."""

    noun, filters = GATES, GateFilter


class Gate(Changes, DetailView):
    """One gate. PATCH ticks its checklist."""

    noun, shape, scope = GATES, TicksShape, Scope.APPROVE

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return gates.tick(thing, changes.get("ticked", thing.ticked), by=by, at=at, seen=seen)


class GateDecision(Acts, Undoes, ReadView):
    """Passing or failing a gate."""

    noun, new, told, scope = GATES, GateDecisionShape, DECISIONS, Scope.APPROVE

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return gates.decide(thing, by=by, at=at, seen=seen, **given)

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return gates.reopen(thing, by=by, at=at, seen=seen)


class _OfGate:
    """What lies in the gate that the address names."""

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"gate": gate_of(names["gate"], user).pk}


class GateDecisions(_OfGate, ListView):
    """What was decided at a gate, and taken back."""

    noun = DECISIONS


class OneGateDecision(_OfGate, DetailView):
    """One decision at a gate."""

    noun = DECISIONS


class Waivers(Creates, _OfGate, ListView):
    """Who lets a release pass a gate that is not met, and until when."""

    noun, new, scope = WAIVERS, WaiverShape, Scope.APPROVE

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return gates.waive(gate_of(names["gate"], by), by=by, at=at, **given)


class Waiver(Undoes, _OfGate, DetailView):
    """One waiver. DELETE takes it back before it expires."""

    noun, scope = WAIVERS, Scope.APPROVE

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        gates.end_waiver(thing, by=by, at=at, seen=seen)
        return thing


def gate_of(number: str, user: Any) -> GateRow:
    """The gate of a number that `user` may see; raises NotVisible."""
    found: GateRow | None = GATES.named(user, number).first()
    if found is None:
        raise NotVisible(NOT_HERE)
    return found


urlpatterns = [
    path(f"{ONE}/gates/", GatesOfRelease.as_view(), name="api_gates_of_release"),
    path("gates/", Gates.as_view(), name="api_gates"),
    path(f"gates/<{NAME}:name>/", Gate.as_view(), name="api_gate"),
    path(f"gates/<{NAME}:name>/decision/", GateDecision.as_view(), name="api_gate_decision"),
    path(f"{_GATE}/decisions/", GateDecisions.as_view(), name="api_gate_decisions"),
    path(f"{_GATE}/decisions/<{NAME}:name>/", OneGateDecision.as_view(), name="api_one_gate_decision"),
    path(f"{_GATE}/waivers/", Waivers.as_view(), name="api_waivers"),
    path(f"{_GATE}/waivers/<{NAME}:name>/", Waiver.as_view(), name="api_waiver"),
]
