"""What there is of each noun, as rows of the columns in which it is imported: importing an export changes nothing.

What a column cannot tell of some row (two artefacts where there is room for one, something its reader may not see) would be lost by
importing it. Such a column is left out of the file as a whole, since an absent column leaves values alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import QuerySet

from accounts.models import User
from environments.filters import EnvironmentFilter, ServiceFilter
from environments.models import Environment, Service
from exchange.formats.tables import SEPARATOR, Cell
from projects.filters import MilestoneFilter, OutputFilter, ProgramFilter, ProjectFilter
from projects.models import Milestone, Output, Program, Project
from releases.filters import PromotionFilter, ReleaseFilter
from releases.models import Artefact, Contribution, ExternalLink, Item, Promotion, Release
from releases.vocabulary import Identity


class _Untold:
    """Stands in a row for what its column cannot tell."""


UNTOLD: Final = _Untold()
FIRST: Final = 1
DEPENDS: Any = Service.depends_on.through
CONCERNS: Any = Output.services.through
Row = dict[str, Any]


@dataclass(frozen=True)
class Holding:
    """A noun's rows: `plain` columns and where each stands, and what else `add(rows by id, user)` puts into the rows."""

    model: Any
    filters: Any
    plain: Mapping[str, str]
    columns: Sequence[str]
    add: Callable[[Mapping[int, Row], User], None] = lambda rows, user: None

    def visible_to(self, user: User) -> QuerySet[Any, Any]:
        found: QuerySet[Any, Any] = self.model.objects.visible_to(user)
        return found


@dataclass(frozen=True)
class Table:
    """A header and rows of cells; `left_out` are the columns that could not tell every row."""

    header: list[str]
    rows: list[list[Cell]]
    left_out: list[str]


def table(holding: Holding, found: QuerySet[Any, Any], user: User) -> Table:
    """The rows of what was found, in order of their numbers."""
    values = found.order_by("pk").values_list("pk", *holding.plain.values())
    rows: dict[int, Row] = {pk: dict(zip(holding.plain, told, strict=True)) for pk, *told in values}
    holding.add(rows, user)
    written = [{name: _written(row[name]) for name in holding.columns} for row in rows.values()]
    left_out = [name for name in holding.columns if any(row[name] is None for row in written)]
    header = [name for name in holding.columns if name not in left_out]
    return Table(header, [[row[name] or "" for name in header] for row in written], left_out)


