"""Milestones: the list, and one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import labels, listing, pages
from common.labels import Named
from common.listing import Facet, Listing, Order
from projects.filters import MilestoneFilter
from projects.models import Milestone, Program

MILESTONES = Listing(
    noun="milestone",
    plural="milestones",
    about="Named dates of programs, of projects, and of the organisation.",
    belongs="A milestone is a named date. The PMO imports them: columns program or project, code, name, kind, starts_on, ends_on, description.",
    filters=MilestoneFilter,
    facets=(
        Facet("kind", "Kind"),
        Facet("program", "Program", lambda user: Program.objects.visible_to(user).as_choices(), "program__code"),
        Facet("project", "Project"),
        Facet("cancelled", "Cancelled"),
    ),
    orders=(
        Order("latest", "date, the latest first", ("-starts_on", "-id")),
        Order("earliest", "date, the earliest first", ("starts_on", "id")),
    ),
)


@login_required
@require_safe
def milestones(request: HttpRequest) -> HttpResponse:
    found = Milestone.objects.visible_to(request.user)
    page = listing.read(request, MILESTONES, found if request.GET.get("cancelled") else found.standing())
    owners = {_owner(milestone) for milestone in page.rows}
    names = labels.of({owner for owner in owners if owner}, request.user)
    rows = [(milestone, _named(milestone, names)) for milestone in page.rows]
    return pages.show(request, "projects/milestones.html", {"page": page, "rows": rows}, known=MILESTONES.known)


@login_required
@require_safe
def milestone(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Milestone.objects.visible_to(request.user), pk=pk)
    owner = _owner(found)
    names = labels.of([owner] if owner else [], request.user)
    return pages.show(request, "projects/milestone.html", {"milestone": found, "owner": _named(found, names)})


def _owner(milestone: Milestone) -> tuple[str, int] | None:
    """Whose date it is; None is the organisation's."""
    if milestone.project_id:
        return "project", milestone.project_id
    return ("program", milestone.program_id) if milestone.program_id else None


def _named(milestone: Milestone, names: dict[tuple[str, int], Named]) -> Named | None:
    owner = _owner(milestone)
    return names[owner] if owner else None
