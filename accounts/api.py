"""REST: `me/`, `tokens/` and `comments/`."""

from datetime import datetime
from typing import Any, Final, cast

from django.db.models import Max
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import comments, tokens
from accounts.actions.tokens import LONGEST_DAYS, USUAL_DAYS
from accounts.authentication import expect_confirmed, scopes_of
from accounts.forms import CommentShape, NewCommentShape
from accounts.models import ApiToken, User
from accounts.queries import COMMENTS, subject_named
from accounts.serializers import NewTokenSerializer, TokenRequestSerializer
from accounts.vocabulary import Scope
from common.doors import dump
from common.reading import DetailView, ListView, Noun, Plain, Question, ReadView, list_of, tags, text_schema
from common.reading.columns import REFERS_TO
from common.reading.documents import TEXT, query, refusals
from common.reading.questions import refused
from common.reading.views import JSON
from common.refusals import NotVisible, RuleBroken
from common.rows import Seen, kind_of, pk_of
from common.texts import SOME_LINE
from common.writing import Changes, Creates, Undoes
from common.writing.documents import IDEMPOTENCY, WRITING_REFUSALS
from common.writing.views import Writes
from history import queries as history

_REFUSALS: Any = refusals(WRITING_REFUSALS)
_WANTED: Final = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 100, "pattern": SOME_LINE},
        "scopes": {"type": "array", "items": {"type": "string", "enum": list(Scope.values)}, "minItems": 1, "maxItems": len(Scope)},
        "days": {"type": "integer", "minimum": 1, "maximum": LONGEST_DAYS, "default": USUAL_DAYS},
    },
    "required": ["name", "scopes"],
}
SUBJECT: Final = "subject"
_SCOPES = list_of(text_schema(enum=list(Scope.values)))

TOKENS = Noun(
    "token",
    "tokens",
    ApiToken,
    by="id",
    order=("-id",),
    tables=("accounts_apitoken",),
    page="me/",
    columns=(
        Plain("name"),
        Plain("prefix"),
        Plain("scopes"),
        Plain("expires_at"),
        Plain("last_used_at"),
        Plain("revoked_at"),
    ),
)


class Me(ReadView):
    """Who is calling, and with which scopes."""

    operation = "me"
    tables = ("accounts_user", "accounts_user_groups", "accounts_team", "accounts_membership")
    answer = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "url": text_schema(format="uri"),
            "html_url": text_schema(format="uri"),
            "email": text_schema(format="email"),
            "name": text_schema(),
            "kind": text_schema(enum=["person", "service"]),
            "time_zone": text_schema(),
            "region": text_schema(),
            "roles": list_of(text_schema()),
            "teams": list_of({"type": "object", "properties": {"slug": text_schema(), "name": text_schema()}}),
            "scopes": _SCOPES,
            "updated_at": text_schema(format="date-time"),
            "revision": {"type": "integer"},
        },
    }

    def get(self, request: Request) -> HttpResponse:
        """Who is calling, and with which scopes."""
        question = Question.of(request)
        question.expect(set())
        scopes = scopes_of(request)
        return self.conditional(question, tags.last_number(self.tables), lambda: _me(_caller(request), scopes, question), *scopes)


class Tokens(Writes, ListView):
    """One's own tokens, newest first, without their secrets."""

    noun = TOKENS
    scope = Scope.ADMIN

    def depends(self, question: Question) -> tuple[Any, ...]:
        """When one was last used is written without an event."""
        return (self.noun.visible_to(question.user).aggregate(last=Max("last_used_at"))["last"],)

    @extend_schema(
        operation_id="tokens_create",
        summary="Make a token",
        parameters=[IDEMPOTENCY],
        request={"application/json": _WANTED},
        responses={201: OpenApiResponse(NewTokenSerializer, description="As it is now, with its secret."), **_REFUSALS},
    )
    @sensitive_variables("secret")
    def post(self, request: Request) -> HttpResponse:
        """Make a token; its `secret` is told now and never again. A token makes only tokens that may no more than itself."""
        return self.once(request, lambda: self._make(request))

    @sensitive_variables("secret")
    def _make(self, request: Request) -> HttpResponse:
        wanted = TokenRequestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        expect_confirmed(request)
        beyond = set(wanted.validated_data["scopes"]) - set(scopes_of(request))
        if beyond:
            raise RuleBroken(f"This token lacks the scope {sorted(beyond)[0]} and cannot give it away.")
        token, secret = tokens.make(_caller(request), by=_caller(request), at=timezone.now(), **wanted.validated_data)
        body = _body(token.pk, Question.of(request))
        response = HttpResponse(dump(body | {"secret": secret}), content_type=JSON, status=201)
        response["Location"], response["Cache-Control"] = body["url"], "no-store"
        return response


