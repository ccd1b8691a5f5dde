"""Procedures, policies, their versions and the rules these hold."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Team
from accounts.vocabulary import Role
from common.rows import Row
from common.slugs import shape_constraint, slug_field
from environments.vocabulary import LEAST_IMPORTANT_TIER, MOST_IMPORTANT_TIER, SoakUnit, Stage
from policies.querysets import OfVersionQuerySet, PolicyQuerySet, PolicyVersionQuerySet, ProcedureQuerySet
from policies.vocabulary import EvidenceKind, GateArea, Nature, Risk, Size, Urgency


def _words(choices: type[models.TextChoices]) -> Any:
    return ArrayField(models.CharField(max_length=20, choices=choices), default=list, blank=True)


class Procedure(Row):
    """The standard way to do a thing. What it says stands in its versions."""

    slug = slug_field(unique=True)
    name = models.CharField(max_length=300)

    objects: ClassVar[Any] = ProcedureQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [shape_constraint("slug", "procedure_slug_shape")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("procedure", args=[self.slug])


class ProcedureVersion(Row):
    """One state of a procedure, in Markdown; the newest has the greatest number. Never changed: a correction is a new version."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField(max_length=100_000)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["procedure", "-number"]
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_once")]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def speaks_for(self) -> Procedure:
        return self.procedure


class Policy(Row):
    """A set of standards. Its newest published version counts; a retired one counts for nothing any more."""

    slug = slug_field(unique=True)
    name = models.CharField(max_length=300)
    description = models.TextField(blank=True, max_length=20_000)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "policies"
        constraints = [shape_constraint("slug", "policy_slug_shape")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("policy", args=[self.slug])

    @property
    def in_force(self) -> "PolicyVersion | None":
        """Its newest published version; whether it counts depends on the policy not being retired."""
        return next((version for version in self.versions.all() if version.is_published), None)

    @property
    def draft(self) -> "PolicyVersion | None":
        """The version that is not published yet."""
        return next((version for version in self.versions.all() if not version.is_published), None)


class PolicyVersion(Row):
    """One state of a policy: the releases it is for, and its rules. A draft until a second policy owner publishes it, then never changed.

    It is for a release whose urgency, size, risk, nature and highest tier (the smallest number) are each among those named here; an
    empty list names all. A risk that was not assessed counts as high. Whether there is a project is never asked.
    """

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    urgencies = _words(Urgency)
    sizes = _words(Size)
    risks = _words(Risk)
    natures = _words(Nature)
    tiers = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    note = models.TextField(blank=True, max_length=5_000, help_text="What is new in it, and why.")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = PolicyVersionQuerySet.as_manager()

    class Meta:
        ordering = ["policy", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once"),
            models.UniqueConstraint(
                fields=["policy"],
                name="policy_one_draft",
                condition=Q(published_at=None),
                violation_error_message="There is a draft of this policy already; publish or discard it first.",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None) | Q(published_at__isnull=False, published_by__isnull=False),
                name="policy_published_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("drafted_by")),
                name="policy_published_by_a_second",
                violation_error_message="Whoever drafted a version does not publish it: a second policy owner does.",
            ),
            models.CheckConstraint(condition=Q(urgencies__contained_by=Urgency.values), name="policy_urgencies_known"),
            models.CheckConstraint(condition=Q(sizes__contained_by=Size.values), name="policy_sizes_known"),
            models.CheckConstraint(condition=Q(risks__contained_by=Risk.values), name="policy_risks_known"),
            models.CheckConstraint(condition=Q(natures__contained_by=Nature.values), name="policy_natures_known"),
            models.CheckConstraint(
                condition=Q(tiers__contained_by=list(range(MOST_IMPORTANT_TIER, LEAST_IMPORTANT_TIER + 1))),
                name="policy_tiers_known",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def speaks_for(self) -> Policy:
        return self.policy

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    def has_rules(self) -> bool:
        """Whether it asks for anything."""
        return self.gate_rules.exists() or self.approval_rules.exists() or self.schedule_rules.exists()

    def get_absolute_url(self) -> str:
        return reverse("policy_version", args=[self.policy.slug, self.number])


class Rule(Row):
    """What all rules have: the version they stand in, a `code` by which one is the same from version to version, the stage they guard."""

    code = slug_field()
    name = models.CharField(max_length=300)
    stage = models.CharField(max_length=20, choices=Stage)

    objects: ClassVar[Any] = OfVersionQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class GateRule(Rule):
    """A gate that releases pass before they come into environments of a stage.

    Due `due_days` working days (of the owner's region) before the planned window. Its owner is a team, or whoever has a role. `ask`
    is what it asks, in a sentence; `checklist` are the things to tick; `evidence` and `threshold` (see `vocabulary.THRESHOLDS`) what
    has to be shown. It is waived by `waived_by_team` or whoever has `waived_by_role`; with neither by nobody. With `follow_days` a
    break-fix may meet it so many working days afterwards.
    """

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="gate_rules")
    area = models.CharField(max_length=30, choices=GateArea)
    ask = models.TextField(max_length=2_000)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, null=True, blank=True, related_name="gate_rules")
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner_role = models.CharField(max_length=40, choices=Role, blank=True)
    due_days = models.PositiveSmallIntegerField(default=0)
    checklist = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    evidence = models.CharField(max_length=20, choices=EvidenceKind, default=EvidenceKind.NOTHING)
    threshold = models.JSONField(default=dict, blank=True)
    waived_by_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    waived_by_role = models.CharField(max_length=40, choices=Role, blank=True)
    follow_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["version", "stage", "area", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="gate_rule_once"),
            shape_constraint("code", "gate_rule_code_shape"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="gate_rule_stage_known"),
            models.CheckConstraint(condition=Q(area__in=GateArea.values), name="gate_rule_area_known"),
            models.CheckConstraint(condition=Q(evidence__in=EvidenceKind.values), name="gate_rule_evidence_known"),
            models.CheckConstraint(
                condition=Q(owner_team__isnull=False, owner_role="") | (Q(owner_team=None) & ~Q(owner_role="")),
                name="gate_rule_one_owner",
                violation_error_message="A gate is a team's or a role's: name one of them.",
            ),
            models.CheckConstraint(condition=Q(owner_role__in=["", *Role.values]), name="gate_rule_owner_role_known"),
            models.CheckConstraint(condition=Q(waived_by_role__in=["", *Role.values]), name="gate_rule_waiver_role_known"),
        ]


