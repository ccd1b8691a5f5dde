"""Programs: the list, one with its projects, and the pages that write."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, listing, pages
from common.forming import Nothing, Verb, Writing
from common.listing import Facet, Listing, Order
from common.pages import me
from common.rows import Seen
from projects import rules
from projects.actions import programs as actions
from projects.actions import restrictions
from projects.filters import ProgramFilter
from projects.forms import NewProgramShape, ProgramShape, RestrictionShape
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
    verbs = [Verb("New program", reverse("new_program"), "new")] if rules.may_write_program(me(request), None) else []
    return pages.show(request, "projects/programs.html", {"page": page, "verbs": verbs}, known=PROGRAMS.known)


@login_required
@require_safe
def program(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Program.objects.visible_to(request.user).with_people(), code=code)
    context = {
        "program": found,
        "verbs": _verbs(request, found),
        "projects": Project.objects.visible_to(request.user).of_program(found).with_people().with_output_counts().order_by("code"),
        "milestones": Milestone.objects.visible_to(request.user).standing().filter(program=found),
    }
    return pages.show(request, "projects/program.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_program(request: HttpRequest) -> HttpResponse:
    by = me(request)
    forming.allow(rules.may_write_program(by, None), "Only the PMO may make a program.")
    page = Writing("New program", "Make the program", back=reverse("programs"), done="The program is there.", kind="program")
    return forming.write(request, NewProgramShape, page, lambda given, _: actions.create(by=by, **given))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_program(request: HttpRequest, code: str) -> HttpResponse:
    by, found = me(request), _to_write(request, code)
    page = Writing(f"Change {found.name}", "Save", back=found.get_absolute_url(), done="Saved.", kind="program")
    return forming.write(
        request, ProgramShape, page, lambda given, seen: actions.change(found, given, by=by, seen=seen), thing=found
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_program(request: HttpRequest, code: str) -> HttpResponse:
    by, found = me(request), _to_write(request, code)

    def act(given: dict[str, Any], seen: Seen) -> str:
        actions.delete(found, by=by, seen=seen)
        return reverse("programs")

    page = Writing(
        f"Delete {found.name}",
        "Delete the program",
        back=found.get_absolute_url(),
        done=f"{found.name} is deleted.",
        kind="program",
        question=f"Delete the program {found.name} ({found.code}) for good? Its history stays; the program cannot come back.",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def restrict_program(request: HttpRequest, code: str) -> HttpResponse:
    return restriction_page(request, _to_write(request, code), "program")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def open_program(request: HttpRequest, code: str) -> HttpResponse:
    return opening_page(request, _to_write(request, code), "program")


def restriction_page(request: HttpRequest, found: Any, kind: str) -> HttpResponse:
    """Who sees a program or project, and until when."""
    page = Writing(
        f"Who sees {found.name}",
        "Restrict it",
        back=found.get_absolute_url(),
        done="Restricted.",
        kind=kind,
        lead=f"Until then only its managers, the PMO, auditors, administrators and the teams named here see this {kind} and what belongs to it.",
    )
    initial = {"until": found.restricted_until, "teams": list(found.restricted_to.all())}
    return forming.write(
        request,
        RestrictionShape,
        page,
        lambda given, seen: restrictions.restrict(found, by=me(request), at=timezone.now(), seen=seen, **given),
        thing=found,
        initial=initial,
    )


def opening_page(request: HttpRequest, found: Any, kind: str) -> HttpResponse:
    """The end of a restriction before its time."""
    page = Writing(
        f"Open {found.name} to everybody",
        "Open it",
        back=found.get_absolute_url(),
        done="Everybody sees it now.",
        kind=kind,
        question=f"Show the {kind} {found.name}, what belongs to it, and its history to everybody from now on?",
        is_grave=True,
    )
    return forming.write(
        request, Nothing, page, lambda _, seen: restrictions.open_to_all(found, by=me(request), seen=seen), thing=found
    )


def restriction_verbs(found: Any, base: str) -> list[Verb]:
    """The ways from a program or project to its restriction."""
    if found.is_restricted:
        return [Verb("Restriction…", f"{base}restriction/"), Verb("Open to everybody…", f"{base}opening/")]
    return [Verb("Restrict…", f"{base}restriction/")]


def _to_write(request: HttpRequest, code: str) -> Program:
    found: Program = get_object_or_404(Program.objects.visible_to(request.user), code=code)
    forming.allow(rules.may_write_program(me(request), found), actions.NOT_YOURS)
    return found


def _verbs(request: HttpRequest, found: Program) -> list[Verb]:
    base = found.get_absolute_url()
    if not rules.may_write_program(me(request), found):
        return []
    new = (
        [Verb("New project", f"{reverse('new_project')}?program={found.code}", "new")]
        if rules.may_write_project(me(request), None)
        else []
    )
    return [
        *new,
        Verb("New milestone", f"{reverse('new_milestone')}?program={found.code}"),
        Verb("Change", f"{base}edit/"),
        *restriction_verbs(found, base),
        Verb("Delete…", f"{base}deletion/"),
    ]
