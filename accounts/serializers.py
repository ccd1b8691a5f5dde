"""What the REST addresses of accounts take and give."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from accounts.actions.tokens import LONGEST_DAYS, USUAL_DAYS
from accounts.models import ApiToken, User
from accounts.vocabulary import Scope


class TeamReference(serializers.Serializer):  # type: ignore[type-arg]  # shape only, of no model
    slug = serializers.CharField()
    name = serializers.CharField()


class MeSerializer(serializers.Serializer):  # type: ignore[type-arg]  # shape only
    """The caller."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    html_url = serializers.CharField()
    updated_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()
    kind = serializers.CharField()
    time_zone = serializers.CharField()
    region = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    teams = TeamReference(many=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))


class TokenSerializer(serializers.Serializer):  # type: ignore[type-arg]  # shape only
    """A token without its secret."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    html_url = serializers.CharField()
    updated_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    """A token that was just made: the only time its secret is told."""

    secret = serializers.CharField()


class TokenListSerializer(serializers.Serializer):  # type: ignore[type-arg]  # shape only
    results = TokenSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class TokenRequestSerializer(serializers.Serializer):  # type: ignore[type-arg]  # shape only
    """What one sends to make a token."""

    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), allow_empty=False, max_length=len(Scope))
    days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS, default=USUAL_DAYS)


def me_as_dict(user: User, scopes: list[str], base: str) -> dict[str, Any]:
    """The caller as JSON; `base` is the address of this server."""
    return {
        "id": user.pk,
        "url": base + reverse("api_me"),
        "html_url": base + reverse("me"),
        "updated_at": user.updated_at,
        "revision": user.revision,
        "email": user.email,
        "name": user.name,
        "kind": user.kind,
        "time_zone": str(user.zone),
        "region": user.region,
        "roles": sorted(user.role_names),
        "teams": list(user.teams.values("slug", "name")),
        "scopes": scopes,
    }


def token_as_dict(token: ApiToken, base: str) -> dict[str, Any]:
    """A token as JSON, without its secret."""
    return {
        "id": token.pk,
        "url": base + reverse("api_token", args=[token.pk]),
        "html_url": base + reverse("me"),
        "updated_at": token.updated_at,
        "revision": token.revision,
        "name": token.name,
        "prefix": token.prefix,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }
