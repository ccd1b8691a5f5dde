"""A new release that begins as a copy of another one."""

from typing import Any, Final

from accounts.models import User
from common.refusals import NotAllowed
from history.deeds import deed, record
from projects.models import Output
from projects.vocabulary import OutputStatus
from releases import rules
from releases.actions.releases.writing import NOT_NEW, create
from releases.models import Contribution, Item, Release
from releases.vocabulary import ItemChange

_AS_IT_IS: Final = (
    "urgency",
    "size",
    "risk",
    "extent",
    "nature",
    "commitment",
    "route",
    "line",
    "description",
    "rollback_plan",
)


@deed
def copy(
    release: Release, *, by: User, version: str, name: str = "", release_manager: User | None = None, with_outputs: bool = False
) -> Release:
    """A new draft made like `release`: the same words, route and plan, and its items, without their artefacts.

    Items that were new there are changed here, and removed ones stay away; those that travelled under its own version travel under
    the new one's, others have none yet. Neither prerequisites, members, links nor promotions are copied; `with_outputs`
    takes along the standing contributions of outputs that are not delivered yet, as far as `by` may see them. The copy of a
    restricted release is restricted as it is. Raises what `create` does.
    """
    # Asked first, so that nothing of the release is told to who may not make one.
    if not rules.may_write_release(by, None):
        raise NotAllowed(NOT_NEW)
    values: dict[str, Any] = {column: getattr(release, column) for column in _AS_IT_IS}
    made = create(
        by=by,
        name=name or release.name,
        version=version,
        release_manager=release_manager,
        restricted_until=release.restricted_until,
        items=_items(release, version),
        contributions=_contributions(release, by) if with_outputs else (),
        **values,
    )
    made.restricted_to.set(release.restricted_to.all())
    record(made, "copied", by=by, template="{actor} made {subject} as a copy of {original}", original=release)
    return made


def _items(release: Release, version: str) -> list[dict[str, Any]]:
    items = Item.objects.filter(release=release).exclude(change=ItemChange.REMOVED).select_related("service").order_by("pk")
    return [{"service": item.service, "version": version if item.version == release.version else ""} for item in items]


def _contributions(release: Release, by: User) -> list[dict[str, Any]]:
    open_outputs = Output.objects.visible_to(by).filter(status__in=(OutputStatus.PLANNED, OutputStatus.IN_PROGRESS))
    standing = Contribution.objects.filter(release=release, output__in=open_outputs).standing().select_related("output")
    return [{"output": found.output, "strength": found.strength} for found in standing.order_by("pk")]
