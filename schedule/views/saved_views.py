"""The pages of saved views: which there are, keeping the calendar's present filters as one, changing and removing one's own."""

from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from common import forming, pages
from schedule.actions import saved_views
from schedule.forms import ViewShape, filters_of
from schedule.models import SavedView
from schedule.queries.names import address_of
from schedule.queries.narrowings import pairs, words_of


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """One's own views and those others share. The address may hold the calendar's filters, for changing a view to them."""
    views = list(SavedView.objects.visible_to(request.user).select_related("owner"))
    rows = [
        {
            "view": view,
            "words": words_of(view.filters),
            "address": address_of(view.filters),
            "is_own": view.owner_id == request.user.pk,
        }
        for view in views
    ]
    present = filters_of(request.GET)
    return pages.show(
        request,
        "schedule/saved_views.html",
        {
            "views": views,
            "own": [row for row in rows if row["is_own"]],
            "shared": [row for row in rows if not row["is_own"]],
            "query": urlencode(pairs(present)),
            "verbs": [
                forming.Verb("Save the present view" if present else "Save a view", _with(request, "saved-view-new"), rel="new"),
                forming.Verb("The whole calendar", f"{reverse('calendar')}?view=month"),
            ],
        },
        known=request.GET.keys(),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the calendar, which the address holds."""
    present = filters_of(request.GET)
    writing = forming.Writing(
        "Save this view",
        "Save",
        back=reverse("saved-views"),
        done="Saved.",
        lead=f"It shows {words_of(present)}, on whatever day it is opened.",
    )
    return forming.write(
        request,
        ViewShape,
        writing,
        lambda given, _: _list_after(saved_views.keep(by=_me(request), **given)),
        initial={"filters": present},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one's own view; with filters in the address, to these."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user).owned_by(request.user), pk=pk)
    filters = filters_of(request.GET) or view.filters
    writing = forming.Writing(
        f"Change {view}", "Save", back=reverse("saved-views"), done="Saved.", lead=f"It will show {words_of(filters)}."
    )
    return forming.write(
        request,
        ViewShape,
        writing,
        lambda given, _: _list_after(saved_views.change(view, given, by=_me(request))),
        thing=view,
        initial={"filters": filters},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one's own view."""
    view = get_object_or_404(SavedView.objects.visible_to(request.user).owned_by(request.user), pk=pk)
    writing = forming.Writing(
        f"Remove {view}",
        "Remove",
        back=reverse("saved-views"),
        done="Removed.",
        question="Feeds that follow it go on with the filters it has now.",
        is_grave=True,
    )
    return forming.write(request, forming.Nothing, writing, lambda _, __: _dropped(view, request))


def _with(request: HttpRequest, name: str) -> str:
    """Another page, with the filters of this one's address."""
    return f"{reverse(name)}?{urlencode(pairs(filters_of(request.GET)))}"


def _dropped(view: SavedView, request: HttpRequest) -> str:
    saved_views.drop(view, by=_me(request))
    return reverse("saved-views")


def _list_after(view: SavedView) -> str:
    return reverse("saved-views")


def _me(request: HttpRequest) -> User:
    """Who is signed in; only behind `login_required`."""
    return cast(User, request.user)
