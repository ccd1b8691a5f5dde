"""Gates: what the policies ask of a release, what was shown, decided and waived."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Team
from accounts.vocabulary import Role
from common.rows import Row
from environments.vocabulary import Stage
from policies.models import GateRule
from policies.vocabulary import EvidenceKind, GateArea
from releases.models.release import Candidate, Item, Release
from releases.querysets import GateQuerySet, OfGateQuerySet
from releases.vocabulary import GateOutcome, GateState


class Gate(Row):
    """A gate rule put to one release, or a condition of an approval; to be good before the release comes into a stage.

    `due_on` is a day, worked out from the window it stands before; empty while nothing is planned there. `state` is the consequence of
    the decisions, waivers and preparations that are rows of their own. `is_asked` is no longer true when neither items nor policies ask
    for it any more; what was decided stays readable. `told_late`: it was told once that it was late from the start.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="gates")
    rule = models.ForeignKey(GateRule, on_delete=models.PROTECT, null=True, blank=True, related_name="gates")
    condition_of = models.ForeignKey(
        "releases.Approval", on_delete=models.PROTECT, null=True, blank=True, related_name="condition_gates"
    )
    area = models.CharField(max_length=30, choices=GateArea)
    name = models.CharField(max_length=300)
    ask = models.TextField(max_length=2_000)
    stage = models.CharField(max_length=20, choices=Stage)
    owner_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="gates")
    owner_role = models.CharField(max_length=40, choices=Role, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="gates", help_text="Of a condition."
    )
    due_on = models.DateField(null=True, blank=True)
    told_late = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=GateState, default=GateState.OPEN)
    is_asked = models.BooleanField(default=True)
    ticked = ArrayField(models.CharField(max_length=300), default=list, blank=True)

    objects: ClassVar[Any] = GateQuerySet.as_manager()

    class Meta:
        ordering = ["release", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["release", "rule"], name="gate_once", condition=Q(rule__isnull=False)),
            models.CheckConstraint(
                condition=Q(rule__isnull=False, condition_of=None) | Q(rule=None, condition_of__isnull=False),
                name="gate_has_an_origin",
            ),
            models.CheckConstraint(condition=Q(state__in=GateState.values), name="gate_state_known"),
            models.CheckConstraint(condition=Q(area__in=GateArea.values), name="gate_area_known"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="gate_stage_known"),
        ]
        indexes = [models.Index(fields=["due_on", "id"], name="gate_due", condition=Q(is_asked=True))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{self.release.get_absolute_url()}gates/{self.pk}/"


class GateDecision(Row):
    """Somebody decided a gate, or reopened it. Never changed.

    `stands_for` says, by item, what each was then (see `queries.builds`): in the areas that are about what was built, a decision
    holds for builds in which every item is the same still.
    """

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="decisions")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, null=True, related_name="+")
    stands_for = models.JSONField(default=dict, blank=True)
    outcome = models.CharField(max_length=10, choices=GateOutcome)
    comment = models.TextField(blank=True, max_length=5_000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[Any] = OfGateQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(outcome__in=GateOutcome.values), name="gate_outcome_known")]

    def __str__(self) -> str:
        return f"decision {self.pk}"

    @property
    def speaks_for(self) -> Gate:
        return self.gate


class Evidence(Row):
    """What was shown at a gate: a note, a link, a file, or a report parsed into `counts`. Never changed.

    Shown for a candidate; with an `item`, for that item alone. `stands_for` says, by item, what each was then (see
    `queries.evidence`): what was shown goes on holding wherever an item is the same still. A file lies under its SHA-256
    (`digest`); `file_name` is only for people to read. `falls_short` says why the counts do not meet the rule's threshold; empty
    when they do or none is asked.
    """

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="evidence")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, null=True, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stands_for = models.JSONField(default=dict, blank=True)
    kind = models.CharField(max_length=20, choices=EvidenceKind)
    note = models.TextField(blank=True, max_length=10_000)
    url = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    falls_short = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[Any] = OfGateQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "evidence"
        constraints = [models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_known")]
        indexes = [models.Index(fields=["digest"], name="evidence_file", condition=~Q(digest=""))]

    def __str__(self) -> str:
        return f"evidence {self.pk}"

    @property
    def speaks_for(self) -> Gate:
        return self.gate


class Waiver(Row):
    """Somebody lets a release pass a gate that is not met, until `expires_at`. Never changed; see `WaiverEnd`."""

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="waivers")
    reason = models.TextField(max_length=5_000)
    compensating_control = models.TextField(max_length=5_000)
    expires_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[Any] = OfGateQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("at")), name="waiver_expires_later"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(compensating_control=""), name="waiver_says_why"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="waiver_expiry")]

    def __str__(self) -> str:
        return f"waiver {self.pk}"

    @property
    def speaks_for(self) -> Gate:
        return self.gate


class WaiverEnd(Row):
    """A waiver was taken back before it expired. Never changed."""

    waiver = models.OneToOneField(Waiver, on_delete=models.PROTECT, related_name="end")
    reason = models.TextField(blank=True, max_length=5_000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"end of waiver {self.waiver_id}"

    @property
    def speaks_for(self) -> Gate:
        return self.waiver.gate
