"""Gates: what stands before a release, on its page; one gate in full; and the pages on which people tick, decide and waive."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from common import forming, pages
from common.forming import Nothing, Verb, Writing
from common.pages import me
from common.rows import Seen
from policies.vocabulary import EvidenceKind, GateArea, threshold_words
from releases import rules
from releases.actions import gates as actions
from releases.actions.gates.deciding import not_yours
from releases.forms.gates import FailingShape, GateDecisionShape, ReopeningShape, WaiverShape, ticks_of
from releases.models import Gate, GateDecision, Release, Waiver
from releases.queries.gates import GateStanding, state_of
from releases.queries.preparations import follows
from releases.queries.windows import zones_of
from releases.vocabulary import ENDED, GateOutcome, GateState

WRITES: Final = ["GET", "HEAD", "POST"]
_USUAL_WAIVER: Final = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    """A gate as a row of its release's page."""

    gate: Gate
    standing: GateStanding
    is_late: bool


def of_release(request: HttpRequest, release: Release) -> SafeString:
    """The gates before a release, area by area; where none is asked, that."""
    found = list(Gate.objects.asked().filter(release=release).with_rules())
    now = timezone.now()
    standings = state_of(found, now)
    order = {area: place for place, area in enumerate(GateArea)}
    found.sort(key=lambda gate: (order[GateArea(gate.area)], gate.stage, gate.due_on is None, gate.due_on, gate.pk))
    zones = zones_of(found)
    rows = [Row(gate, standings[gate.pk], is_late(gate, standings[gate.pk], now, zones[gate.pk])) for gate in found]
    areas = [(GateArea(area).label, list(own)) for area, own in groupby(rows, lambda row: row.gate.area)]
    good = sum(row.standing.is_good for row in rows)
    context = {"areas": areas, "good": good, "count": len(rows), "zone": pages.zone_quietly(request)}
    return render_to_string("releases/parts/gates.html", context, request)


