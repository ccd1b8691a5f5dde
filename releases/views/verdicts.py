"""May it go? On the pages of releases and promotions, and in the list by readiness."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from common import pages
from common.pages import me
from environments.vocabulary import Stage
from releases import rules
from releases.models import Promotion, Release
from releases.queries.glances import Glance
from releases.verdicts import NOT_BEGUN, Requirement, RequirementType, Verdict, readiness, verdict, verdicts
from releases.vocabulary import PromotionStatus

_T = RequirementType
#: What one does on the page a requirement leads to.
_VERBS: Final = {
    _T.TIMING: "Move it",
    _T.LEAD_TIME: "Move it",
    _T.BOOKING: "Move it",
    _T.ROUTE_ORDER: "Plan the way",
    _T.SOAK: "Plan the way",
    _T.PREREQUISITE: "See that release",
    _T.CONTRIBUTION: "See to it",
    _T.ARTEFACT_IDENTITY: "Say what goes in",
    _T.GATE: "Open the gate",
    _T.APPROVAL: "Open the approvals",
    _T.ROLL_BACK: "Write the plan",
    _T.OBLIGATION: "See what it owes",
}
#: Where on the page of a release that is seen to.
_PLACES: Final = {_T.ARTEFACT_IDENTITY: "#items", _T.CONTRIBUTION: "#carried"}
#: Pages that only whoever writes the release may open.
_WRITING: Final = ("/move/", "/plan/", "/edit/", "/items/new/", "/request/")


@dataclass(frozen=True)
class Told:
    """A requirement as a page tells it: the words of its verb and where that leads, empty for whom it would lead nowhere."""

    requirement: Requirement
    verb: str
    url: str
    is_late: bool


@dataclass(frozen=True)
class Answer:
    """The verdict on one promotion, as a page tells it."""

    promotion: Promotion
    verdict: Verdict
    missing: Sequence[Told]
    waived: Sequence[Told]


def of_release(request: HttpRequest, release: Release) -> SafeString | None:
    """What stands in the way of the promotion that comes next, and of the one into production."""
    ahead: list[Promotion] = list(
        Promotion.objects.filter(release=release, status__in=NOT_BEGUN).coming().select_related("environment")
    )
    if not ahead:
        return None
    last = next((one for one in reversed(ahead) if one.environment.stage == Stage.PRODUCTION), ahead[-1])
    shown = [one for one in ahead if one is ahead[0] or one is last]
    is_production = last.environment.stage == Stage.PRODUCTION
    return _part(request, release, shown, "What stands in the way of production" if is_production else "What stands in the way")


def of_promotion(request: HttpRequest, promotion: Promotion) -> SafeString | None:
    """What stands in its way; once it has begun, what the answer was then."""
    if promotion.status in NOT_BEGUN:
        return _part(request, promotion.release, [promotion], "May it go?")
    if not promotion.verdict:
        return None
    return render_to_string("releases/parts/verdict_kept.html", {"kept": promotion.verdict, "promotion": promotion}, request)


def answered(glances: Iterable[Glance]) -> None:
    """Add to what a list says of releases the verdict on the next promotion of each that has one ahead."""
    known = [glance for glance in glances if glance.promotion is not None and glance.promotion.status in NOT_BEGUN]
    now = timezone.now()
    found = verdicts([glance.promotion for glance in known if glance.promotion], now) if known else {}
    for glance in known:
        glance.verdict = found.get(glance.promotion.pk) if glance.promotion else None
        glance.readiness = readiness(glance.verdict, now) if glance.verdict else None


def _part(request: HttpRequest, release: Release, promotions: Sequence[Promotion], title: str) -> SafeString:
    at = timezone.now()
    found = {promotions[0].pk: verdict(promotions[0], at)} if len(promotions) == 1 else verdicts(promotions, at)
    may_write = rules.may_write_release(me(request), release)
    answers = [
        Answer(
            one,
            found[one.pk],
            [_told(release, one, each, may_write=may_write, at=at) for each in found[one.pk].standing_in_the_way],
            [_told(release, one, each, may_write=may_write, at=at) for each in found[one.pk].waived],
        )
        for one in promotions
        if one.pk in found
    ]
    context = {"answers": answers, "title": title, "several": len(answers) > 1, "zone": pages.zone_quietly(request)}
    return render_to_string("releases/parts/verdict.html", context, request)


def _told(release: Release, promotion: Promotion, requirement: Requirement, *, may_write: bool, at: Any) -> Told:
    verb, url = _VERBS[requirement.type], requirement.url
    if url == release.get_absolute_url():
        url += _PLACES.get(requirement.type, "")
    if requirement.type == _T.APPROVAL and url == promotion.get_absolute_url():
        # Before anybody is asked there is only the asking to do; afterwards what they say stands further down that page.
        if promotion.status != PromotionStatus.DRAFT:
            url = f"{url}#approvals"
        else:
            # What was to begin before now is moved first.
            verb, url = "Ask for approval…", reverse("request_promotion", args=[promotion.pk]) if promotion.starts_at > at else ""
    return Told(requirement, verb, url if may_write or not url.endswith(_WRITING) else "", requirement.is_late(at))
