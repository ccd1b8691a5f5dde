"""A release and its parts: candidates, items, artefacts, contributions, prerequisites."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Restrictable
from common.rows import Row
from common.searching import Words
from environments.models import Route, RouteVersion, Service
from policies.vocabulary import Nature, Risk, Size, Urgency
from projects.models import Output
from releases.querysets import ContributionQuerySet, OfReleaseQuerySet, ReleaseQuerySet
from releases.vocabulary import (
    KEY_PREFIX,
    RELEASE_MOVES,
    Commitment,
    ContributionState,
    Extent,
    Identity,
    ItemChange,
    ReleaseStatus,
    Strength,
)


class Release(Row, Restrictable):
    """What travels: a set of changes to services, under one name and version. Its key is `REL-` and its number.

    Whether a project stands behind it follows from its contributions alone. `package` is the release it is a member of.
    `route_version` is empty (the newest counts) until the release leaves its first stop.

    A release that is worth repeating is offered as a template under `template_name` (empty: it isn't). A template is no noun of
    its own and no half release: it is one that really travelled, or will, and new ones begin as copies of it.
    """

    MOVES = RELEASE_MOVES

    name = models.CharField(max_length=300)
    version = models.CharField(max_length=100)
    urgency = models.CharField(max_length=20, choices=Urgency, default=Urgency.PLANNED)
    size = models.CharField(max_length=20, choices=Size, default=Size.MINOR)
    risk = models.CharField(max_length=20, choices=Risk, blank=True)
    extent = models.CharField(max_length=20, choices=Extent, default=Extent.FULL)
    nature = models.CharField(max_length=20, choices=Nature, default=Nature.SOFTWARE)
    status = models.CharField(max_length=20, choices=ReleaseStatus, default=ReleaseStatus.DRAFT)
    commitment = models.CharField(max_length=20, choices=Commitment, default=Commitment.PLANNED)
    release_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="managed_releases"
    )
    route = models.ForeignKey(Route, on_delete=models.PROTECT, null=True, blank=True, related_name="releases")
    route_version = models.ForeignKey(RouteVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="releases")
    package = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    line = models.CharField(max_length=100, blank=True, help_text="The version line it belongs to, where several are kept up.")
    template_name = models.CharField(max_length=100, blank=True)
    rollback_plan = models.TextField(blank=True, max_length=20_000)
    description = models.TextField(blank=True, max_length=20_000)

    objects: ClassVar[Any] = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "version"],
                name="release_once",
                violation_error_message="There is a release of this name and version already.",
            ),
            # `name@version` is split at the last @.
            models.CheckConstraint(
                condition=~Q(version__contains="@") & ~Q(version="") & ~Q(name=""),
                name="release_name_and_version",
                violation_error_message="A release has a name and a version, and no @ in its version.",
            ),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="release_urgency_known"),
            models.CheckConstraint(condition=Q(size__in=Size.values), name="release_size_known"),
            models.CheckConstraint(condition=Q(risk__in=["", *Risk.values]), name="release_risk_known"),
            models.CheckConstraint(condition=Q(extent__in=Extent.values), name="release_extent_known"),
            models.CheckConstraint(condition=Q(nature__in=Nature.values), name="release_nature_known"),
            models.CheckConstraint(condition=Q(status__in=ReleaseStatus.values), name="release_status_known"),
            models.CheckConstraint(condition=Q(commitment__in=Commitment.values), name="release_commitment_known"),
            models.CheckConstraint(condition=Q(package=None) | ~Q(package=F("id")), name="release_not_its_own_member"),
        ]
        indexes = [
            models.Index(fields=["id"], name="release_restricted", condition=Q(restricted_until__isnull=False)),
            models.Index(fields=["template_name"], name="release_templates", condition=~Q(template_name="")),
            GinIndex(Words("name", "version", "description"), name="release_words"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def key(self) -> str:
        return f"{KEY_PREFIX}{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("release", args=[self.key])


class ExternalLink(Row):
    """What another system calls this release: the ticket in ServiceNow or Jira."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="links")
    system = models.CharField(max_length=100)
    identifier = models.CharField(max_length=200)
    url = models.CharField(max_length=500, blank=True)

    objects: ClassVar[Any] = OfReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["release", "system", "identifier"], name="external_link_once")]
        indexes = [GinIndex(Words("system", "identifier"), name="external_link_words")]

    def __str__(self) -> str:
        return f"{self.system} {self.identifier}"