class Token(DetailView):
    """One of one's own tokens."""

    noun = TOKENS
    scope = Scope.ADMIN

    def get(self, request: Request, name: str, **names: str) -> HttpResponse:
        """One of one's own tokens."""
        question = Question.of(request)
        question.expect({"fields"}, {"fields"})
        token = _own(request, name)
        number = tags.last_number(self.noun.tables)
        return self.conditional(question, number, lambda: _body(token.pk, question), token.last_used_at)

    @extend_schema(
        operation_id="tokens_revoke",
        summary="Revoke a token",
        responses={204: OpenApiResponse(description="It no longer works."), **_REFUSALS},
    )
    def delete(self, request: Request, name: str) -> Response:
        """Revoke a token; it no longer works from now on."""
        tokens.revoke(_own(request, name), by=_caller(request), at=timezone.now())
        return Response(status=204)


class Comments(Creates, ListView):
    """What people say about things, oldest first."""

    noun, new = COMMENTS, NewCommentShape
    own_parameters = frozenset({SUBJECT})
    parameters = (
        query(
            SUBJECT, TEXT | {REFERS_TO: "subject"}, "Only those on one thing, such as release:12, release:REL-12 or project:PAY."
        ),
    )

    def narrowed(self, found: Any, question: Question) -> Any:
        subject = self._subject(question)
        return found if subject is None else found.about(kind_of(subject), pk_of(subject))

    def depends(self, question: Question) -> tuple[Any, ...]:
        """Who sees a comment is who sees what it is about: one thing is looked at, of all things nothing less than all events tell."""
        return (history.last_number(),) if self._subject(question) is None else ()

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return comments.add(by=by, **given)

    def _subject(self, question: Question) -> Any:
        text = question.given.get(SUBJECT)
        try:
            return None if text is None else question.once(SUBJECT, lambda: subject_named(text, question.user))
        except ValueError as error:
            raise refused(SUBJECT, str(error)) from None


class Comment(Changes, Undoes, DetailView):
    """One comment. DELETE takes it back: 200, and the row without its text."""

    noun, shape = COMMENTS, CommentShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return comments.change(thing, changes, by=by, at=at, seen=seen)

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return comments.take_back(thing, by=by, at=at, seen=seen)


def _caller(request: Request) -> User:
    """Who calls; the permission class has let nobody else through."""
    return cast(User, request.user)


def _own(request: Request, name: str) -> ApiToken:
    token: ApiToken | None = TOKENS.named(request.user, name).first()
    if token is None:
        raise NotVisible("You have no such token.")
    return token


def _body(pk: int, question: Question) -> dict[str, Any]:
    found = TOKENS.one_of(ApiToken.objects.visible_to(question.user).filter(pk=pk), question)
    if found is None:
        raise NotVisible("You have no such token.")
    return found[0]


def _me(user: User, scopes: list[str], question: Question) -> dict[str, Any]:
    return {
        "id": user.pk,
        "url": f"{question.base}me/",
        "html_url": f"{question.root}me/",
        "email": user.email,
        "name": user.name,
        "kind": user.kind,
        "time_zone": str(user.zone),
        "region": user.region,
        "roles": sorted(user.role_names),
        "teams": list(user.teams.values("slug", "name")),
        "scopes": scopes,
        "updated_at": user.updated_at,
        "revision": user.revision,
    }
