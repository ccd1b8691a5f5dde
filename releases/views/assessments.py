"""The risk of a release: what was answered about it, on its page, and the page on which its side answers."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from common import forming, pages
from common.forming import Verb, Writing
from common.pages import me
from common.refusals import Conflict
from common.rows import Seen
from releases import rules
from releases.actions import assessments as actions
from releases.actions.releases import NOT_YOURS
from releases.forms.assessments import answering, field_of
from releases.models import Release
from releases.queries.assessments import risks_standing
from releases.vocabulary import ENDED


def of_release(request: HttpRequest, release: Release) -> SafeString | None:
    """How risky a release is and how that came out; nothing where no policy asks and nobody ever answered."""
    standing = risks_standing([release])[release.pk]
    if not standing.questions and standing.assessment is None:
        return None
    verbs = []
    if standing.questions and release.status not in ENDED and rules.may_write_release(me(request), release):
        words = "Assess the risk…" if standing.assessment is None else "Assess it again…"
        verbs = [Verb(words, f"{release.get_absolute_url()}assessment/")]
    context = {"release": release, "standing": standing, "verbs": verbs, "zone": pages.zone_quietly(request)}
    return render_to_string("releases/parts/risk.html", context, request)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def assess_release(request: HttpRequest, key: str) -> HttpResponse:
    by = me(request)
    found: Release = get_object_or_404(Release.objects.visible_to(by).with_key(key))
    forming.allow(rules.may_write_release(by, found), NOT_YOURS)
    standing = risks_standing([found])[found.pk]
    if not standing.questions:
        raise Conflict("No policy in force asks anything about the risk of a release like this one; say its risk by hand.")
    page = Writing(
        f"Assess the risk of {found}",
        "Assess it",
        back=found.get_absolute_url(),
        done="The risk is assessed.",
        kind="release",
        lead="The highest risk that one of the answers stands for becomes the risk of the release, and may call for other policies.",
    )

    def act(given: dict[str, Any], seen: Seen) -> Release:
        answers = {question.key: given[field_of(question)] for question in standing.questions}
        actions.assess(found, answers, by=by, at=timezone.now(), seen=seen)
        return found

    initial = {field_of(question): standing.given.get(question.key, "") for question in standing.questions}
    return forming.write(request, answering(standing.questions), page, act, thing=found, initial=initial)