class Item(Row):
    """Which service a release changes, how, and to which version."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="items")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="items")
    change = models.CharField(max_length=10, choices=ItemChange, default=ItemChange.CHANGED)
    version = models.CharField(max_length=100, blank=True)

    objects: ClassVar[Any] = OfReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "service"], name="item_once", violation_error_message="The release changes this service already."
            ),
            models.CheckConstraint(condition=Q(change__in=ItemChange.values), name="item_change_known"),
        ]

    def __str__(self) -> str:
        return f"item {self.pk}"


class Candidate(Row):
    """A numbered build of a release: which artefact each of its items has."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="candidates")
    number = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = OfReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["release", "number"]
        constraints = [
            models.UniqueConstraint(fields=["release", "number"], name="candidate_once"),
            # What a promotion refers to, so that it can't carry another release's candidate.
            models.UniqueConstraint(fields=["id", "release"], name="candidate_of_release"),
        ]

    def __str__(self) -> str:
        return f"candidate {self.number}"


class Artefact(Row):
    """What an item is in one candidate: where its definitive copy lies, and by what it is known to be the same.

    `version` is what the item was in an earlier candidate, where it has gone on since; null is as the item says.
    """

    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="artefacts")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="artefacts")
    address = models.CharField(max_length=500, blank=True)
    identity = models.CharField(max_length=20, choices=Identity, default=Identity.RECORDED)
    digest = models.CharField(max_length=200, blank=True)
    # Null and not "": an item may have had no version when it was built, and another one since.
    version = models.CharField(max_length=100, null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["candidate", "item"], name="artefact_once"),
            models.CheckConstraint(condition=Q(identity__in=Identity.values), name="artefact_identity_known"),
            models.CheckConstraint(
                condition=Q(digest="") | Q(digest__regex=r"^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}|git:[0-9a-f]{7,64})$"),
                name="artefact_digest_shape",
                violation_error_message="A digest begins with sha256:, sha512: or git: and goes on in lower-case hexadecimal digits.",
            ),
        ]
        # Found by the beginning of a digest, which is what people have of one.
        indexes = [
            models.Index(fields=["digest"], name="artefact_digest", opclasses=["varchar_pattern_ops"], condition=~Q(digest=""))
        ]

    def __str__(self) -> str:
        return f"artefact {self.pk}"


class Contribution(Row):
    """An output of a project feeding a release: hard (the release waits for it) or soft."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="contributions")
    output = models.ForeignKey(Output, on_delete=models.PROTECT, related_name="contributions")
    state = models.CharField(max_length=10, choices=ContributionState, default=ContributionState.OFFERED)
    strength = models.CharField(max_length=10, choices=Strength, default=Strength.HARD)

    objects: ClassVar[Any] = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "output"],
                name="contribution_once",
                violation_error_message="This output feeds the release already.",
            ),
            models.CheckConstraint(condition=Q(state__in=ContributionState.values), name="contribution_state_known"),
            models.CheckConstraint(condition=Q(strength__in=Strength.values), name="contribution_strength_known"),
        ]

    def __str__(self) -> str:
        return f"contribution {self.pk}"


class Prerequisite(Row):
    """`release` needs `needs` live first."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="prerequisites")
    needs = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="prerequisite_of")

    objects: ClassVar[Any] = OfReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["release", "needs"], name="prerequisite_once"),
            models.CheckConstraint(
                condition=~Q(release=F("needs")),
                name="prerequisite_is_another",
                violation_error_message="A release cannot wait for itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"prerequisite {self.pk}"
