"""Approvals on the pages of promotions and releases, and the pages on which people ask, withdraw, decide and take back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from accounts.models import User
from common import forming, pages
from common.forming import Nothing, Verb, Writing
from common.pages import me
from common.refusals import IllegalMove
from common.rows import Seen
from common.writing import Prose, Shape, Word
from releases import rules
from releases.actions import approvals as actions
from releases.actions import promotions
from releases.forms.approvals import DecisionOnPage, WithdrawalShape
from releases.models import Approval, Promotion, Release
from releases.queries import digests
from releases.queries.differences import differences
from releases.queries.seats import SeatsStanding, standing
from releases.queries.speakers import missing_words, name_of
from releases.vocabulary import ENDED, ApprovalDecision, PromotionStatus

WRITES: Final = ["GET", "HEAD", "POST"]
_P = PromotionStatus
_ASKED_FOR: Final = frozenset({_P.REQUESTED, _P.APPROVED})


@dataclass(frozen=True)
class Seat:
    """The seats of one rule: whose, how many there are and are taken, and who could take those that are missing."""

    name: str
    people: int
    taken: int
    who_may: Sequence[User]


@dataclass(frozen=True)
class Given:
    """What somebody said, in words; `void` says why it does not count any more, empty while it does."""

    approval: Approval
    what: str
    void: str

    @property
    def is_no(self) -> bool:
        return self.approval.decision == ApprovalDecision.REJECT


def of_promotion(request: HttpRequest, promotion: Promotion) -> SafeString | None:
    """What exactly is to be approved, by whom, and who said what; nothing where nobody is asked and nothing was said."""
    now = timezone.now()
    stand = standing([promotion], now)[promotion.pk]
    given = _given(promotion, stand, now, request)
    if not stand.asked and not given:
        return None
    by = me(request)
    refused = rules.why_not_decide(by, promotion, stand, now) if promotion.status == _P.REQUESTED else ""
    context = {
        "promotion": promotion,
        "what": stand.shown.words(pages.zone_quietly(request), now.year),
        "seats": _seats(stand),
        "missing": missing_words(stand.asked, stand.missing),
        "given": given,
        "refused": refused,
        "verbs": decide_verbs(promotion, stand, by, now),
        "is_asked": promotion.status in _ASKED_FOR,
        "changes": differences([promotion])[promotion.pk] if promotion.status in _ASKED_FOR else [],
    }
    return render_to_string("releases/parts/approvals.html", {"zone": pages.zone_quietly(request), **context}, request)


def of_release(request: HttpRequest, release: Release) -> SafeString | None:
    """What of a release waits for approvals, or of a package's members; nothing where nothing does."""
    among = Promotion.objects.visible_to(request.user).filter(status__in=_ASKED_FOR)
    own = among.filter(release=release) | among.filter(release__package=release)
    found = list(own.with_references().order_by("starts_at", "id"))
    if not found:
        return None
    now = timezone.now()
    stands = standing(found, now)
    changes = differences(found)
    rows = [(one, missing_words(stands[one.pk].asked, stands[one.pk].missing), changes[one.pk]) for one in found]
    together = [
        one for one in found if one.release.package_id == release.pk and not _why_not(one, stands[one.pk], me(request), now)
    ]
    verbs = [Verb("Decide together…", reverse("decide_together", args=[release.key]))] if together else []
    context = {"rows": rows, "release": release, "verbs": verbs, "zone": pages.zone_quietly(request)}
    return render_to_string("releases/parts/waiting.html", context, request)


def ask_verbs(found: Promotion, user: Any) -> list[Verb]:
    """The ways from a promotion to the pages that ask for it and take that back, for who may."""
    if not rules.may_write_release(user, found.release) or found.release.status in ENDED:
        return []
    if found.status == _P.DRAFT and found.starts_at > timezone.now():
        return [Verb("Ask for approval…", reverse("request_promotion", args=[found.pk]))]
    if found.status in _ASKED_FOR:
        return [Verb("Withdraw the request…", reverse("withdraw_promotion", args=[found.pk]))]
    return []


