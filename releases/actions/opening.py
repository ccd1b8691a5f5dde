"""How verbs on what a release carries begin: the release locked, who may asked, and whether anything may still change."""

from collections.abc import Collection, Iterable
from typing import Final

from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from common.refusals import Conflict, NotAllowed, Overtaken
from common.rows import Seen, expect_seen
from environments.models import Environment
from releases import rules
from releases.models import Promotion, Release
from releases.vocabulary import ENDED, Extent

NOT_YOURS: Final = "Only release managers, or its own manager, may write this release."


def locked(release: Release) -> Release:
    """The release as it is now, until the transaction ends; its row comes after those of environments and before promotions'."""
    found: Release = Release.objects.select_for_update(no_key=True).get(pk=release.pk)
    return found


def locked_together(release: Release) -> Release:
    """The same, and with it, in the order of their keys, the package it travels in and all that travels there: what one of them is,
    carries, or is planned for, decides which gates stand before the others.

    Raises Overtaken when somebody put it, or another one, into the package while these were waited for: the verb begins again.
    """
    own = Release.objects.filter(pk=release.pk).order_by()
    place = Subquery(own.values(place=Coalesce("package_id", "id")))
    among = Release.objects.filter(Q(pk=release.pk) | Q(pk=place) | Q(package=place))
    held = {each.pk: each for each in among.select_for_update(no_key=True).order_by("pk")}
    if release.pk not in held:
        raise Release.DoesNotExist(f"release {release.pk}")
    found: Release = held[release.pk]
    package = found.pk if found.extent == Extent.PACKAGE else found.package_id
    if package is not None:
        expect_all_held(package, held)
    return found


def expect_all_held(package: int, held: Collection[int]) -> None:
    """Raise Overtaken where something travels in a package (id) that was not among the releases (ids) which a verb has locked."""
    travelling = Release.objects.filter(Q(pk=package) | Q(package=package)).order_by()
    if not set(held).issuperset(travelling.values_list("pk", flat=True)):
        raise Overtaken("Somebody changed what travels together at the same time. Look at what is there now, and try again.")


def locked_with_places(release: Release, environments: Iterable[int] = ()) -> Release:
    """The same as `locked_together`; before, in the order of their keys, the environments of its promotions, whose places follow, and these.

    Raises Overtaken when somebody planned it for one more environment while these were waited for: the verb begins again.
    """
    own = Promotion.objects.filter(release=release).order_by()
    going = Environment.objects.filter(Q(pk__in=own.values("environment")) | Q(pk__in=set(environments))).order_by("pk")
    held = {environment.pk for environment in going.select_for_update(no_key=True).only("pk")}
    found = locked_together(release)
    if not held.issuperset(own.values_list("environment_id", flat=True)):
        raise Overtaken(
            "Somebody planned this release for another environment at the same time. Look at what is there now, and try again."
        )
    return found


def to_write(release: Release, *, by: User, seen: Seen = None) -> Release:
    """The release, locked, of which `by` may change what it carries. Raises NotAllowed, Stale, Conflict when it is over."""
    found = locked_together(release)
    if not rules.may_write_release(by, found):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    expect_open(found)
    return found


def expect_open(release: Release) -> None:
    """Refuse (409) what would change a release that was cancelled or retired."""
    if release.status in ENDED:
        raise Conflict(f"{release} is {release.get_status_display().lower()} and stays as it was; make a new release of it.")
