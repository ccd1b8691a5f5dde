"""The pages of accounts: /me/ and the one-click sign-in of a demonstration. The rest of signing in is the library's."""

from typing import Any, cast

import requests
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from accounts.actions import absences, people, tokens
from accounts.actions.demo import PEOPLE
from accounts.forms import AbsenceForm, PreferencesForm, TokenForm
from accounts.models import Absence, ApiToken, User
from accounts.vocabulary import time_zones
from common.refusals import Busy


@require_GET
@login_required
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """What concerns only the reader: preferences, sign-in, tokens, absences."""
    return _page(request)


@require_POST
@login_required
def change_preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, preferences=form)
    people.set_preferences(_me(request), by=_me(request), **form.cleaned_data)
    messages.success(request, "Saved.")
    return redirect("me")


@require_POST
@login_required
def announce_absence(request: HttpRequest) -> HttpResponse:
    # The form's times are the person's own; one that does not exist or exists twice there is refused by the field.
    with timezone.override(_me(request).zone):
        form = AbsenceForm(request.POST)
        if not form.is_valid():
            return _page(request, status=400, new_absence=form)
    absences.announce(_me(request), by=_me(request), **form.cleaned_data)
    messages.success(request, "Your absence is announced.")
    return redirect("me")


@require_POST
@login_required
def withdraw_absence(request: HttpRequest, pk: int) -> HttpResponse:
    absences.withdraw(get_object_or_404(Absence.objects.visible_to(request.user), pk=pk), by=_me(request))
    messages.success(request, "The absence is withdrawn.")
    return redirect("me")


@require_POST
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # the library has no types
@never_cache
@sensitive_variables("secret")
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show its secret, once: the answer itself holds it, no redirect and no session."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, new_token=form)
    token, secret = tokens.make(_me(request), by=_me(request), at=timezone.now(), **form.cleaned_data)
    return _page(request, token=token, secret=secret)


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    tokens.revoke(token, by=_me(request), at=timezone.now())
    messages.success(request, f"“{token.name}” no longer works.")
    return redirect("me")


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(UserSession, pk=pk, user=_me(request)).end()
    messages.success(request, "That session is over.")
    return redirect("me")


@require_GET
def begin_single_sign_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider, whose addresses have to be asked from it first."""
    try:
        return cast(HttpResponse, openid_connect.login(request, provider_id))
    except requests.RequestException:
        raise Busy("The single sign-on does not answer. Try again in a minute, or ask an administrator.") from None


@require_POST
def sign_in_as_demo_person(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo people with one click; outside a demonstration there is no such page."""
    wanted = request.POST.get("person", "")
    if not settings.DEMO or wanted not in {person.email for person in PEOPLE}:
        raise Http404
    person = get_object_or_404(User.objects.active().people(), email=wanted)
    return cast(HttpResponse, perform_login(request, person, redirect_url=get_next_redirect_url(request)))


def _page(request: HttpRequest, *, status: int = 200, **changed: Any) -> HttpResponse:
    user = _me(request)
    now = timezone.now()
    context: dict[str, Any] = {
        "now": now,
        "facts": [
            ("Roles", ", ".join(sorted(user.role_names)) or "none: you read"),
            ("Teams", ", ".join(team.name for team in user.teams.all()) or "none"),
        ],
        "preferences": PreferencesForm(initial={"time_zone": user.time_zone, "region": user.region}),
        "zones": sorted(time_zones()),
        "has_second_factor": is_mfa_enabled(user),
        "sessions": _sessions(request, user),
        "tokens": ApiToken.objects.visible_to(user),
        "new_token": TokenForm(),
        "absences": Absence.objects.visible_to(user).filter(user=user).not_over(now).select_related("delegate"),
        "new_absence": AbsenceForm(),
        "colleagues": User.objects.visible_to(user).people().active().exclude(pk=user.pk).only("email", "name"),
    }
    return render(request, "accounts/me.html", context | changed, status=status)


def _sessions(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    return [
        {
            "pk": session.pk,
            "browser": _browser(session.user_agent),
            "address": session.ip,
            "began": session.created_at,
            "is_this": session.session_key == request.session.session_key,
        }
        for session in UserSession.objects.purge_and_list(user)
    ]


def _browser(user_agent: str) -> str:
    """The browser's name, as far as anybody can tell. Order matters: Edge and Chrome also call themselves Safari."""
    for sign, name in (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")):
        if sign in user_agent:
            return name
    return "A browser"


def _me(request: HttpRequest) -> User:
    """Who is signed in; only behind `login_required`."""
    return cast(User, request.user)
