"""Verbs on API tokens: make, revoke."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts import rules
from accounts.models import ApiToken, User
from accounts.querysets import token_digest
from accounts.vocabulary import TOKEN_BITS, TOKEN_START, Scope
from common.refusals import BadInput, NotAllowed, RuleBroken
from common.texts import problem_with_line
from history.deeds import deed, record

LONGEST_DAYS = 731
USUAL_DAYS = 90


@deed
def make(owner: User, *, by: User, name: str, scopes: Iterable[str], days: int, at: datetime) -> tuple[ApiToken, str]:
    """A new token of `owner`, good for `days` (1 to 731) from `at` on, and its secret, which nobody can read again.

    Raises NotAllowed, BadInput, RuleBroken when a service account would get the scope to decide.
    """
    if not rules.may_make_token(by, owner):
        raise NotAllowed("Tokens are made by their owner; those of service accounts by an administrator.")
    if not owner.is_active:
        raise RuleBroken(f"{owner} cannot sign in, and so can have no token.")
    name = " ".join(name.split())
    if not 1 <= len(name) <= 100 or problem_with_line(name):
        raise BadInput("Give the token a name of 1 to 100 characters.", errors={"name": ["1 to 100 printable characters."]})
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput(f"A token lives 1 to {LONGEST_DAYS} days.", errors={"days": [f"1 to {LONGEST_DAYS}."]})
    chosen = _in_order(scopes)
    if not rules.may_have_scopes(owner, chosen):
        raise RuleBroken("Service accounts never decide: leave out the scope approve.", errors={"scopes": ["Leave out approve."]})
    secret = TOKEN_START + base64.b32encode(secrets.token_bytes(TOKEN_BITS // 8)).decode().lower()
    token = ApiToken.objects.create(
        owner=owner,
        name=name,
        prefix=secret[: len(TOKEN_START) + 6],
        digest=token_digest(secret),
        scopes=chosen,
        expires_at=at + timedelta(days=days),
    )
    record(owner, "made_token", by=by, template="{actor} made an API token for {subject}", token=token.pk)
    return token, secret


@deed
def revoke(token: ApiToken, *, by: User, at: datetime) -> ApiToken:
    """End a token at once; revoking it again changes nothing. Raises NotAllowed."""
    token = ApiToken.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=token.pk)
    if not rules.may_revoke_token(by, token):
        raise NotAllowed("Tokens are revoked by their owner or an administrator.")
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        record(token.owner, "revoked_token", by=by, template="{actor} revoked an API token of {subject}", token=token.pk)
    return token


def _in_order(scopes: Iterable[str]) -> list[str]:
    chosen = set(scopes)
    unknown = sorted(chosen - set(Scope.values))
    if unknown or not chosen:
        sentence = f"“{unknown[0][:20]}” is no scope." if unknown else "Choose at least one scope."
        raise BadInput(f"{sentence} There are {', '.join(Scope.values)}.", errors={"scopes": [sentence]})
    return [scope for scope in Scope.values if scope in chosen]
