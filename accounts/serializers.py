"""What the REST addresses of accounts take, and what a new token looks like."""

from rest_framework import serializers

from accounts.actions.tokens import LONGEST_DAYS, USUAL_DAYS
from accounts.vocabulary import Scope


class TokenRequestSerializer(serializers.Serializer):  # type: ignore[type-arg]  # shape only, of no model
    """What one sends to make a token."""

    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices), allow_empty=False, max_length=len(Scope))
    days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS, default=USUAL_DAYS)


class NewTokenSerializer(serializers.Serializer):  # type: ignore[type-arg]  # shape only, of no model
    """A token that was just made: the only time its secret is told. For the documents; the answer is the noun's own."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    html_url = serializers.URLField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    secret = serializers.CharField(required=False, help_text="Not in an answer that is given again for its `Idempotency-Key`.")
