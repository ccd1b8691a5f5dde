"""Who calls the API, and with which scopes. Deny by default."""

import hmac
import re
from datetime import timedelta
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import OuterRef, Q, TextField
from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions, permissions
from rest_framework.request import Request

from accounts.models import ApiToken, User
from accounts.querysets import token_digest
from accounts.vocabulary import TOKEN_START, Scope
from common import figures
from common.refusals import NotAllowed
from common.statements import Later, Statement, compiled, for_all, statement

_BEARER = re.compile(rf"[Bb]earer ({TOKEN_START}[a-z2-7]{{32}})")
_WRITTEN_EVERY = timedelta(minutes=1)


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer rc_…`: one query for the token, its owner and the owner's roles."""

    def authenticate(self, request: Request | HttpRequest) -> tuple[User, ApiToken] | None:
        """The owner and the token; None without such a header. Raises AuthenticationFailed for one that is not good (any more)."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        match = _BEARER.fullmatch(header)
        token = _find(match[1]) if match else None
        if token is None:
            raise exceptions.AuthenticationFailed("The Authorization header holds no token that we know: write “Bearer rc_…”.")
        now = timezone.now()
        if not token.is_alive(now):
            raise exceptions.AuthenticationFailed("This token has expired or was revoked; make a new one on /me/.")
        if not token.owner.is_active:
            raise exceptions.AuthenticationFailed("The owner of this token can no longer sign in.")
        if token.last_used_at is None or now - token.last_used_at >= _WRITTEN_EVERY:
            ApiToken.objects.filter(pk=token.pk).filter(Q(last_used_at=None) | Q(last_used_at__lte=now - _WRITTEN_EVERY)).update(
                last_used_at=now
            )
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class Backend(AuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """The sign-in library's, which loads the person of a session together with the figures that every page shows about them."""

    def get_user(self, user_id: Any) -> User | None:
        found: User | None = User.objects.filter(pk=user_id).annotate(**figures.all_of_them()).first()
        return found if found is not None and self.user_can_authenticate(found) else None


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session, with its CSRF token. It has all scopes of its person."""

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class _TokenInDocuments(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library registers it untyped
    """How the API's documents describe a token."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "`rc_…`, made on /me/ or by `manage.py token`."}


class _SessionInDocuments(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library registers it untyped
    """How the API's documents describe the browser's session."""

    target_class = "accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME, "description": "Writing needs X-CSRFToken."}


class ScopePermission(permissions.BasePermission):
    """Signed in, and with the scope that the view needs.

    That is `read` for safe methods and for views with `reads = True` (questions that need a body), else the view's `scope`
    (`approve`, `admin`), else `write`. What the person may do with the thing itself is the verb's question.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not (request.user and request.user.is_authenticated and request.user.is_active):
            return False
        needed = needed_scope(request.method or "", view)
        held = scopes_of(request)
        if needed in held:
            return True
        self.message = f"This token lacks the scope {needed}; it has {', '.join(held)}."
        return False


def scopes_of(request: Request) -> list[str]:
    """The scopes of the caller: the token's, or all for a browser session."""
    return list(request.auth.scopes) if isinstance(request.auth, ApiToken) else list(Scope.values)


def needed_scope(method: str, view: Any) -> Scope:
    """The scope a token needs to call `view` with `method`."""
    if method in permissions.SAFE_METHODS or getattr(view, "reads", False):
        return Scope.READ
    scope: Scope = getattr(view, "scope", Scope.WRITE)
    return scope


def _by_digest() -> Statement:
    """The token of a digest, all its columns, then all of its owner's, then the owner's roles."""
    roles = Group.objects.filter(user=OuterRef("owner")).order_by().values("name")
    return compiled(
        ApiToken.objects.filter(digest=Later("digest", TextField()))
        .order_by()
        .values_list(*_TOKEN, *(f"owner__{name}" for name in _OWNER), ArraySubquery(roles))
    )


_TOKEN = [field.attname for field in ApiToken._meta.concrete_fields]
_OWNER = [field.attname for field in User._meta.concrete_fields]


def _find(secret: str) -> ApiToken | None:
    digest = token_digest(secret)
    # Asked by every request of a program.
    for row in statement("token by digest", _by_digest, keep=for_all).run({"digest": digest}):
        token = ApiToken.from_db(DEFAULT_DB_ALIAS, _TOKEN, row[: len(_TOKEN)])
        if hmac.compare_digest(token.digest, digest):
            token.owner = User.from_db(DEFAULT_DB_ALIAS, _OWNER, row[len(_TOKEN) : -1])
            # What the owner would else ask the database for once more.
            token.owner.__dict__["role_names"] = frozenset(row[-1])
            return token
    return None


def expect_confirmed(request: Request) -> None:
    """Refuse (403) a browser session that has not lately confirmed who it is. Somebody at an unlocked browser is not enough."""
    if request.auth is not None:
        return
    try:
        reauthentication_required(lambda _: None)(request._request)  # noqa: SLF001 - DRF documents _request as the way to Django's
    except ReauthenticationRequired:
        raise NotAllowed("Confirm that it is you on /accounts/reauthenticate/ first; it holds for five minutes.") from None