class ApprovalRule(Rule):
    """Before a promotion into a stage runs, `people` of a team, or of those who have a role, say yes; a yes holds `holds_days` days.

    With `emergency_people` a break-fix may run on so many; the others then approve within `follow_days` working days.
    """

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="approval_rules")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=40, choices=Role, blank=True)
    people = models.PositiveSmallIntegerField(default=1)
    holds_days = models.PositiveSmallIntegerField(default=14)
    emergency_people = models.PositiveSmallIntegerField(null=True, blank=True)
    follow_days = models.PositiveSmallIntegerField(default=2)

    class Meta:
        ordering = ["version", "stage", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="approval_rule_once"),
            shape_constraint("code", "approval_rule_code_shape"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="approval_rule_stage_known"),
            models.CheckConstraint(
                condition=Q(team__isnull=False, role="") | (Q(team=None) & ~Q(role="")),
                name="approval_rule_one_speaker",
                violation_error_message="An approval is a team's or a role's: name one of them.",
            ),
            models.CheckConstraint(condition=Q(role__in=["", *Role.values]), name="approval_rule_role_known"),
            models.CheckConstraint(
                condition=Q(people__range=(1, 20)),
                name="approval_rule_people",
                violation_error_message="An approval takes 1 to 20 people.",
            ),
            models.CheckConstraint(
                condition=Q(holds_days__gte=1), name="approval_rule_holds", violation_error_message="A yes holds at least a day."
            ),
            models.CheckConstraint(
                condition=Q(emergency_people=None) | Q(emergency_people__gte=1, emergency_people__lte=F("people")),
                name="approval_rule_emergency",
                violation_error_message="An emergency takes at least one person, and no more than the rule itself.",
            ),
        ]


class ScheduleRule(Rule):
    """When a promotion into a stage may lie: at least `lead_days` working days after it was requested; whether freezes stop it and
    only maintenance windows take it; and how long the version soaked at the stop before, when that is longer than the route says.
    """

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="schedule_rules")
    lead_days = models.PositiveSmallIntegerField(default=0)
    respects_freezes = models.BooleanField(default=True)
    windows_only = models.BooleanField(default=False)
    soak_hours = models.PositiveIntegerField(default=0)
    soak_unit = models.CharField(max_length=10, choices=SoakUnit, default=SoakUnit.ELAPSED)

    class Meta:
        ordering = ["version", "stage", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="schedule_rule_once"),
            shape_constraint("code", "schedule_rule_code_shape"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="schedule_rule_stage_known"),
            models.CheckConstraint(condition=Q(soak_unit__in=SoakUnit.values), name="schedule_rule_soak_unit_known"),
        ]


class RiskQuestion(Row):
    """One question about the risk of a release, and what may be answered: `answers` are objects `{"answer", "risk"}` in their order.

    The questions of all policies that are for a release, whatever its risk, are its questionnaire; its risk is the highest that an
    answer stands for.
    """

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="risk_questions")
    code = slug_field()
    name = models.CharField(max_length=300, help_text="The question itself.")
    answers = models.JSONField(default=list)

    objects: ClassVar[Any] = OfVersionQuerySet.as_manager()

    class Meta:
        ordering = ["version", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="risk_question_once"),
            shape_constraint("code", "risk_question_code_shape"),
        ]

    def __str__(self) -> str:
        return self.name