def decide_verbs(found: Promotion, stand: SeatsStanding, user: User, at: datetime) -> list[Verb]:
    """What somebody may say to a promotion now."""
    verbs = []
    owes = found.status not in _ASKED_FOR and found.obligations.unmet().filter(rule__isnull=False).exists()
    if (found.status in _ASKED_FOR or owes) and not rules.why_not_decide(user, found, stand, at):
        page = reverse("decide_promotion", args=[found.pk])
        if user.pk not in stand.spoken and (stand.missing or found.status == _P.REQUESTED):
            verbs.append(Verb("Decide…", page))
        elif found.status in _ASKED_FOR:
            verbs.append(Verb("Reject…", f"{page}?decision={ApprovalDecision.REJECT}"))
    if found.status in _ASKED_FOR and any(approval.by_id == user.pk for approval, _ in stand.approvals):
        verbs.append(Verb("Take my approval back…", reverse("take_back_approval", args=[found.pk])))
    return verbs


@require_http_methods(WRITES)
@login_required
def request_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_write(request, pk)
    if found.status != _P.DRAFT:
        raise IllegalMove(f"The promotion is {found.get_status_display().lower()}; only a draft is asked for.")
    stand = standing([found], timezone.now())[found.pk]
    asked = ", ".join(f"{seats.people} of {name_of(seats)}" for seats in stand.asked)
    page = _page(
        found,
        "Ask for approval of",
        "Ask for approval",
        "Asked for.",
        question=f"Ask for {_words(stand, request)}? "
        + (f"Asked are: {asked}. You do not decide on it yourself." if asked else "Nobody has to approve it."),
    )

    def act(given: Mapping[str, Any], seen: Seen) -> Promotion:
        return promotions.request(found, by=by, at=timezone.now(), seen=seen)

    return forming.write(request, Nothing, page, act, thing=found)


@require_http_methods(WRITES)
@login_required
def withdraw_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_write(request, pk)
    if found.status not in _ASKED_FOR:
        raise IllegalMove(f"The promotion is {found.get_status_display().lower()}; only what was asked for is withdrawn.")
    question = "It becomes a draft again, keeps its place, and what was approved so far is void."
    page = _page(found, "Withdraw the request for", "Withdraw it", "Withdrawn.", question=question)

    def act(given: Mapping[str, Any], seen: Seen) -> Promotion:
        return promotions.withdraw(found, by=by, at=timezone.now(), seen=seen, **given)

    return forming.write(request, WithdrawalShape, page, act, thing=found)


@require_http_methods(WRITES)
@login_required
def decide_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    """Say yes or no to exactly what the page shows; `?decision=` is the first choice."""
    by, found, now = me(request), _visible(request, pk), timezone.now()
    stand = standing([found], now)[found.pk]
    forming.allow(not (refused := rules.why_not_decide(by, found, stand, now)), refused)
    page = _page(found, "Decide on", "Decide", "Decided.", question=f"What you approve: {_words(stand, request)}.")

    def act(given: dict[str, Any], seen: Seen) -> str:
        actions.decide(found, by=by, at=timezone.now(), **given)
        return found.get_absolute_url()

    initial = {"digest": stand.shown.digest, "decision": request.GET.get("decision", "")}
    context = {"what": stand.shown.values["items"], "promotion": found, "changes": differences([found])[found.pk]}
    return forming.write(request, DecisionOnPage, page, act, initial=initial, template="releases/decide.html", context=context)


