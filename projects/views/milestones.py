"""Milestones: the list, one, and the pages that write."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, labels, listing, pages
from common.forming import Nothing, Verb, Writing
from common.labels import Named
from common.listing import Facet, Listing, Order
from common.pages import me
from common.rows import Seen
from projects import rules
from projects.actions import milestones as actions
from projects.filters import MilestoneFilter
from projects.forms import MilestoneShape, NewMilestoneShape, ReasonShape
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
    verbs = [Verb("New milestone", reverse("new_milestone"), "new")] if rules.writes_something(me(request)) else []
    return pages.show(request, "projects/milestones.html", {"page": page, "rows": rows, "verbs": verbs}, known=MILESTONES.known)


@login_required
@require_safe
def milestone(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Milestone.objects.visible_to(request.user), pk=pk)
    owner = _owner(found)
    names = labels.of([owner] if owner else [], request.user)
    return pages.show(
        request, "projects/milestone.html", {"milestone": found, "owner": _named(found, names), "verbs": _verbs(request, found)}
    )


def _owner(milestone: Milestone) -> tuple[str, int] | None:
    """Whose date it is; None is the organisation's."""
    if milestone.project_id:
        return "project", milestone.project_id
    return ("program", milestone.program_id) if milestone.program_id else None


def _named(milestone: Milestone, names: dict[tuple[str, int], Named]) -> Named | None:
    owner = _owner(milestone)
    return names[owner] if owner else None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_milestone(request: HttpRequest) -> HttpResponse:
    by = me(request)
    forming.allow(rules.writes_something(by), actions.NOT_YOURS)
    page = Writing(
        "New milestone", "Make the milestone", back=reverse("milestones"), done="The milestone is there.", kind="milestone"
    )
    initial = {name: request.GET[name] for name in ("project", "program") if name in request.GET}
    return forming.write(request, NewMilestoneShape, page, lambda given, _: actions.create(by=by, **given), initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_write(request, pk)
    page = Writing(f"Change {found.name}", "Save", back=found.get_absolute_url(), done="Saved.", kind="milestone")
    return forming.write(
        request, MilestoneShape, page, lambda given, seen: actions.change(found, given, by=by, seen=seen), thing=found
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_write(request, pk)
    page = Writing(
        f"Cancel {found.name}",
        "Cancel the milestone",
        back=found.get_absolute_url(),
        done=f"{found.name} is cancelled.",
        kind="milestone",
        question=f"Cancel the milestone {found.name}? It leaves lists and the calendar, and stays where somebody asks for cancelled ones.",
        is_grave=True,
    )
    return forming.write(
        request,
        ReasonShape,
        page,
        lambda given, seen: actions.cancel(found, by=by, at=timezone.now(), seen=seen, **given),
        thing=found,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_write(request, pk)

    def act(given: dict[str, Any], seen: Seen) -> str:
        actions.delete(found, by=by, seen=seen)
        return reverse("milestones")

    page = Writing(
        f"Delete {found.name}",
        "Delete the milestone",
        back=found.get_absolute_url(),
        done=f"{found.name} is deleted.",
        kind="milestone",
        question=f"Delete the milestone {found.name} for good? To tell people that it is off, cancel it instead.",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


def _to_write(request: HttpRequest, pk: int) -> Milestone:
    found: Milestone = get_object_or_404(Milestone.objects.visible_to(request.user), pk=pk)
    forming.allow(_may_write(request, found), actions.NOT_YOURS)
    return found


def _may_write(request: HttpRequest, found: Milestone) -> bool:
    return rules.may_write_milestone(me(request), found.program, found.project)


def _verbs(request: HttpRequest, found: Milestone) -> list[Verb]:
    base = found.get_absolute_url()
    if not _may_write(request, found):
        return []
    off = [] if found.cancelled_at else [Verb("Cancel…", f"{base}cancellation/")]
    return [Verb("Change", f"{base}edit/"), *off, Verb("Delete…", f"{base}deletion/")]
