"""Procedures: the list, one as a page, two versions of it compared, and the pages that write."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, listing, markdown, pages
from common.forming import Verb, Writing
from common.listing import Listing, Order
from common.pages import me
from common.rows import Seen
from policies import rules
from policies.actions import procedures as actions
from policies.filters import ProcedureFilter
from policies.forms import NewProcedureShape, ProcedureShape
from policies.models import GateRule, Procedure, ProcedureVersion
from policies.queries.shown import compare_texts
from policies.views.comparing import FROM, TO, two_of

PROCEDURES = Listing(
    noun="procedure",
    plural="procedures",
    about="How things are done here, so that every release does them alike.",
    belongs="A procedure is the standard way to do a thing; gates link to it. A policy owner writes it.",
    filters=ProcedureFilter,
    orders=(Order("slug", "short name", ("slug",)),),
)


@login_required
@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, PROCEDURES, Procedure.objects.visible_to(request.user).with_versions())
    verbs = [Verb("New procedure", reverse("new_procedure"), "new")] if rules.may_write_standards(me(request)) else []
    return pages.show(request, "policies/procedures.html", {"page": page, "verbs": verbs}, known=PROCEDURES.known)


@login_required
@require_safe
def procedure(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest version as a page, or the one that `?version=` names."""
    found = _procedure(request, slug)
    versions = list(found.versions.all())
    shown = _asked(request, versions) if "version" in request.GET else versions[0] if versions else None
    context = {
        "procedure": found,
        "versions": versions,
        "shown": shown,
        "body": markdown.render(shown.body) if shown else "",
        "gates": GateRule.objects.in_force().filter(procedure=found).order_by("version__policy__name", "id"),
        "verbs": [Verb("Change", f"{found.get_absolute_url()}edit/")] if rules.may_write_standards(me(request)) else [],
    }
    return pages.show(request, "policies/procedure.html", context, known={"version"})


@login_required
@require_safe
def compare_procedure(request: HttpRequest, slug: str) -> HttpResponse:
    """Two versions line by line: `?from=` and `?to=`, by default the last two."""
    found = _procedure(request, slug)
    versions = list(found.versions.all())
    before, after = two_of(request, versions)
    context = {
        "thing": found,
        "kind": "procedure",
        "versions": versions,
        "before": before,
        "after": after,
        "lines": compare_texts(before.body, after.body),
    }
    return pages.show(request, "policies/procedure_comparison.html", context, known={FROM, TO})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_procedure(request: HttpRequest) -> HttpResponse:
    forming.allow(rules.may_write_standards(me(request)), actions.NOT_YOURS)
    page = Writing(
        "New procedure", "Write the procedure", back=reverse("procedures"), done="The procedure is there.", kind="procedure"
    )
    return forming.write(request, NewProcedureShape, page, lambda given, _: actions.create(by=me(request), **given))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_procedure(request: HttpRequest, slug: str) -> HttpResponse:
    found = _procedure(request, slug)
    forming.allow(rules.may_write_standards(me(request)), actions.NOT_YOURS)
    newest = next(iter(found.versions.all()), None)
    page = Writing(f"Change {found.name}", "Save", back=found.get_absolute_url(), done="Saved.", kind="procedure")

    def act(given: dict[str, Any], seen: Seen) -> Procedure:
        return actions.rewrite(found, given, by=me(request), seen=seen)

    return forming.write(request, ProcedureShape, page, act, thing=found, initial={"body": newest.body if newest else ""})


def _procedure(request: HttpRequest, slug: str) -> Procedure:
    found: Procedure = get_object_or_404(Procedure.objects.visible_to(request.user).with_versions(), slug=slug)
    return found


def _asked(request: HttpRequest, versions: list[ProcedureVersion]) -> ProcedureVersion:
    wanted = request.GET["version"]
    for version in versions:
        if str(version.number) == wanted:
            return version
    raise Http404
