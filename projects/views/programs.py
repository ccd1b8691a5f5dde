"""Programs: the list, and one with its projects."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import listing, pages
from common.listing import Facet, Listing, Order
from projects.filters import ProgramFilter
from projects.models import Milestone, Program, Project

PROGRAMS = Listing(
    noun="program",
    plural="programs",
    about="Related projects, held together across time.",
    belongs="A program holds related projects together. The PMO imports them: columns code, name, manager, description, starts_on, ends_on.",
    filters=ProgramFilter,
    facets=(Facet("manager", "Manager’s e-mail"),),
    orders=(Order("latest", "start, the latest first", ("-starts_on", "-id")), Order("code", "code", ("code",))),
)


@login_required
@require_safe
def programs(request: HttpRequest) -> HttpResponse:
    found = Program.objects.visible_to(request.user).with_people().with_project_counts(request.user)
    page = listing.read(request, PROGRAMS, found)
    return pages.show(request, "projects/programs.html", {"page": page}, known=PROGRAMS.known)


@login_required
@require_safe
def program(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Program.objects.visible_to(request.user).with_people(), code=code)
    context = {
        "program": found,
        "projects": Project.objects.visible_to(request.user).of_program(found).with_people().with_output_counts().order_by("code"),
        "milestones": Milestone.objects.visible_to(request.user).standing().filter(program=found),
    }
    return pages.show(request, "projects/program.html", context)
