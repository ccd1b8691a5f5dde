"""The phrases of accounts' nouns. Doors start with `.visible_to(user)`."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.vocabulary import AccountKind, BuiltIn
from common import labels
from common.searching import with_words
from common.statements import Statement, compiled, for_all, statement
from history.queries import model_of

M = TypeVar("M", bound=models.Model)


class UserQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Any) -> Self:
        """Every signed-in person sees every colleague; a stranger sees nobody."""
        return self if _may_look(user) else self.none()

    def people(self) -> Self:
        """Without service accounts and built-in ones."""
        return self.filter(kind=AccountKind.PERSON)

    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_address(self, emails: Iterable[str]) -> Self:
        """Those with one of the e-mail addresses, in whatever case these are written."""
        return self.filter(email__in={email.strip().lower() for email in emails})

    def beginning_with(self, start: str) -> Self:
        """Those one of whose names, or whose address, begins so."""
        return self.filter(Q(name__istartswith=start) | Q(name__icontains=f" {start}") | Q(email__istartswith=start))

    def matching(self, words: str) -> Self:
        """Those whose name holds every word."""
        return with_words(self, words, "name")


class UserManager(BaseUserManager[Any].from_queryset(UserQuerySet)):  # type: ignore[misc]  # a class made at run time, as Django means it
    def operator(self) -> Any:
        """The operator at the shell: may import everything; nobody can sign in as it."""
        return self._built_in(BuiltIn.OPERATOR)

    def clock(self) -> Any:
        """Who acts when time does: the periodic tasks."""
        return self._built_in(BuiltIn.CLOCK)

    def doorkeeper(self) -> Any:
        """Who acts while somebody is only about to sign in: single sign-on making an account, a password reset."""
        return self._built_in(BuiltIn.DOORKEEPER)

    def get_by_natural_key(self, username: str | None) -> Any:
        """The account with this e-mail address, in whatever case it is written."""
        return self.get(email=(username or "").strip().lower())

    def _built_in(self, which: BuiltIn) -> Any:
        return self.get(pk=which.value)


class TeamQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Any) -> Self:
        """Teams are no secret among colleagues."""
        return self if _may_look(user) else self.none()

    def matching(self, words: str) -> Self:
        """Those whose slug or name holds every word."""
        return with_words(self, words, "slug", "name")

    def of(self, user: Any) -> Self:
        """Those `user` leads or belongs to."""
        return self.filter(Q(lead=user) | Q(memberships__user=user)).distinct()


class AbsenceQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Any) -> Self:
        """Colleagues see who is away, since somebody else then decides."""
        return self if _may_look(user) else self.none()

    def at(self, moment: datetime) -> Self:
        """Those going on at an instant; the end is exclusive."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)

    def not_over(self, moment: datetime) -> Self:
        return self.filter(ends_at__gt=moment)


class ApiTokenQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Any) -> Self:
        """One's own only."""
        return self.filter(owner_id=user.pk) if _may_look(user) else self.none()


class CommentQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Any) -> Self:
        """Those on what `user` sees, as each noun says itself; what is said of a thing that is gone is seen by nobody."""
        seen = Q(pk__in=[])
        for kind, model in commented_kinds().items():
            there = model._default_manager.visible_to(user).filter(pk=OuterRef("subject_id"))  # type: ignore[attr-defined]  # nouns with pages have this phrase
            seen |= Q(Exists(there.order_by()), subject_kind=kind)
        return self.filter(seen)

    def about(self, kind: str, number: int) -> Self:
        """What is said of one thing."""
        return self.filter(subject_kind=kind, subject_id=number)

    def with_people(self) -> Self:
        return self.select_related("author", "taken_back_by")


@cache
def commented_kinds() -> Mapping[str, type[models.Model]]:
    """What one can comment on, and its model: every kind that has names and a page of its own."""
    return {kind: model for kind in sorted(labels.kinds()) if (model := _model_with_page(kind)) is not None}


def _model_with_page(kind: str) -> type[models.Model] | None:
    try:
        model = model_of(kind)
    except LookupError:
        return None
    return model if hasattr(model, "get_absolute_url") else None


class RestrictableQuerySet(models.QuerySet[M]):
    """For what may be restricted to named teams (see `accounts.models.Restrictable`).

    Restricted things are few. `hidden_from` asks for their ids first, by the partial index each noun has, so that the queries
    of everybody else stay as plain as if nothing were ever restricted.
    """

    def visible_to(self, user: Any) -> Self:
        """What `user` may see: all that is not restricted, and of the rest what names one of their teams or they manage."""
        if not _may_look(user):
            return self.none()
        hidden = self.hidden_from(user)
        return self.exclude(pk__in=hidden) if hidden else self

    def hidden_from(self, user: Any) -> list[int]:
        """The ids of what `user` may not see. PMO, auditors, administrators and built-in accounts see all."""
        if not _may_look(user):
            raise ValueError("strangers see nothing at all; ask visible_to")
        if user.sees_everything:
            return []
        ids = {pk for (pk,) in statement(("restricted", self.model), self._restricted, keep=for_all).run()}
        if not ids:
            return []
        named = Q(restricted_to__in=user.team_ids)
        restricted = self.model._default_manager.filter(restricted_until__isnull=False)
        return sorted(ids - set(restricted.filter(named | self.managed_by(user)).values_list("pk", flat=True)))

    def managed_by(self, user: Any) -> Q:
        """Who sees it anyway, though no team of theirs is named: each noun says its managers and owner teams."""
        raise NotImplementedError

    def _restricted(self) -> Statement:
        """The ids of all that is restricted, which nearly every request asks for."""
        return compiled(self.model._default_manager.filter(restricted_until__isnull=False).order_by().values_list("pk"))

    def with_ended_restriction(self, moment: datetime) -> Self:
        """Those whose restriction should be lifted by now."""
        return self.filter(restricted_until__lte=moment)


def token_digest(secret: str) -> str:
    """HMAC-SHA256 of a token's secret under the pepper, as 64 hexadecimal digits."""
    return hmac.new(settings.TOKEN_PEPPER.encode(), secret.encode(), hashlib.sha256).hexdigest()


def _may_look(user: Any) -> bool:
    return bool(user.is_authenticated and (user.is_active or user.kind == AccountKind.BUILTIN))
