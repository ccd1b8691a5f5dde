"""Outputs: the list, one, and the pages that write."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, listing, pages
from common.forming import Nothing, Verb, Writing
from common.listing import Facet, Listing, Order
from common.pages import me
from common.rows import Seen
from projects import rules
from projects.actions import outputs as actions
from projects.filters import OutputFilter
from projects.forms import NewOutputShape, OutputShape
from projects.models import Output, Program

OUTPUTS = Listing(
    noun="output",
    plural="outputs",
    about="What projects deliver, and when it is due.",
    belongs="An output is what a project delivers. The PMO imports them: columns project, code, name, kind, status, due_on, forecast_on, …",
    filters=OutputFilter,
    facets=(
        Facet("status", "Status"),
        Facet("kind", "Kind"),
        Facet("program", "Program", lambda user: Program.objects.visible_to(user).as_choices(), "project__program__code"),
        Facet("project", "Project"),
        Facet("service", "Service"),
    ),
    orders=(
        Order("latest", "date, the latest first", ("-lies_on", "-id")),
        Order("earliest", "date, the earliest first", ("lies_on", "id")),
        Order("project", "project", ("project__code", "code", "id")),
    ),
)


@login_required
@require_safe
def outputs(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, OUTPUTS, Output.objects.visible_to(request.user).with_project().with_services())
    verbs = [Verb("New output", reverse("new_output"), "new")] if rules.writes_something(me(request)) else []
    return pages.show(request, "projects/outputs.html", {"page": page, "verbs": verbs}, known=OUTPUTS.known)


@login_required
@require_safe
def output(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Output.objects.visible_to(request.user).with_project().with_services(), pk=pk)
    return pages.show(request, "projects/output.html", {"output": found, "verbs": _verbs(request, found)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_output(request: HttpRequest) -> HttpResponse:
    by = me(request)
    forming.allow(rules.writes_something(by), actions.NOT_YOURS)
    page = Writing("New output", "Make the output", back=reverse("outputs"), done="The output is there.", kind="output")
    initial = {name: request.GET[name] for name in ("project",) if name in request.GET}
    return forming.write(request, NewOutputShape, page, lambda given, _: actions.create(by=by, **given), initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_output(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_write(request, pk)
    page = Writing(f"Change {found.name}", "Save", back=found.get_absolute_url(), done="Saved.", kind="output")
    return forming.write(
        request, OutputShape, page, lambda given, seen: actions.change(found, given, by=by, seen=seen), thing=found
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_output(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_write(request, pk)

    def act(given: dict[str, Any], seen: Seen) -> str:
        actions.delete(found, by=by, seen=seen)
        return found.project.get_absolute_url()

    page = Writing(
        f"Delete {found.name}",
        "Delete the output",
        back=found.get_absolute_url(),
        done=f"{found.name} is deleted.",
        kind="output",
        question=f"Delete the output {found.name} of {found.project.name} for good? If it is only not wanted any more, set its status to cancelled.",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


def _to_write(request: HttpRequest, pk: int) -> Output:
    found: Output = get_object_or_404(Output.objects.visible_to(request.user).with_project(), pk=pk)
    forming.allow(rules.may_write_output(me(request), found), actions.NOT_YOURS)
    return found


def _verbs(request: HttpRequest, found: Output) -> list[Verb]:
    base = found.get_absolute_url()
    may = rules.may_write_output(me(request), found)
    return [Verb("Change", f"{base}edit/"), Verb("Delete…", f"{base}deletion/")] if may else []
