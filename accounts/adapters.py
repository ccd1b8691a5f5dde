"""Where the sign-in library asks us: who may come in, how, and with which roles."""

import secrets
import time
from collections.abc import Iterable
from smtplib import SMTPException
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.actions import people
from accounts.models import User
from accounts.vocabulary import DEMO_PASSWORD, SESSION_BEGAN, SESSION_SEEN, AccountKind, Role
from common.doors import answer
from common.refusals import NotAllowed

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Password sign-in: no sign-up, no demo password outside the demonstration, only people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by administrators, imports and single sign-on."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Check the password. A database that was a demonstration once keeps no open door when it is one no longer."""
        if credentials.get("password") == DEMO_PASSWORD and not settings.DEMO:
            # Still checked, against something else, so that the answer takes the same time.
            credentials["password"] = secrets.token_urlsafe()
        return super().authenticate(request, **credentials)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if user.kind != AccountKind.PERSON:
            return answer(request, NotAllowed("Only people sign in here; programs use an API token."))
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, under a new key, and note when: it ends after so long, however busy it is."""
        super().login(request, user)
        request.session[SESSION_BEGAN] = request.session[SESSION_SEEN] = int(time.time())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, and answer the same whether or not the mail server does: the answer may not tell who has an account."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            log.exception("mail not sent", mail=template_prefix)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("me")


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Single sign-on: makes people, finds them again by an address the provider has verified, maps groups to roles."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        """Asked only about addresses the provider says it has verified."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        spoken = data.get("name") or f"{data.get('first_name') or ''} {data.get('last_name') or ''}"
        user.name = " ".join(spoken.split())[:200] or user.email.partition("@")[0]
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse what cannot become an account of ours; map the groups of those who have one."""
        if sociallogin.is_existing:
            self._map_groups(sociallogin)
        elif not sociallogin.user.email:
            self._refuse(request, "Your single sign-on gave no e-mail address, which is how Releasecal knows people.")
        elif User.objects.with_address([sociallogin.user.email]).exists():
            self._refuse(
                request, "There is an account with your address, but your single sign-on does not say that the address is verified."
            )

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        user: User = super().save_user(request, sociallogin, form)
        self._map_groups(sociallogin)
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("me")

    def _map_groups(self, sociallogin: SocialLogin) -> None:
        """Roles named in OIDC_GROUPS follow the provider at every sign-in; other roles stay as an administrator gave them."""
        if settings.OIDC_GROUPS:
            given = _groups(sociallogin.account.extra_data)
            roles = {Role(role) for group, role in settings.OIDC_GROUPS.items() if group in given}
            mapped = {Role(role) for role in settings.OIDC_GROUPS.values()}
            people.set_roles(sociallogin.user, roles, among=mapped, by=User.objects.doorkeeper())

    def _refuse(self, request: HttpRequest, sentence: str) -> None:
        raise ImmediateHttpResponse(answer(request, NotAllowed(f"{sentence} Ask an administrator.")))


def _groups(claims: dict[str, Any]) -> frozenset[str]:
    """The groups in what a provider said, from its userinfo or else its ID token; a claim of another shape counts as none."""
    for part in ("userinfo", "id_token"):
        groups = (claims.get(part) or {}).get(settings.OIDC_GROUPS_CLAIM)
        if isinstance(groups, str):
            return frozenset({groups})
        if isinstance(groups, Iterable):
            return frozenset(group for group in groups if isinstance(group, str))
    return frozenset()
