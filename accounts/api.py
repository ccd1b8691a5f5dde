"""REST: `me/` and `tokens/`."""

from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions import tokens
from accounts.authentication import scopes_of
from accounts.models import ApiToken, User
from accounts.serializers import (
    MeSerializer,
    NewTokenSerializer,
    TokenListSerializer,
    TokenRequestSerializer,
    TokenSerializer,
    me_as_dict,
    token_as_dict,
)
from accounts.vocabulary import Scope
from common import pagination
from common.refusals import BadInput, NotAllowed, RuleBroken


class Me(APIView):
    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Who is calling, and with which scopes."""
        _expect_parameters(request, set())
        return Response(me_as_dict(_caller(request), scopes_of(request), _base(request)))


class Tokens(APIView):
    scope = Scope.ADMIN

    @extend_schema(
        operation_id="tokens_list",
        responses=TokenListSerializer,
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str), OpenApiParameter("count", bool)],
    )
    def get(self, request: Request) -> Response:
        """One's own tokens, newest first, without their secrets."""
        _expect_parameters(request, {"limit", "cursor", "count"})
        own = ApiToken.objects.visible_to(request.user)
        page, after, before = _page_of(own, request)
        answer: dict[str, Any] = {
            "results": [token_as_dict(token, _base(request)) for token in page],
            "next": _address(request, after),
            "previous": _address(request, before),
        }
        if request.query_params.get("count") == "true":
            answer["count"] = own.count()
        return Response(answer)

    @extend_schema(operation_id="tokens_create", request=TokenRequestSerializer, responses={201: NewTokenSerializer})
    @sensitive_variables("secret")
    def post(self, request: Request) -> Response:
        """Make a token; its `secret` is told now and never again. A token makes only tokens that may no more than itself."""
        wanted = TokenRequestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        if request.auth is None:
            _confirmed(request._request)  # noqa: SLF001 - DRF documents _request as the way to Django's
        beyond = set(wanted.validated_data["scopes"]) - set(scopes_of(request))
        if beyond:
            raise RuleBroken(f"This token lacks the scope {sorted(beyond)[0]} and cannot give it away.")
        token, secret = tokens.make(_caller(request), by=_caller(request), at=timezone.now(), **wanted.validated_data)
        body = token_as_dict(token, _base(request))
        return Response(body | {"secret": secret}, status=201, headers={"Location": body["url"], "Cache-Control": "no-store"})


class Token(APIView):
    scope = Scope.ADMIN

    @extend_schema(operation_id="tokens_retrieve", responses=TokenSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One of one's own tokens."""
        _expect_parameters(request, set())
        return Response(token_as_dict(get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk), _base(request)))

    @extend_schema(operation_id="tokens_revoke", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Revoke a token; it no longer works from now on."""
        tokens.revoke(get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk), by=_caller(request), at=timezone.now())
        return Response(status=204)


def _caller(request: Request) -> User:
    """Who calls; the permission class has let nobody else through."""
    return cast(User, request.user)


def _confirmed(request: HttpRequest) -> None:
    """Somebody at an unlocked browser is not enough to make keys."""
    try:
        reauthentication_required(lambda _: None)(request)
    except ReauthenticationRequired:
        raise NotAllowed("Confirm that it is you on /accounts/reauthenticate/ first; it holds for five minutes.") from None


def _expect_parameters(request: Request, known: set[str]) -> None:
    for name in request.query_params:
        if name not in known:
            sentence = f"There is no parameter {name[:50]!r} here."
            raise BadInput(sentence, errors={name[:50]: [sentence]})


def _page_of(own: Any, request: Request) -> tuple[list[ApiToken], str | None, str | None]:
    limit = pagination.read_limit(request.query_params.get("limit"))
    cursor = request.query_params.get("cursor")
    direction, key = pagination.decode(cursor, 1) if cursor else ("n", (None,))
    backwards = direction == "p"
    if key[0] is not None:
        if not isinstance(key[0], int):
            raise BadInput(
                "The cursor is not one we gave out; begin again without it.", errors={"cursor": ["Not a cursor of this list."]}
            )
        own = own.filter(pk__gt=key[0]) if backwards else own.filter(pk__lt=key[0])
    rows = list(own.order_by("pk" if backwards else "-pk")[: limit + 1])
    more, page = len(rows) > limit, rows[:limit]
    if backwards:
        page.reverse()
    has_next, has_previous = (True, more) if backwards else (more, cursor is not None)
    after = pagination.encode("n", (page[-1].pk,)) if page and has_next else None
    before = pagination.encode("p", (page[0].pk,)) if page and has_previous else None
    return page, after, before


def _address(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _base(request: Request) -> str:
    return request.build_absolute_uri("/").rstrip("/")
