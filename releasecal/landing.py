"""Where people land who signed in and asked for no page: each on the answer to their own question."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.vocabulary import Role
from common.pages import me
from environments.vocabulary import Stage
from releases.queries.waiting import decides_something
from releases.vocabulary import UNFINISHED


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """On to where this person's day begins."""
    return redirect(address_for(me(request), timezone.now()))


def address_for(user: User, at: datetime) -> str:
    """The calendar for the PMO and whoever only reads; what waits for them for release managers and whoever decides something by
    team or role; and what goes into production, soonest first, for other teams that have environments, or look after them.
    """
    if user.has_role(Role.PMO):
        return reverse("calendar")
    if user.has_role(Role.RELEASE_MANAGER) or decides_something(user, at):
        return reverse("waiting_for_me")
    if user.has_role(Role.ENVIRONMENT_MANAGER) or user.team_ids:
        return _ahead(stage=Stage.PRODUCTION.value)
    return reverse("calendar")


def _ahead(**filters: str) -> str:
    unfinished = [("status", status) for status in sorted(UNFINISHED)]
    return f"{reverse('promotions')}?{urlencode([*filters.items(), *unfinished, ('sort', 'earliest')])}"
