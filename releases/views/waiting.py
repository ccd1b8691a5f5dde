"""What waits for the reader: approvals and gates that are theirs to decide, decided on the page; and what is not theirs, and why."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.vocabulary import Role
from common import pages
from common.forming import Verb
from common.pages import me
from common.refusals import BadInput, Conflict, NotVisible, Refusal, RuleBroken, Stale
from common.rows import NOT_HERE
from common.writing import Shape
from releases import rules
from releases.actions import approvals, gates
from releases.evidence import judging
from releases.forms.approvals import DecisionInPlace
from releases.forms.gates import GateDecisionShape
from releases.models import Evidence, Gate, Promotion
from releases.queries import waiting
from releases.queries.differences import Difference, differences
from releases.queries.gates import GateStanding, state_of, states_of
from releases.queries.speakers import missing_words
from releases.queries.waiting import Awaited
from releases.queries.windows import zones_of
from releases.verdicts import Verdict, verdicts
from releases.views.gates import is_late
from releases.vocabulary import UNFINISHED, WAITING, GateState

#: How much of each is shown at first, and at most.
SHOWN: Final = 20
ALL: Final = 200
SHOW: Final = "show"
#: Where on the page something was sent from: what is typed there stays there when it is refused.
PLACE: Final = "place"
TOGETHER: Final = "together"
_SAID: Final = {"approve": "Approved", "reject": "Rejected"}
_OUTCOMES: Final = {"passed": "Passed", "failed": "Failed"}


@dataclass(frozen=True)
class Tried:
    """What was sent and refused: from where, why, and what was typed and ticked."""

    place: str = ""
    sentence: str = ""
    comment: str = ""
    ticked: Collection[str] = ()


@dataclass(frozen=True)
class GateRow:
    """A gate, what it is, and what of its evidence holds, in words."""

    gate: Gate
    standing: GateStanding
    shown: Sequence[tuple[Evidence, str]]
    is_late: bool = False
    since: datetime | None = None

    @property
    def place(self) -> str:
        return f"gate-{self.gate.pk}"


@dataclass(frozen=True)
class ApprovalRow:
    """A promotion that waits for the reader: what exactly they approve, and what they go by.

    `has_company`: other members of its package wait, too.
    """

    promotion: Promotion
    what: str
    digest: str
    changes: Sequence[Difference]
    gates: Sequence[GateRow]
    verdict: Verdict | None
    missing: str
    who_else: Sequence[User]
    has_company: bool

    @property
    def place(self) -> str:
        return f"promotion-{self.promotion.pk}"

    @property
    def value(self) -> str:
        """What its box sends: the promotion, and the digest of what is shown."""
        return f"{self.promotion.pk}:{self.digest}"

    @property
    def has_run(self) -> bool:
        """Whether it went as an emergency, and takes the rest of its people afterwards."""
        return self.promotion.status not in WAITING

    @property
    def waived(self) -> Sequence[GateRow]:
        return [row for row in self.gates if row.standing.waiver is not None and row.standing.state == GateState.WAIVED]


@dataclass(frozen=True)
class Shown:
    """All that the page says."""

    approvals: Sequence[ApprovalRow]
    gates: Sequence[GateRow]
    others: Sequence[tuple[Awaited, str]]
    counts: Mapping[str, int]
    goes_on: bool = False

    @property
    def places(self) -> set[str]:
        """From where something may be sent."""
        return {TOGETHER, *(row.place for row in self.approvals), *(row.place for row in self.gates)}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def waiting_for_me(request: HttpRequest) -> HttpResponse:
    """Everything the reader can decide now, decided in place; `?show=all` for more of it."""
    if request.method != "POST":
        return _page(request, Tried())
    try:
        done = _decide_gate(request) if "gate" in request.POST else _decide_promotions(request)
    except (BadInput, Conflict, RuleBroken, Stale) as refusal:
        return _page(request, _tried(request, refusal), status=refusal.status)
    messages.success(request, done)
    return redirect(request.get_full_path())


def _decide_promotions(request: HttpRequest) -> str:
    by, given = me(request), _read(DecisionInPlace, request)
    seen = dict(_seen(value) for value in request.POST.getlist("promotions"))
    found = list(Promotion.objects.visible_to(by).filter(pk__in=seen).with_references())
    if len(found) != len(seen):
        raise NotVisible(NOT_HERE)
    approvals.decide_several(promotions=seen, by=by, at=timezone.now(), **given)
    what = f"{found[0].release} into {found[0].environment.name}" if len(found) == 1 else f"{len(found)} promotions"
    return f"{_SAID[given['decision']]}: {what}."


def _decide_gate(request: HttpRequest) -> str:
    by, given = me(request), _read(GateDecisionShape, request)
    number, revision = (request.POST.get(name, "") for name in ("gate", "seen"))
    if not all(_is_number(each) for each in (number, revision)):
        raise BadInput("The page sent something it does not know; open it anew, and decide again.")
    found = get_object_or_404(Gate.objects.visible_to(by).with_rules(), pk=int(number))
    gates.decide(found, by=by, at=timezone.now(), seen=frozenset({int(revision)}), **given)
    return f"{_OUTCOMES[given['outcome']]}: {found.name} of {found.release}."


def _read(shape: type[Shape], request: HttpRequest) -> dict[str, Any]:
    form = shape(request.POST, user=request.user)
    if not form.is_valid():
        raise BadInput(" ".join(str(sentence) for sentences in form.errors.values() for sentence in sentences))
    return form.cleaned_data


def _seen(value: str) -> tuple[int, str]:
    number, _, digest = value.partition(":")
    if not _is_number(number):
        raise BadInput("The page sent something it does not know; open it anew, and decide again.")
    return int(number), digest


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def _tried(request: HttpRequest, refusal: Refusal) -> Tried:
    given = request.POST
    return Tried(given.get(PLACE, TOGETHER), refusal.sentence, given.get("comment", ""), frozenset(given.getlist("promotions")))


def _page(request: HttpRequest, tried: Tried, status: int = 200) -> HttpResponse:
    by, now = me(request), timezone.now()
    most = ALL if request.GET.get(SHOW) == "all" else SHOWN
    shown = _shown(request, by, now, most)
    soonest = [row.promotion.starts_at for row in shown.approvals[:1]] + [row.since for row in shown.gates[:1] if row.since]
    context = {
        "shown": shown,
        "tried": tried,
        "several": len(shown.approvals) > 1 or tried.place == TOGETHER,
        # What was decided on may be decided meanwhile, and its row be gone; why it was refused is said all the same.
        "is_gone": bool(tried.sentence) and tried.place not in shown.places,
        "soonest": min(soonest, default=None),
        "more": f"?{SHOW}=all",
        "can_be_more": most == SHOWN,
        "verbs": _verbs(by),
        "about": "Approvals that lack your yes, and gates that are yours to decide, the soonest first.",
    }
    response = pages.show(request, "releases/waiting.html", context, known={SHOW})
    response.status_code = status
    return response


def _verbs(by: User) -> list[Verb]:
    if not by.has_role(Role.RELEASE_MANAGER):
        return []
    asked = [("release_manager", by.email), *(("status", status) for status in sorted(UNFINISHED)), ("sort", "earliest")]
    return [Verb("What is ahead of my releases", f"{reverse('promotions')}?{urlencode(asked)}")]


def _shown(request: HttpRequest, by: User, now: datetime, most: int) -> Shown:
    asked = waiting.approvals(by, now)
    own = waiting.gates(by, now)
    whole = most > SHOWN
    number = own.aggregate(near=Count("pk", filter=Q(is_near=True)), all=Count("pk"))
    rows = list((own if whole else own.filter(is_near=True)).with_rules()[:most])
    return Shown(
        approvals=_approvals(request, asked.mine[:most], now),
        gates=_gates(rows, now),
        others=[(one, _why(one, by, now)) for one in asked.others[:most]],
        counts={
            "approvals": len(asked.mine),
            "gates": number["near"],
            "own": len(asked.mine) + number["near"],
            "others": len(asked.others),
            "more_approvals": max(0, len(asked.mine) - most),
            "more_gates": max(0, (number["all"] if whole else number["near"]) - most),
            "later_gates": 0 if whole else number["all"] - number["near"],
            "more_others": max(0, len(asked.others) - most),
        },
        goes_on=asked.goes_on,
    )


def _approvals(request: HttpRequest, asked: Sequence[Awaited], now: datetime) -> list[ApprovalRow]:
    """With all that people go by: a fixed number of queries for any number of them."""
    promotions = [one.promotion for one in asked]
    changes, answers = differences(promotions), verdicts(promotions, now)
    before = _gates_before(promotions, now)
    people = User.objects.in_bulk({user for one in asked for some in one.stand.who_may.values() for user in some})
    members = Counter(one.release.package_id for one in promotions if one.release.package_id)
    zone = pages.zone_quietly(request)
    return [
        ApprovalRow(
            promotion=one.promotion,
            what=one.stand.shown.words(zone, now.year),
            digest=one.stand.shown.digest,
            changes=changes[one.promotion.pk],
            gates=before[one.promotion.pk],
            verdict=answers.get(one.promotion.pk),
            missing=missing_words(one.stand.asked, one.stand.missing),
            who_else=_who_else(one, me(request), people),
            has_company=members[one.promotion.release.package_id or 0] > 1,
        )
        for one in asked
    ]


def _who_else(one: Awaited, by: User, people: Mapping[int, User]) -> list[User]:
    """Who could say yes instead, or has to besides."""
    others = {user for some in one.stand.who_may.values() for user in some} - {by.pk}
    return sorted((people[user] for user in others), key=str)


def _gates_before(promotions: Sequence[Promotion], now: datetime) -> Mapping[int, list[GateRow]]:
    """The gates that each promotion comes through, as they are for its candidate."""
    among = Gate.objects.asked().filter(
        release__in={one.release_id for one in promotions}, stage__in={one.environment.stage for one in promotions}
    )
    by_place: dict[tuple[int, str], list[Gate]] = defaultdict(list)
    for gate in among.with_rules().order_by("due_on", "id"):
        by_place[gate.release_id, gate.stage].append(gate)
    own = {one.pk: by_place[one.release_id, one.environment.stage] for one in promotions}
    states = states_of([(gate, one.candidate_id) for one in promotions for gate in own[one.pk]], now)
    return {
        one.pk: [
            _gate_row(gate, states[gate.pk, one.candidate_id], now, ZoneInfo(one.environment.time_zone)) for gate in own[one.pk]
        ]
        for one in promotions
    }


def _gates(found: Sequence[Any], now: datetime) -> list[GateRow]:
    standings, zones = state_of(found, now), zones_of(found)
    return [_gate_row(gate, standings[gate.pk], now, zones[gate.pk], since=gate.waits_until) for gate in found]


def _gate_row(gate: Gate, standing: GateStanding, now: datetime, zone: ZoneInfo, since: datetime | None = None) -> GateRow:
    shown = [(each, judging.in_words(each.kind, each.counts)) for each in standing.held.holding]
    return GateRow(gate, standing, shown, is_late(gate, standing, now, zone), since)


def _why(one: Awaited, by: User, now: datetime) -> str:
    """Why a promotion that waits for approvals does not wait for the reader."""
    if by.pk in one.stand.spoken:
        return "You have approved it."
    if refused := rules.why_not_decide(by, one.promotion, one.stand, now):
        return refused
    if one.stand.is_met:
        return "Everybody asked has approved it; it has to lie in its approved window again."
    return "Those you could speak for have approved it already; you may still reject it."
