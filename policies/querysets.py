"""The phrases of policies' nouns. Every active person sees all of them."""

from typing import Self

from django.apps import apps
from django.db.models import Prefetch

from common.searching import with_words
from environments.querysets import OpenQuerySet


class ProcedureQuerySet(OpenQuerySet):
    def with_versions(self) -> Self:
        """Each with its versions and who wrote them, the newest first."""
        versions = apps.get_model("policies", "ProcedureVersion").objects.select_related("written_by").order_by("-number")
        return self.prefetch_related(Prefetch("versions", queryset=versions))


class PolicyQuerySet(OpenQuerySet):
    def in_use(self) -> Self:
        """Those not retired."""
        return self.filter(retired_at=None)

    def with_versions(self) -> Self:
        """Each with its versions and who drafted and published them, the newest first."""
        versions = apps.get_model("policies", "PolicyVersion").objects.with_people().order_by("-number")
        return self.prefetch_related(Prefetch("versions", queryset=versions))


class PolicyVersionQuerySet(OpenQuerySet):
    def matching(self, words: str) -> Self:
        """Those of policies whose slug or name holds every word."""
        return with_words(self, words, "policy__slug", "policy__name")

    def with_people(self) -> Self:
        return self.select_related("drafted_by", "published_by")

    def with_rules(self) -> Self:
        """Each with its rules and what these name."""
        gates = apps.get_model("policies", "GateRule").objects.select_related("procedure", "owner_team", "waived_by_team")
        approvals = apps.get_model("policies", "ApprovalRule").objects.select_related("team")
        return self.select_related("policy").prefetch_related(
            Prefetch("gate_rules", queryset=gates),
            Prefetch("approval_rules", queryset=approvals),
            "schedule_rules",
            "risk_questions",
        )

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def drafts(self) -> Self:
        return self.filter(published_at=None)

    def in_force(self) -> Self:
        """The newest published version of every policy that is not retired."""
        return self.published().filter(policy__retired_at=None).order_by("policy_id", "-number").distinct("policy_id")


class OfVersionQuerySet(OpenQuerySet):
    def matching(self, words: str) -> Self:
        """Those whose code or name holds every word."""
        return with_words(self, words, "code", "name")

    def in_force(self) -> Self:
        """The rules of the policies in force, with these."""
        versions = apps.get_model("policies", "PolicyVersion").objects.in_force().values("pk")
        return self.filter(version__in=versions).select_related("version__policy")
