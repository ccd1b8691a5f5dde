"""Projects: the list, one with its timeframe, milestones and outputs, and the pages that write."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, labels, listing, pages
from common.forming import Verb, Writing
from common.listing import Facet, Listing, Order
from common.pages import me
from projects import rules
from projects.actions import projects as actions
from projects.filters import ProjectFilter
from projects.forms import NewProjectShape, ProjectShape, ReasonShape
from projects.models import Milestone, Output, Program, Project
from projects.views.programs import opening_page, restriction_page, restriction_verbs
from projects.vocabulary import ProjectStatus

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
    verbs = [Verb("New project", reverse("new_project"), "new")] if rules.may_write_project(me(request), None) else []
    return pages.show(request, "projects/projects.html", {"page": page, "rows": rows, "verbs": verbs}, known=PROJECTS.known)


@login_required
@require_safe
def project(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Project.objects.visible_to(request.user).with_people(), code=code)
    program = ("program", found.program_id or 0)
    outputs = Output.objects.visible_to(request.user).filter(project=found)
    context = {
        "project": found,
        "verbs": _verbs(request, found),
        "program": labels.of([program], request.user)[program] if found.program_id else None,
        "milestones": Milestone.objects.visible_to(request.user).standing().filter(project=found),
        "outputs": outputs.by_date()[:SHOWN_OUTPUTS],
        "output_count": outputs.count(),
    }
    return pages.show(request, "projects/project.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_project(request: HttpRequest) -> HttpResponse:
    by = me(request)
    forming.allow(rules.may_write_project(by, None), "Only the PMO may make a project.")
    page = Writing("New project", "Make the project", back=reverse("projects"), done="The project is there.", kind="project")
    initial = {name: request.GET[name] for name in ("program",) if name in request.GET}
    return forming.write(request, NewProjectShape, page, lambda given, _: actions.create(by=by, **given), initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_project(request: HttpRequest, code: str) -> HttpResponse:
    by, found = me(request), _to_write(request, code)
    page = Writing(f"Change {found.name}", "Save", back=found.get_absolute_url(), done="Saved.", kind="project")
    return forming.write(
        request, ProjectShape, page, lambda given, seen: actions.change(found, given, by=by, seen=seen), thing=found
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel_project(request: HttpRequest, code: str) -> HttpResponse:
    by, found = me(request), _to_write(request, code)
    page = Writing(
        f"Cancel {found.name}",
        "Cancel the project",
        back=found.get_absolute_url(),
        done=f"{found.name} is cancelled.",
        kind="project",
        question=f"Cancel the project {found.name} ({found.code})? What it delivered lives on; its releases are not touched.",
        is_grave=True,
    )
    return forming.write(
        request, ReasonShape, page, lambda given, seen: actions.cancel(found, by=by, seen=seen, **given), thing=found
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def restrict_project(request: HttpRequest, code: str) -> HttpResponse:
    return restriction_page(request, _to_write(request, code), "project")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def open_project(request: HttpRequest, code: str) -> HttpResponse:
    return opening_page(request, _to_write(request, code), "project")


def _to_write(request: HttpRequest, code: str) -> Project:
    found: Project = get_object_or_404(Project.objects.visible_to(request.user), code=code)
    forming.allow(rules.may_write_project(me(request), found), actions.NOT_YOURS)
    return found


def _verbs(request: HttpRequest, found: Project) -> list[Verb]:
    base = found.get_absolute_url()
    if not rules.may_write_project(me(request), found):
        return []
    may_end = found.status in (ProjectStatus.PROPOSED, ProjectStatus.ACTIVE)
    return [
        Verb("New output", f"{reverse('new_output')}?project={found.code}", "new"),
        Verb("New milestone", f"{reverse('new_milestone')}?project={found.code}"),
        Verb("Change", f"{base}edit/"),
        *restriction_verbs(found, base),
        *([Verb("Cancel the project…", f"{base}cancellation/")] if may_end else []),
    ]
