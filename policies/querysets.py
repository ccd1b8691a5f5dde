"""The phrases of policies' nouns. Every active person sees all of them."""

from typing import Self

from common.searching import with_words
from environments.querysets import OpenQuerySet


class ProcedureQuerySet(OpenQuerySet):
    pass


class PolicyQuerySet(OpenQuerySet):
    def in_use(self) -> Self:
        """Those not retired."""
        return self.filter(retired_at=None)


class PolicyVersionQuerySet(OpenQuerySet):
    def matching(self, words: str) -> Self:
        """Those of policies whose slug or name holds every word."""
        return with_words(self, words, "policy__slug", "policy__name")

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(published_at=None)

    def in_force(self) -> Self:
        """The newest published version of every policy that is not retired."""
        return self.published().filter(policy__retired_at=None).order_by("policy", "-number").distinct("policy")


class OfVersionQuerySet(OpenQuerySet):
    def matching(self, words: str) -> Self:
        """Those whose code or name holds every word."""
        return with_words(self, words, "code", "name")
