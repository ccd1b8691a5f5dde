"""What a promotion would change where it goes: item by item the version that is live there now, and the one that comes.

What comes is what the promotion's candidate has. What is live is the last deployment of the same line of the service in the
environment, in each part that the promotion goes into.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import models

from environments.models import Service
from releases.models import Artefact, Deployment, Item, Promotion
from releases.queries import digests
from releases.queries.digests import Built, Contents
from releases.vocabulary import ItemChange


class DifferenceKind(models.TextChoices):
    """What becomes of a service: rebuilt is the same version from another artefact."""

    NEW = "new"
    CHANGED = "changed"
    REBUILT = "rebuilt", "built anew"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


class Live(NamedTuple):
    """What is there now, in one part (empty: the whole environment), and since when (UTC)."""

    part: str
    version: str
    since: datetime


@dataclass(frozen=True)
class Difference:
    """What becomes of one service. `live` has a row for each part where it is live; `coming` is empty for what is removed."""

    service: Service
    kind: DifferenceKind
    live: Sequence[Live]
    coming: str

    @property
    def live_words(self) -> str:
        """`4.1.0`, or `4.1.0 (north), 4.0.9 (south)` where parts differ; empty where nothing is live."""
        versions = {each.version for each in self.live}
        if len(versions) > 1:
            return ", ".join(f"{each.version or _NO_VERSION} ({each.part})" for each in self.live)
        return next(iter(versions)) or _NO_VERSION if versions else ""


_NO_VERSION = "a version without a name"


class _Build(NamedTuple):
    """By what an artefact is known."""

    address: str
    digest: str


_UNKNOWN = _Build("", "")


class _Place(NamedTuple):
    """Where one version of a service's line is: environment and service by id."""

    environment: int
    service: int
    line: str


def differences(promotions: Collection[Promotion], contents: Contents | None = None) -> dict[int, list[Difference]]:
    """What each promotion that is not finished would change, service by service in the order of their slugs.

    Two queries for any number of them, and three more where their `contents` are not given.
    """
    ahead = [each for each in promotions if not each.is_finished]
    found: dict[int, list[Difference]] = {each.pk: [] for each in promotions}
    if not ahead:
        return found
    contents = contents or digests.contents_of(ahead)
    services = {item.service_id for each in ahead for item in contents.items_of(each)}
    there: dict[_Place, list[Deployment]] = defaultdict(list)
    live = Deployment.objects.live().filter(environment__in={each.environment_id for each in ahead}, service__in=services)
    for one in live.select_related("promotion").order_by("part", "id"):
        there[_Place(one.environment_id, one.service_id, one.line)].append(one)
    builds = _builds([one for some in there.values() for one in some])
    for each in ahead:
        build = contents.built.get(each.candidate_id, {})
        for item in contents.items_of(each):
            own = there.get(_Place(each.environment_id, item.service_id, each.release.line), [])
            now = [one for one in own if not each.parts or one.part in each.parts]
            places = len(each.parts or each.environment.parts) or 1
            found[each.pk].append(_difference(item, build.get(item.pk), now, places, builds))
    return found


def _difference(
    item: Item, artefact: Built | None, now: Sequence[Deployment], places: int, builds: Mapping[tuple[int, int], _Build]
) -> Difference:
    """`places` are the parts that it goes into, 1 where there are none."""
    address, _, digest, version = artefact or ("", "", "", None)
    coming = item.version if version is None else version
    live = [Live(one.part, one.version, one.begins_at) for one in now]
    if item.change == ItemChange.REMOVED:
        kind = DifferenceKind.REMOVED if live else DifferenceKind.UNCHANGED
        return Difference(item.service, kind, live, "")
    if not live:
        kind = DifferenceKind.NEW
    elif not coming or {one.version for one in live} != {coming} or len(live) < places:
        kind = DifferenceKind.CHANGED
    else:
        present = [builds.get((one.item_id, one.promotion.candidate_id), _UNKNOWN) for one in now]
        is_other = any(_is_other(each, _Build(address, digest)) for each in present)
        kind = DifferenceKind.REBUILT if is_other else DifferenceKind.UNCHANGED
    return Difference(item.service, kind, live, coming)


def _is_other(one: _Build, other: _Build) -> bool:
    """Whether two artefacts differ, as far as both say what they are: by their digests, else by where they lie."""
    if one.digest and other.digest:
        return one.digest != other.digest
    return bool(one.address and other.address) and one.address != other.address


def _builds(live: Collection[Deployment]) -> dict[tuple[int, int], _Build]:
    """What is live was built as, by item and candidate."""
    rows = Artefact.objects.filter(
        item__in={one.item_id for one in live}, candidate__in={one.promotion.candidate_id for one in live}
    )
    found = rows.values_list("item", "candidate", "address", "digest")
    return {(item, candidate): _Build(address, digest) for item, candidate, address, digest in found}
