"""Which releases an event may have made more or less ready: read from the rows it changed, so that no way of changing one is forgotten."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from django.db.models import Q

from environments.models import Booking
from history.models import Change
from releases.models import Promotion, Release

#: From the rows of a table to the releases they bear on: lookups that lead from a release to these rows.
_WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "releases_release": ("pk", "package", "members"),
    "releases_promotion": ("promotions", "members__promotions", "prerequisites__needs__promotions"),
    "releases_item": ("items",),
    "releases_candidate": ("candidates",),
    # Another definitive copy is another way back for whatever changes the same service.
    "releases_artefact": ("items__service__items__artefacts",),
    "releases_contribution": ("contributions",),
    "releases_prerequisite": ("prerequisites",),
    "releases_gate": ("gates",),
    "releases_gatedecision": ("gates__decisions",),
    "releases_evidence": ("gates__evidence",),
    "releases_waiver": ("gates__waivers",),
    "releases_waiverend": ("gates__waivers__end",),
    "releases_audience": ("audiences",),
    "releases_preparation": ("audiences__preparations",),
    "releases_approval": ("promotions__approvals",),
    "releases_approvalend": ("promotions__approvals__end",),
    "releases_author": ("promotions__authors",),
    "releases_obligation": ("items__service__items__release__promotions__obligations",),
    "releases_deployment": ("items__service__deployments",),
    "releases_promotionitem": ("promotions__item_outcomes",),
    "environments_service": ("items__service",),
    "environments_environment": ("promotions__environment", "route__versions__stops__environment"),
    "environments_route": ("route",),
    "environments_routeversion": ("route__versions",),
    "environments_stop": ("route__versions__stops",),
    "environments_dependency": ("items__service__dependencies",),
    "projects_output": ("contributions__output",),
    "projects_project": ("contributions__output__project",),
    "projects_program": ("contributions__output__project__program",),
}
#: Columns of rows that are gone, and the lookups from a release to what they named.
_GONE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "releases_item": (("release_id", "pk"),),
    "releases_candidate": (("release_id", "pk"),),
    "releases_artefact": (("item_id", "items"),),
    "releases_contribution": (("release_id", "pk"),),
    "releases_prerequisite": (("release_id", "pk"),),
    "releases_audience": (("release_id", "pk"),),
    "releases_preparation": (("audience_id", "audiences"),),
    "releases_author": (("promotion_id", "promotions"),),
    "releases_deployment": (("service_id", "items__service"),),
    "releases_promotionitem": (("promotion_id", "promotions"),),
    "environments_stop": (("version_id", "route__versions"),),
    "environments_dependency": (("service_id", "items__service"),),
}
_BOOKINGS: Final = "environments_booking"
_STANDARDS: Final = frozenset(
    {
        "policies_policy",
        "policies_policyversion",
        "policies_gaterule",
        "policies_approvalrule",
        "policies_schedulerule",
        "policies_procedure",
        "accounts_team",
    }
)
#: Whoever may say yes: bears on what is asked for.
_PEOPLE: Final = frozenset({"accounts_user", "accounts_user_groups", "accounts_membership", "accounts_absence"})
#: The tables a verdict looks at: what its ETag depends on.
TABLES: Final = (*_WAYS, _BOOKINGS, *sorted(_STANDARDS | _PEOPLE), "releases_release_restricted_to")
#: An event of more rows than this is an import: whatever is planned is looked at anew.
_MANY: Final = 500


def changes_standards(event: int) -> bool:
    """Whether the open event of this id changes policies or teams, so that what was kept of them no longer holds in it."""
    return Change.objects.filter(event=event, table_name__in=_STANDARDS).exists()


def releases_concerned(event: int) -> set[int] | None:
    """The releases (ids) that may be more or less ready by the open event of this id; None when they may be all of them."""
    rows = list(
        Change.objects.filter(event=event, table_name__in=TABLES).values_list(
            "table_name", "row_id", "operation", "before", "after"
        )[: _MANY + 1]
    )
    if len(rows) > _MANY or any(table in _STANDARDS for table, *_ in rows):
        return None
    lookups: dict[str, set[Any]] = defaultdict(set)
    people = False
    for table, row, operation, before, after in rows:
        people = people or table in _PEOPLE
        for way in _WAYS.get(table, ()):
            lookups[way].add(row)
        if operation == Change.Operation.DELETE and before is not None:
            for column, way in _GONE.get(table, ()):
                lookups[way].add(before[column])
        if table == _BOOKINGS:
            lookups["promotions"] |= _holders((before, after))
            if operation == Change.Operation.UPDATE:
                lookups["booking"].add(row)
    found = _reached(lookups)
    if people:
        asked = Promotion.objects.filter(status__in=("requested", "approved"))
        found |= set(asked.values_list("release", flat=True))
    return found


def _holders(states: Iterable[Mapping[str, Any] | None]) -> set[int]:
    """The promotions that had or have a place."""
    return {state["holder_id"] for state in states if state and state.get("holder_kind") == "promotion" and state.get("holder_id")}


def _reached(lookups: Mapping[str, Collection[int]]) -> set[int]:
    found: set[int] = set(lookups.get("pk", ()))
    queries = [
        Release.objects.order_by().filter(Q(**{f"{way}__in": ids})).values_list("pk", flat=True)
        for way, ids in sorted(lookups.items())
        if way not in ("pk", "booking") and ids
    ]
    if lookups.get("booking"):
        held = _held(lookups["booking"])
        queries += [Release.objects.order_by().filter(promotions__in=held).values_list("pk", flat=True)]
    if queries:
        first, *more = queries
        found |= set(first.union(*more)) if more else set(first)
    return found


def _held(bookings: Collection[int]) -> Any:
    return Booking.objects.filter(pk__in=bookings, holder_kind="promotion").values("holder_id")