def _written(value: Any) -> Cell | None:
    """A value as a cell; None when it cannot be told."""
    if value is UNTOLD:
        return None
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return None if any(SEPARATOR in each for each in value) else list(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def _grouped(pairs: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _hide(rows: Mapping[int, Row], column: str, visible: QuerySet[Any, Any], name: str) -> None:
    """A reference to what the reader may not see cannot be told."""
    named = {row[column] for row in rows.values() if row[column]}
    seen = set(visible.filter(**{f"{name}__in": named}).values_list(name, flat=True)) if named else set()
    for row in rows.values():
        if row[column] and row[column] not in seen:
            row[column] = UNTOLD


def _add_dependencies(rows: Mapping[int, Row], user: User) -> None:
    pairs = _grouped(DEPENDS.objects.filter(service__in=rows).order_by("needs__slug").values_list("service", "needs__slug"))
    for pk, row in rows.items():
        row["depends_on"] = pairs.get(pk, [])


def _add_services_of_outputs(rows: Mapping[int, Row], user: User) -> None:
    pairs = _grouped(CONCERNS.objects.filter(output__in=rows).order_by("service__slug").values_list("output", "service__slug"))
    for pk, row in rows.items():
        row["services"] = pairs.get(pk, [])


def _add_parts_of_releases(rows: Mapping[int, Row], user: User) -> None:
    items = _grouped(Item.objects.filter(release__in=rows).order_by("service__slug").values_list("release", "service__slug"))
    artefacts = _grouped(
        (release, (address, digest, identity))
        for release, address, digest, identity in Artefact.objects.filter(
            candidate__release__in=rows, candidate__number=FIRST
        ).values_list("candidate__release", "address", "digest", "identity")
    )
    outputs = _grouped(
        (release, (pk, f"{project}/{code}"))
        for release, pk, project, code in Contribution.objects.filter(release__in=rows)
        .order_by("output__project__code", "output__code")
        .values_list("release", "output", "output__project__code", "output__code")
    )
    seen = set(
        Output.objects.visible_to(user)
        .filter(pk__in={pk for held in outputs.values() for pk, _ in held})
        .values_list("pk", flat=True)
    )
    links = _grouped(
        (release, f"{system} {identifier}")
        for release, system, identifier in ExternalLink.objects.filter(release__in=rows, url="")
        .order_by("pk")
        .values_list("release", "system", "identifier")
    )
    for pk, row in rows.items():
        row["services"] = items.get(pk, [])
        row["outputs"] = (
            [name for _, name in outputs.get(pk, [])] if all(output in seen for output, _ in outputs.get(pk, [])) else UNTOLD
        )
        row["reference"] = next(iter(links.get(pk, [])), "")
        row["artefact_url"], row["artefact_digest"] = _artefact(artefacts.get(pk, []))


def _artefact(held: Sequence[tuple[str, str, str]]) -> tuple[Any, Any]:
    """The one artefact of a release's items, as far as it is one, and known by what a row can say."""
    addresses, digests = {address for address, _, _ in held} or {""}, {digest for _, digest, _ in held} or {""}
    is_plain = all(identity == (Identity.DIGEST if digest else Identity.RECORDED) for _, digest, identity in held)
    return (
        addresses.pop() if len(addresses) == 1 else UNTOLD,
        digests.pop() if len(digests) == 1 and is_plain else UNTOLD,
    )


def _add_release(rows: Mapping[int, Row], user: User) -> None:
    for row in rows.values():
        row["release"] = f"{row.pop('name')}@{row.pop('version')}"


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


HOLDINGS: Final[Mapping[str, Holding]] = {
    "environments": Holding(
        Environment,
        EnvironmentFilter,
        _same("slug", "name", "stage", "lanes", "parts", "time_zone") | {"owner": "owner__slug"},
        ["slug", "name", "stage", "lanes", "parts", "time_zone", "owner"],
    ),
    "services": Holding(
        Service,
        ServiceFilter,
        _same("slug", "name", "kind", "tier") | {"parent": "parent__slug", "owner": "owner__slug"},
        ["slug", "name", "kind", "parent", "owner", "tier", "depends_on"],
        _add_dependencies,
    ),
    "programs": Holding(
        Program,
        ProgramFilter,
        _same("code", "name", "description", "starts_on", "ends_on") | {"manager": "manager__email"},
        ["code", "name", "manager", "description", "starts_on", "ends_on"],
    ),
    "projects": Holding(
        Project,
        ProjectFilter,
        _same("code", "name", "status", "starts_on", "ends_on", "closed_on", "budget", "currency", "scope")
        | {"program": "program__code", "manager": "manager__email", "sponsor": "sponsor__email"},
        [
            *("code", "name", "program", "manager", "sponsor", "status", "starts_on", "ends_on", "closed_on"),
            *("budget", "currency", "scope"),
        ],
        lambda rows, user: _hide(rows, "program", Program.objects.visible_to(user), "code"),
    ),
    "milestones": Holding(
        Milestone,
        MilestoneFilter,
        _same("code", "name", "kind", "starts_on", "ends_on", "description", "uid", "calendar", "cancelled_at")
        | {"program": "program__code", "project": "project__code"},
        [
            *("program", "project", "code", "name", "kind", "starts_on", "ends_on", "description"),
            *("uid", "calendar", "cancelled_at"),
        ],
    ),
    "outputs": Holding(
        Output,
        OutputFilter,
        _same("code", "name", "kind", "status", "due_on", "forecast_on", "delivered_on") | {"project": "project__code"},
        ["project", "code", "name", "kind", "status", "due_on", "forecast_on", "delivered_on", "services"],
        _add_services_of_outputs,
    ),
    "releases": Holding(
        Release,
        ReleaseFilter,
        _same(
            *("name", "version", "urgency", "size", "risk", "extent", "nature", "status", "commitment", "line", "description"),
        )
        | {"release_manager": "release_manager__email", "route": "route__slug"},
        [
            *("name", "version", "urgency", "size", "risk", "extent", "nature", "status", "commitment", "release_manager"),
            *("route", "line", "services", "outputs", "reference", "artefact_url", "artefact_digest", "description"),
        ],
        _add_parts_of_releases,
    ),
    "promotions": Holding(
        Promotion,
        PromotionFilter,
        _same("parts", "attempt", "starts_at", "ends_at", "status")
        | {"name": "release__name", "version": "release__version", "environment": "environment__slug"},
        ["release", "environment", "parts", "attempt", "starts_at", "ends_at", "status"],
        _add_release,
    ),
}

# One row of each that could stand in a file; what it names has to be there, or in the same call.
EXAMPLES: Final[Mapping[str, Mapping[str, Cell]]] = {
    "environments": {
        "slug": "prod",
        "name": "Production",
        "stage": "production",
        "parts": ["eu", "us"],
        "time_zone": "Europe/Berlin",
    },
    "services": {"slug": "payments", "name": "Payments gateway", "kind": "service", "owner": "payments-team", "tier": "1"},
    "programs": {"code": "BANK", "name": "Open banking", "manager": "maria@example.org", "starts_on": "2026-01-01"},
    "projects": {
        "code": "PAY",
        "name": "Payments for small companies",
        "program": "BANK",
        "status": "active",
        "starts_on": "2026-01-12",
        "ends_on": "2026-11-30",
        "budget": "125000.00",
        "currency": "EUR",
    },
    "milestones": {
        "project": "PAY",
        "code": "pilot",
        "name": "Board sees the pilot",
        "kind": "milestone",
        "starts_on": "2026-06-15",
    },
    "outputs": {
        "project": "PAY",
        "code": "consent",
        "name": "Consent screens",
        "kind": "software",
        "status": "planned",
        "due_on": "2026-09-30",
        "services": ["payments"],
    },
    "releases": {
        "name": "Payments gateway",
        "version": "26.11",
        "urgency": "planned",
        "size": "minor",
        "status": "draft",
        "services": ["payments"],
        "outputs": ["PAY/consent"],
    },
    "promotions": {
        "release": "Payments gateway@26.11",
        "environment": "prod",
        "starts_at": "2026-11-24T21:00:00Z",
        "ends_at": "2026-11-24T23:00:00Z",
        "status": "draft",
    },
}


def template(noun: str) -> Table:
    """The columns of a noun and an example row."""
    columns = list(HOLDINGS[noun].columns)
    return Table(columns, [[EXAMPLES[noun].get(name, "") for name in columns]], [])