@login_required
@require_safe
def gate(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    found, now = _visible(request, key, pk), timezone.now()
    standing = state_of([found], now)[found.pk]
    waivers = list(Waiver.objects.filter(gate=found).select_related("by", "end__by").order_by("-id"))
    by = me(request)
    context = {
        "gate": found,
        "release": found.release,
        "standing": standing,
        "is_late": is_late(found, standing, now, zones_of([found])[found.pk]),
        "threshold": _threshold(found),
        "checklist": [(each, each in found.ticked) for each in (found.rule.checklist if found.rule else [])],
        "decisions": GateDecision.objects.filter(gate=found).select_related("by", "candidate").order_by("-id"),
        "waivers": [(waiver, waiver.expires_at <= now, _waiver_verbs(found, waiver, by, now)) for waiver in waivers],
        "verbs": _verbs(found, standing, by, now),
        "decides": rules.whose_gate(found),
        "waives": rules.who_waives(found),
    }
    return pages.show(request, "releases/gate.html", context)


def _threshold(gate: Gate) -> str:
    if gate.rule is None or gate.rule.evidence in (EvidenceKind.NOTHING, EvidenceKind.PREPARATIONS):
        return ""
    words = threshold_words(gate.rule.evidence, gate.rule.threshold)
    return f"{gate.rule.get_evidence_display()}{': ' if words else ''}{words}"


def is_late(gate: Gate, standing: GateStanding, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the day it is due is over, by the clock of the place it stands before."""
    return gate.due_on is not None and not standing.is_good and gate.due_on < now.astimezone(zone).date()


def _verbs(gate: Gate, standing: GateStanding, by: User, now: datetime) -> list[Verb]:
    """What the reader may do here now."""
    if not gate.is_asked or gate.release.status in ENDED:
        return []
    base, verbs = gate.get_absolute_url(), list[Verb]()
    if rules.may_decide_gate(by, gate, now):
        if follows(gate):
            if standing.decision is None:
                verbs.append(Verb("Fail…", f"{base}decision/"))
        elif standing.state != GateState.PASSED:
            verbs.append(Verb("Pass or fail…", f"{base}decision/"))
        if standing.unticked and standing.state != GateState.PASSED:
            verbs.append(Verb("Tick…", f"{base}ticks/"))
        if standing.decision is not None:
            verbs.append(Verb("Reopen…", f"{base}reopening/"))
    if not standing.is_good and not rules.why_not_waive(by, gate, now):
        verbs.append(Verb("Waive…", f"{base}waivers/new/"))
    return verbs


def _waiver_verbs(gate: Gate, waiver: Waiver, by: User, now: datetime) -> list[Verb]:
    is_over = waiver.expires_at <= now or hasattr(waiver, "end")
    if is_over or not rules.may_end_waiver(by, gate, waiver, now):
        return []
    return [Verb("Take back…", f"{gate.get_absolute_url()}waivers/{waiver.pk}/ending/")]


@require_http_methods(WRITES)
@login_required
def tick_gate(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, found = me(request), _to_decide(request, key, pk)

    def act(given: dict[str, Any], seen: Seen) -> Gate:
        return actions.tick(found, given["ticked"], by=by, at=timezone.now(), seen=seen)

    page = _page(found, f"Tick the checklist of “{found.name}”", "Save", "Saved.")
    return forming.write(request, ticks_of(found), page, act, thing=found)


@require_http_methods(WRITES)
@login_required
def decide_gate(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Pass or fail; `?outcome=` is the first choice."""
    by, found = me(request), _to_decide(request, key, pk)

    def act(given: dict[str, Any], seen: Seen) -> Gate:
        return actions.decide(found, by=by, at=timezone.now(), seen=seen, **({"outcome": GateOutcome.FAILED} | given))

    if follows(found):
        lead = "It is passed as soon as what the audiences of the release need is done; who knows better fails it."
        return forming.write(
            request, FailingShape, _page(found, f"Fail “{found.name}”", "Fail it", "Failed.", lead=lead), act, thing=found
        )
    page = _page(found, f"Decide “{found.name}”", "Decide", "Decided.", lead=found.ask)
    initial = {"outcome": request.GET.get("outcome", "passed")}
    return forming.write(request, GateDecisionShape, page, act, thing=found, initial=initial)


@require_http_methods(WRITES)
@login_required
def reopen_gate(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, found = me(request), _to_decide(request, key, pk)

    def act(given: dict[str, Any], seen: Seen) -> Gate:
        actions.reopen(found, by=by, at=timezone.now(), seen=seen, **given)
        return found

    question = "What was decided no longer holds, and approvals that were given on it are void. Reopen it?"
    page = _page(found, f"Reopen “{found.name}”", "Reopen it", "It is open again.", question=question, is_grave=True)
    return forming.write(request, ReopeningShape, page, act, thing=found)


@require_http_methods(WRITES)
@login_required
def waive_gate(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, found, now = me(request), _visible(request, key, pk), timezone.now()
    refused = rules.why_not_waive(by, found, now)
    forming.allow(not refused, refused)

    def act(given: dict[str, Any], seen: Seen) -> Gate:
        actions.waive(found, by=by, at=timezone.now(), seen=seen, **given)
        return found

    lead = "The release may pass although this is not met, and your name stands under it."
    page = _page(found, f"Waive “{found.name}”", "Waive it", "Waived.", lead=lead)
    until = (now + _USUAL_WAIVER).replace(minute=0, second=0, microsecond=0)
    return forming.write(request, WaiverShape, page, act, thing=found, initial={"expires_at": until})


@require_http_methods(WRITES)
@login_required
def end_waiver(request: HttpRequest, key: str, pk: int, waiver: int) -> HttpResponse:
    by, found = me(request), _visible(request, key, pk)
    given_one = get_object_or_404(Waiver.objects.filter(gate=found), pk=waiver)
    forming.allow(rules.may_end_waiver(by, found, given_one, timezone.now()), "Only who gave it, or might have, may take it back.")

    def act(_: dict[str, Any], seen: Seen) -> Gate:
        actions.end_waiver(given_one, by=by, at=timezone.now(), seen=seen)
        return found

    question = "The gate is then what it is without the waiver, and approvals that were given on it are void. Take it back?"
    page = _page(found, f"Take back the waiver of “{found.name}”", "Take it back", "Taken back.", question=question, is_grave=True)
    return forming.write(request, Nothing, page, act, thing=given_one)


def _page(gate: Gate, title: str, verb: str, done: str, **more: Any) -> Writing:
    lead = more.pop("lead", f"Before {gate.release} comes into {gate.get_stage_display().lower()}.")
    return Writing(title, verb, back=gate.get_absolute_url(), done=done, kind="gate", lead=lead, **more)


def _visible(request: HttpRequest, key: str, pk: int) -> Gate:
    release = get_object_or_404(Release.objects.visible_to(request.user).with_key(key))
    found: Gate = get_object_or_404(Gate.objects.filter(release=release).with_rules(), pk=pk)
    return found


def _to_decide(request: HttpRequest, key: str, pk: int) -> Gate:
    by, found = me(request), _visible(request, key, pk)
    forming.allow(rules.may_decide_gate(by, found, timezone.now()), not_yours(found, by))
    return found
