"""Gates on the calendar: on the day one is due, as long as somebody asks for it."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet

from common.statements import Among, Statement, compiled, for_all, statement
from environments.models import Service
from releases.models import Contribution, Gate, Item, Promotion
from releases.vocabulary import KEY_PREFIX, Commitment, GateState
from schedule.branches import addresses
from schedule.branches.branch import Branch, Entry, days_entry
from schedule.branches.sight import Sight
from schedule.vocabulary import Narrowing

KIND = "gate"


def found(user: Any, narrowing: Narrowing) -> "QuerySet[Any, Any]":
    """What the caller may see of those that are asked for. One concerns where its release comes into its stage, and what that carries."""
    gates = Gate.objects.visible_to(user).asked()
    if narrowing.threatened:
        return gates.none()
    if narrowing.environments:
        gates = gates.filter(Exists(_coming().filter(environment__in=narrowing.environments)))
    if narrowing.releases:
        gates = gates.filter(release__in=narrowing.releases)
    if narrowing.statuses:
        gates = gates.filter(state__in=[status for status in narrowing.statuses if status in GateState.values])
    if narrowing.commitments:
        gates = gates.filter(release__commitment__in=[each for each in narrowing.commitments if each in Commitment.values])
    if narrowing.services:
        gates = gates.filter(Exists(Item.objects.filter(release=OuterRef("release"), service__in=narrowing.services)))
    if narrowing.projects:
        gates = gates.filter(Exists(_carried().filter(output__project__in=narrowing.projects)))
    if narrowing.programs:
        gates = gates.filter(Exists(_carried().filter(output__project__program__in=narrowing.programs)))
    return gates.matching(narrowing.words) if narrowing.words else gates


def entries(sight: Sight, ids: Sequence[int]) -> dict[int, Entry]:
    rows = statement(("entries", KIND, sight.hidden.projects), lambda: _rows(sight), keep=for_all).run({"ids": list(ids)})
    return {row[0]: _entry(row) for row in rows}


def _rows(sight: Sight) -> Statement:
    carried = _carried().exclude(output__project__in=sight.hidden.projects).values("output__project__code").distinct()
    return compiled(
        Gate.objects.order_by()
        .filter(Among("pk"), due_on__isnull=False)
        .values_list(
            "pk",
            "name",
            "due_on",
            "state",
            "release_id",
            "release__name",
            "release__version",
            "release__commitment",
            "updated_at",
            ArraySubquery(_coming().order_by("environment__slug").values("environment__slug").distinct()),
            ArraySubquery(Service.objects.filter(items__release=OuterRef("release")).order_by("slug").values("slug")),
            ArraySubquery(carried.order_by("output__project__code")),
        )
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    number, title, day, state, release, name, version, commitment, updated_at, environments, services, projects = row
    key = f"{KEY_PREFIX}{release}"
    return days_entry(
        KIND,
        number,
        f"{title}, {name} {version}",
        day,
        day,
        status=state,
        commitment=commitment,
        environments=environments,
        services=services,
        projects=projects,
        release={"key": key, "name": name, "version": version, "url": addresses.in_rest("releases", key)},
        html_url=f"{addresses.page('release', key)}gates/{number}/",
        updated_at=updated_at,
    )


def _coming() -> Any:
    """What of the outer gate's release comes through it, and is not called off."""
    own = Promotion.objects.filter(release=OuterRef("release"), environment__stage=OuterRef("stage"))
    return own.exclude(status__in=("cancelled", "missed"))


def _carried() -> Any:
    """What feeds the release of the outer query."""
    return Contribution.objects.standing().filter(release=OuterRef("release"))


BRANCH = Branch(
    kind=KIND,
    start="due_on",
    has_days=True,
    found=found,
    entries=entries,
    traits={"release": F("release_id"), "status": F("state"), "commitment": F("release__commitment")},
)
