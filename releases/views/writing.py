"""The pages that write releases themselves."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common import forming
from common.forming import Nothing, Writing
from common.pages import me
from common.refusals import IllegalMove
from common.rows import Seen
from projects.forms import ReasonShape, RestrictionShape
from projects.models import Output
from releases import rules
from releases.actions import members as on_members
from releases.actions import releases as actions
from releases.actions import restrictions
from releases.forms.releases import CopyShape, MembersShape, NewReleaseShape, ReleaseShape, moving_on
from releases.models import Promotion, Release

#: What an address may fill in of a new release, besides an output it carries.
PREFILLED = ("name", "version", "urgency", "size", "risk", "extent", "nature", "commitment", "route", "line")
#: Either begins as a copy of another one.
ORIGINALS = ("template", "copy_of")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_release(request: HttpRequest) -> HttpResponse:
    by = me(request)
    forming.allow(rules.may_write_release(by, None), actions.NOT_NEW)
    for name in ORIGINALS:
        if request.GET.get(name):
            original = get_object_or_404(Release.objects.visible_to(by).with_key(request.GET[name]))
            return redirect("copy_release", original.key)
    page = Writing("New release", "Make the release", back=reverse("releases"), done="The release is there.", kind="release")
    return forming.write(
        request,
        NewReleaseShape,
        page,
        lambda given, _: actions.create(by=by, **given),
        initial={"release_manager": by, **_filled_in(request)},
        template="releases/new_release.html",
        context={"templates": Release.objects.visible_to(by).templates()},
    )


def _filled_in(request: HttpRequest) -> dict[str, Any]:
    filled: dict[str, Any] = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    number = request.GET.get("output", "")
    if number.isascii() and number.isdigit() and len(number) <= 18:
        outputs = Output.objects.visible_to(request.user).with_project().filter(pk=int(number))
        filled["contributions"] = [{"output": output} for output in outputs]
    return filled


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_release(request: HttpRequest, key: str) -> HttpResponse:
    by, found = me(request), _to_write(request, key)
    page = Writing(f"Change {found}", "Save", back=found.get_absolute_url(), done="Saved.", kind="release")
    links = [
        {"system": link.system, "id": link.identifier, "url": link.url} for link in found.links.order_by("system", "identifier")
    ]
    return forming.write(
        request,
        ReleaseShape,
        page,
        lambda given, seen: actions.change(found, given, by=by, at=timezone.now(), seen=seen),
        thing=found,
        initial={"external_links": links},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def copy_release(request: HttpRequest, key: str) -> HttpResponse:
    by = me(request)
    found = get_object_or_404(Release.objects.visible_to(by).with_key(key))
    forming.allow(rules.may_write_release(by, None), actions.NOT_NEW)
    page = Writing(
        f"Copy {found}",
        "Make the new release",
        back=found.get_absolute_url(),
        done="The new release is there.",
        kind="release",
        lead="The new one is a draft with the same words, route, roll-back plan and services. Artefacts, prerequisites and dates are its own.",
    )
    initial = {"name": found.name, "release_manager": by}
    return forming.write(request, CopyShape, page, lambda given, _: actions.copy(found, by=by, **given), initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def move_release_on(request: HttpRequest, key: str) -> HttpResponse:
    by, found = me(request), _to_write(request, key)
    ways = rules.ways_on(found)
    if not ways:
        words = found.get_status_display().lower()
        raise IllegalMove(f"The release is {words}, and from there no decision moves it on; its promotions may.")
    page = Writing(
        f"Move {found} on",
        "Move it on",
        back=found.get_absolute_url(),
        done="Saved.",
        kind="release",
        lead=f"It is {found.get_status_display().lower()} now.",
    )
    return forming.write(
        request,
        moving_on(ways),
        page,
        lambda given, seen: actions.move_on(found, to=given["status"], by=by, at=timezone.now(), seen=seen),
        thing=found,
        initial={"status": ""},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_members(request: HttpRequest, key: str) -> HttpResponse:
    by, found = me(request), _to_write(request, key)
    page = Writing(
        f"Members of {found}",
        "Save",
        back=found.get_absolute_url(),
        done="Saved.",
        kind="release",
        lead="A package travels as its members do. A release is in one package at a time, and a package in none.",
    )
    present = list(Release.objects.visible_to(by).filter(package=found).order_by("pk"))
    return forming.write(
        request,
        MembersShape,
        page,
        lambda given, seen: on_members.change(found, given["members"], by=by, seen=seen),
        thing=found,
        initial={"members": present},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def restrict_release(request: HttpRequest, key: str) -> HttpResponse:
    by, found = me(request), _to_write(request, key)

    def act(given: dict[str, Any], seen: Seen) -> Any:
        restricted = restrictions.restrict(found, by=by, at=timezone.now(), seen=seen, **given)
        return restricted if Release.objects.visible_to(by).filter(pk=restricted.pk).exists() else reverse("releases")

    page = Writing(
        f"Who sees {found}",
        "Restrict it",
        back=found.get_absolute_url(),
        done="Restricted.",
        kind="release",
        lead="Until then only its manager, the owner teams of its services, the PMO, auditors, administrators and the teams named here"
        " see this release and its promotions; everybody else sees that something is there, and whom to ask.",
    )
    initial = {"until": found.restricted_until, "teams": list(found.restricted_to.all())}
    return forming.write(request, RestrictionShape, page, act, thing=found, initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def open_release(request: HttpRequest, key: str) -> HttpResponse:
    by, found = me(request), _to_write(request, key)
    page = Writing(
        f"Open {found} to everybody",
        "Open it",
        back=found.get_absolute_url(),
        done="Everybody sees it now.",
        kind="release",
        question=f"Show the release {found}, its promotions and its history to everybody from now on?",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, lambda _, seen: restrictions.open_to_all(found, by=by, seen=seen), thing=found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel_release(request: HttpRequest, key: str) -> HttpResponse:
    by, found = me(request), _to_write(request, key)
    planned = Promotion.objects.filter(release=found).coming().select_related("environment")
    places = ", ".join(dict.fromkeys(promotion.environment.name for promotion in planned))
    consequence = (
        f"What is planned of it goes with it, and gives its places back: {places}."
        if places
        else "Nothing of it is planned at present."
    )
    page = Writing(
        f"Cancel {found}",
        "Cancel the release",
        back=found.get_absolute_url(),
        done=f"{found} is cancelled.",
        kind="release",
        question=f"Cancel the release {found} ({found.key}) for good? {consequence}",
        is_grave=True,
    )
    return forming.write(
        request,
        ReasonShape,
        page,
        lambda given, seen: actions.cancel(found, by=by, at=timezone.now(), seen=seen, **given),
        thing=found,
    )


def _to_write(request: HttpRequest, key: str) -> Release:
    found: Release = get_object_or_404(Release.objects.visible_to(request.user).with_key(key))
    forming.allow(rules.may_write_release(me(request), found), actions.NOT_YOURS)
    return found
