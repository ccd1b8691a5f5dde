"""Where people land who signed in and asked for no page: each on the answer to their own question."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.vocabulary import Role
from common.pages import me
from environments.vocabulary import Stage
from releases.vocabulary import UNFINISHED


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """On to where this person's day begins."""
    return redirect(address_for(me(request)))


def address_for(user: User) -> str:
    """The calendar for the PMO and whoever only reads; what a release manager has before them, soonest first; and what goes into
    production, likewise, for the teams that are asked about it.
    """
    if user.has_role(Role.PMO):
        return reverse("calendar")
    if user.has_role(Role.RELEASE_MANAGER):
        return _ahead(release_manager=user.email)
    if user.has_role(Role.ENVIRONMENT_MANAGER) or user.team_ids:
        return _ahead(stage=Stage.PRODUCTION.value)
    return reverse("calendar")


def _ahead(**filters: str) -> str:
    unfinished = [("status", status) for status in sorted(UNFINISHED)]
    return f"{reverse('promotions')}?{urlencode([*filters.items(), *unfinished, ('sort', 'earliest')])}"
