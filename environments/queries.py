"""What REST shows of environments, services and routes, and how they are named elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from common.labels import Label
from common.reading import Many, Noun, Plain, Question, Reference, list_of, related
from common.reading.columns import reference_schema
from environments.models import Dependency, Environment, Route, RouteVersion, Service, Stop

#: Whose rows decide who somebody is: roles, teams, names.
PEOPLE: Final = ("accounts_user", "accounts_user_groups", "accounts_membership", "accounts_team")


def lists_of_services(rows: Sequence[tuple[Any, ...]], question: Question) -> dict[int, list[Any]]:
    """Lists of references out of rows (the id they belong to, slug, name)."""
    lists: dict[int, list[Any]] = {}
    known: dict[str, Any] = {}
    for number, slug, name in rows:
        if slug not in known:
            known[slug] = {"slug": slug, "name": name, "url": f"{question.base}services/{slug}/"}
        lists.setdefault(number, []).append(known[slug])
    return lists


SERVICE_LIST: Final = list_of(reference_schema("slug"))


def _depends_on(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    rows = related(Dependency, "service", ids, "needs__slug", "needs__name", order=("needs__slug",))
    return lists_of_services(rows, question)


def _stops(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    """The stops of the newest version of each route, with its number."""
    rows = related(
        Stop,
        "version__route",
        ids,
        "version__number",
        "environment__slug",
        "environment__name",
        "environment__stage",
        "position",
        "soak_hours",
        "soak_unit",
        "is_optional",
        "holds",
        order=("-version__number", "position", "id"),
    )
    newest: dict[int, int] = {}
    stops: dict[int, list[Any]] = {}
    for route, number, slug, name, stage, position, soak_hours, soak_unit, is_optional, holds in rows:
        if newest.setdefault(route, number) != number:
            continue
        stops.setdefault(route, []).append(
            {
                "environment": {"slug": slug, "name": name, "url": f"{question.base}environments/{slug}/"},
                "stage": stage,
                "position": position,
                "soak_hours": soak_hours,
                "soak_unit": soak_unit,
                "is_optional": is_optional,
                "holds": holds,
            }
        )
    return stops


def _versions(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    newest: dict[int, int] = {}
    for route, number in related(RouteVersion, "route", ids, "number"):
        newest[route] = max(newest.get(route, 0), number)
    return newest


_OWNER = Reference("owner", by="slug")

ENVIRONMENTS: Final = Noun(
    "environment",
    "environments",
    Environment,
    by="slug",
    order=("slug",),
    tables=("environments_environment", "accounts_team"),
    columns=(Plain("name"), Plain("stage"), Plain("lanes"), Plain("parts"), Plain("time_zone"), _OWNER, Plain("region")),
)

SERVICES: Final = Noun(
    "service",
    "services",
    Service,
    by="slug",
    order=("slug",),
    tables=("environments_service", "environments_dependency", "accounts_team"),
    columns=(
        Plain("name"),
        Plain("kind"),
        Reference("parent", "services", by="slug"),
        _OWNER,
        Plain("tier"),
        Many("depends_on", _depends_on, SERVICE_LIST),
    ),
)

ROUTES: Final = Noun(
    "route",
    "routes",
    Route,
    by="slug",
    order=("slug",),
    tables=("environments_route", "environments_routeversion", "environments_stop", "environments_environment"),
    columns=(
        Plain("name"),
        Plain("description"),
        Many("version", _versions, {"type": ["integer", "null"], "description": "The number of its newest version."}, empty=None),
        Many(
            "stops",
            _stops,
            list_of(
                {
                    "type": "object",
                    "properties": {
                        "environment": reference_schema("slug"),
                        "stage": {"type": "string"},
                        "position": {"type": "integer"},
                        "soak_hours": {"type": "integer"},
                        "soak_unit": {"type": "string"},
                        "is_optional": {"type": "boolean"},
                        "holds": {"type": "string"},
                    },
                }
            ),
        ),
    ),
)


def name_environments(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    return _labels(ENVIRONMENTS, ids)


def name_services(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    return _labels(SERVICES, ids)


def name_routes(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    return _labels(ROUTES, ids)


def _labels(noun: Noun, ids: Collection[int]) -> Mapping[int, Label]:
    """Nothing of environments is ever restricted."""
    rows = noun.model.objects.filter(pk__in=ids).values_list("pk", "slug", "name")
    return {pk: Label(name, f"/{noun.place}/{slug}/", noun.address_of(slug)) for pk, slug, name in rows}