@require_http_methods(WRITES)
@login_required
def take_back_approval(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _visible(request, pk)
    own = Approval.objects.standing().filter(promotion=found, by=by, decision=ApprovalDecision.APPROVE)
    if not own.exists():
        raise IllegalMove("You have no approval here that stands, so there is none to take back.")
    question = "The promotion waits again where your yes was needed."
    page = _page(found, "Take back your approval of", "Take it back", "Taken back.", question=question)

    def act(given: Mapping[str, Any], seen: Seen) -> str:
        actions.take_back(found, by=by, at=timezone.now())
        return found.get_absolute_url()

    return forming.write(request, Nothing, page, act)


@require_http_methods(WRITES)
@login_required
def decide_together(request: HttpRequest, key: str) -> HttpResponse:
    """Say the same to promotions of a package's members; those whose boxes are cleared are left out."""
    by, now = me(request), timezone.now()
    package: Release = get_object_or_404(Release.objects.visible_to(by).with_key(key))
    among = Promotion.objects.visible_to(by).filter(release__package=package, status=_P.REQUESTED)
    found = list(among.with_references().order_by("starts_at", "id"))
    stands = standing(found, now)
    mine = [one for one in found if not _why_not(one, stands[one.pk], by, now)]
    forming.allow(bool(mine), "Nothing of this package's members waits for a decision of yours.")
    page = Writing(
        f"Decide on the members of {package}",
        "Decide",
        back=package.get_absolute_url(),
        done="Decided.",
        kind="release",
        lead="One decision for all that is ticked, all or nothing; clear the box of what you leave out.",
    )
    choices = [(f"{one.pk}:{stands[one.pk].shown.digest}", _words(stands[one.pk], request)) for one in mine]

    def act(given: dict[str, Any], seen: Seen) -> str:
        chosen = {int(number): digest for number, _, digest in (each.partition(":") for each in given["promotions"])}
        actions.decide_together(
            package, decision=given["decision"], promotions=chosen, comment=given["comment"], by=by, at=timezone.now()
        )
        return package.get_absolute_url()

    return forming.write(request, _together(choices), page, act, initial={"promotions": [value for value, _ in choices]})


def _together(choices: Sequence[tuple[str, str]]) -> type[Shape]:
    boxes = forms.MultipleChoiceField(label="What is decided", choices=choices, widget=forms.CheckboxSelectMultiple())
    boxes.error_messages["invalid_choice"] = "Something of it was changed meanwhile; open this page anew, and decide again."
    fields = {
        "promotions": boxes,
        "decision": Word(ApprovalDecision, "Your decision"),
        "comment": Prose("Comment", longest=5_000, help="A no says why, so that it can be mended."),
    }
    return type("TogetherShape", (Shape,), fields)


def _why_not(found: Promotion, stand: SeatsStanding, user: User, at: datetime) -> str:
    """Why somebody has no yes to give to what was asked for; empty when they have."""
    if found.status != _P.REQUESTED:
        return "It is not waiting."
    if user.pk in stand.spoken:
        return "You have spoken already."
    return rules.why_not_decide(user, found, stand, at)


def _seats(stand: SeatsStanding) -> list[Seat]:
    wanted = {user for users in stand.who_may.values() for user in users}
    people = User.objects.in_bulk(wanted) if wanted else {}
    return [
        Seat(
            name_of(each),
            each.people,
            stand.taken[each.speakers],
            sorted((people[user] for user in stand.who_may.get(each.speakers, ())), key=str),
        )
        for each in stand.asked
    ]


def _given(promotion: Promotion, stand: SeatsStanding, now: datetime, request: HttpRequest) -> list[Given]:
    rows = promotion.approvals.select_related("by", "for_delegator", "rule", "end").order_by("-pk")
    zone = pages.zone_quietly(request)
    return [Given(row, digests.words(row.shown, zone, now.year), _void(row, stand, now)) for row in rows]


def _void(row: Approval, stand: SeatsStanding, now: datetime) -> str:
    if hasattr(row, "end"):
        return row.end.reason or "taken back"
    if row.lapses_at is not None and row.lapses_at <= now:
        return "it has lapsed"
    if row.decision == ApprovalDecision.APPROVE and row.digest != stand.shown.digest:
        return "it was for something else"
    return ""


def _words(stand: SeatsStanding, request: HttpRequest) -> str:
    return stand.shown.words(pages.zone_quietly(request), timezone.now().year)


def _visible(request: HttpRequest, pk: int) -> Promotion:
    found: Promotion = get_object_or_404(Promotion.objects.visible_to(request.user).with_references(), pk=pk)
    return found


def _to_write(request: HttpRequest, pk: int) -> Promotion:
    found = _visible(request, pk)
    forming.allow(rules.may_write_release(me(request), found.release), promotions.NOT_YOURS)
    return found


def _page(found: Promotion, title: str, verb: str, done: str, question: str = "") -> Writing:
    whole = f"{title} the promotion of {found.release} into {found.environment.name}"
    return Writing(whole, verb, back=found.get_absolute_url(), done=done, question=question, kind="promotion")
