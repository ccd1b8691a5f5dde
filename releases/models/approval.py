"""Approvals of promotions, their ends, and what an emergency owes afterwards."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.rows import Row
from policies.models import ApprovalRule
from releases.models.gate import Gate
from releases.models.promotion import Promotion
from releases.models.release import Item
from releases.querysets import ApprovalQuerySet, ObligationQuerySet, OfPromotionQuerySet
from releases.vocabulary import ApprovalDecision, ApprovalEndKind, ItemOutcome


class Approval(Row):
    """One person's yes or no to exactly what `digest` stands for. Never changed; see `ApprovalEnd`.

    For one named rule, or with none for any one rule they may speak for. `for_delegator` is who they stood in for. `shown` is what was
    approved, in values for people to read; `gates_seen` the state of each gate (by id) at that moment. It lapses at `lapses_at`
    (UTC; empty for a no).
    """

    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="approvals")
    rule = models.ForeignKey(ApprovalRule, on_delete=models.PROTECT, null=True, blank=True, related_name="approvals")
    decision = models.CharField(max_length=10, choices=ApprovalDecision)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals")
    for_delegator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64)
    shown = models.JSONField(default=dict)
    gates_seen = models.JSONField(default=dict)
    comment = models.TextField(blank=True, max_length=5_000)
    at = models.DateTimeField()
    lapses_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(decision__in=ApprovalDecision.values), name="approval_decision_known")]
        indexes = [models.Index(fields=["lapses_at"], name="approval_lapse")]

    def __str__(self) -> str:
        return f"approval {self.pk}"

    @property
    def speaks_for(self) -> Promotion:
        return self.promotion


class ApprovalEnd(Row):
    """An approval was withdrawn by who gave it, or voided because something it stood for changed. Never changed."""

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(max_length=10, choices=ApprovalEndKind)
    reason = models.TextField(blank=True, max_length=5_000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=ApprovalEndKind.values), name="approval_end_kind_known")]

    def __str__(self) -> str:
        return f"end of approval {self.approval_id}"

    @property
    def speaks_for(self) -> Promotion:
        return self.approval.promotion


class Author(Row):
    """Somebody changed what the digest of a promotion covers, since it was planned: they do not approve it, nor do their delegates."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="authors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["promotion", "user"], name="author_once")]

    def __str__(self) -> str:
        return f"author {self.pk}"

    @property
    def speaks_for(self) -> Promotion:
        return self.promotion


class PromotionItem(Row):
    """How one item of a promotion ended; deployments follow the items."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="item_outcomes")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="outcomes")
    outcome = models.CharField(max_length=20, choices=ItemOutcome)
    comment = models.TextField(blank=True, max_length=5_000)

    objects: ClassVar[Any] = OfPromotionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "item"], name="promotion_item_once"),
            models.CheckConstraint(condition=Q(outcome__in=ItemOutcome.values), name="promotion_item_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"outcome {self.pk}"

    @property
    def speaks_for(self) -> Promotion:
        return self.promotion


class Obligation(Row):
    """What a break-fix went without, and meets afterwards until `due_at`: a gate, or the rest of the people of an approval rule.

    While one is overdue, the next normal promotion of the services it concerns does not go.
    """

    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="obligations")
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, null=True, blank=True, related_name="obligations")
    rule = models.ForeignKey(ApprovalRule, on_delete=models.PROTECT, null=True, blank=True, related_name="obligations")
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ObligationQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["promotion", "gate"], name="obligation_gate_once", condition=Q(gate__isnull=False)),
            models.UniqueConstraint(fields=["promotion", "rule"], name="obligation_rule_once", condition=Q(rule__isnull=False)),
            models.CheckConstraint(
                condition=Q(gate__isnull=False, rule=None) | Q(gate=None, rule__isnull=False), name="obligation_of_one_thing"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="obligation_unmet", condition=Q(met_at=None))]

    def __str__(self) -> str:
        return f"obligation {self.pk}"

    @property
    def speaks_for(self) -> Promotion:
        return self.promotion
