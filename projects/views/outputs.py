"""Outputs: the list, and one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import listing, pages
from common.listing import Facet, Listing, Order
from projects.filters import OutputFilter
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
    return pages.show(request, "projects/outputs.html", {"page": page}, known=OUTPUTS.known)


@login_required
@require_safe
def output(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Output.objects.visible_to(request.user).with_project().with_services(), pk=pk)
    return pages.show(request, "projects/output.html", {"output": found})
