"""What teams watch: the list of teams, and the page on which who leads one says what it watches."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Team
from common import forming, pages
from common.forming import Writing
from common.pages import me
from common.rows import Seen, still_there
from reminders import rules
from reminders.actions import subscriptions
from reminders.forms.subscriptions import TeamSubscriptionShape
from reminders.models import Subscription
from reminders.queries import mine
from reminders.vocabulary import Attention

_CRUMBS = [("What I hear", "/me/reminders/")]


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The teams of which the reader may see what they watch: their own, and for administrators all."""
    return pages.show(request, "reminders/teams.html", {"teams": mine.teams_of(me(request)), "crumbs": _CRUMBS})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def watch(request: HttpRequest, slug: str) -> HttpResponse:
    """What a team watches; who leads it adds to that."""
    team = _team(request, slug)
    may = rules.may_subscribe_team(me(request), team)
    if request.method == "POST":
        forming.allow(may, subscriptions.NOT_YOUR_TEAM)
    here = reverse("team-subscription", args=[team.slug])
    page = Writing(f"What {team} watches", "Watch it", back=reverse("team-subscriptions"), done="The team watches it from now on.")

    def act(given: dict[str, Any], _: Seen) -> str:
        subscriptions.subscribe(given["subject"], Attention.WATCH, by=me(request), team=team)
        return here

    context = {"rows": mine.subscriptions_of_team(team, me(request)), "may": may, "crumbs": _CRUMBS}
    return forming.write(request, TeamSubscriptionShape, page, act, template="reminders/team.html", context=context)


@require_POST
@login_required
def end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A team doesn't watch something any more."""
    team = _team(request, slug)
    found = get_object_or_404(Subscription.objects.visible_to(request.user).filter(team=team), pk=pk)
    with still_there(Subscription):
        subscriptions.unsubscribe(found, by=me(request))
    messages.success(request, "The team does not watch it any more.")
    return redirect("team-subscription", team.slug)


def _team(request: HttpRequest, slug: str) -> Team:
    found: Team = get_object_or_404(mine.teams_of(me(request)), slug=slug)
    return found
