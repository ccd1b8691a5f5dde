"""Projects: the list, and one with its timeframe, milestones and outputs."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import labels, listing, pages
from common.listing import Facet, Listing, Order
from projects.filters import ProjectFilter
from projects.models import Milestone, Output, Program, Project

#: So many outputs a project's page shows at once; the list of outputs has them all.
SHOWN_OUTPUTS = 60

PROJECTS = Listing(
    noun="project",
    plural="projects",
    about="What is under way, what it delivers, and when it ends.",
    belongs="A project is the vehicle: scope, budget and a timeframe. The PMO imports them: columns code, name, program, manager, status, …",
    filters=ProjectFilter,
    facets=(
        Facet("status", "Status"),
        Facet("program", "Program", lambda user: Program.objects.visible_to(user).as_choices(), "program__code"),
        Facet("service", "Service"),
        Facet("manager", "Manager’s e-mail"),
    ),
    orders=(Order("latest", "start, the latest first", ("-starts_on", "-id")), Order("code", "code", ("code",))),
)


@login_required
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, PROJECTS, Project.objects.visible_to(request.user).with_people().with_output_counts())
    names = labels.of({("program", project.program_id) for project in page.rows if project.program_id}, request.user)
    rows = [(project, names.get(("program", project.program_id or 0))) for project in page.rows]
    return pages.show(request, "projects/projects.html", {"page": page, "rows": rows}, known=PROJECTS.known)


@login_required
@require_safe
def project(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Project.objects.visible_to(request.user).with_people(), code=code)
    program = ("program", found.program_id or 0)
    outputs = Output.objects.visible_to(request.user).filter(project=found)
    context = {
        "project": found,
        "program": labels.of([program], request.user)[program] if found.program_id else None,
        "milestones": Milestone.objects.visible_to(request.user).standing().filter(project=found),
        "outputs": outputs.by_date()[:SHOWN_OUTPUTS],
        "output_count": outputs.count(),
    }
    return pages.show(request, "projects/project.html", context)
