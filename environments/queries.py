"""What REST shows of environments, services, routes and bookings, and how they are named elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from common import labels
from common.labels import Label, Named
from common.reading import Computed, Many, Noun, Plain, Question, Reference, list_of, person, related
from common.reading.columns import reference_schema
from environments.models import Booking, Dependency, Environment, Route, RouteVersion, Service, Stop

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

#: What a booking of all lanes says in place of their number.
ALL_LANES: Final = "all"


def _lanes(question: Question) -> Any:
    return lambda number: ALL_LANES if number is None else number


def _holders(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    """What holds each place that was not booked by hand; without its name, which changes without the booking."""
    found = Booking.objects.filter(pk__in=ids).exclude(holder_kind="").values_list("pk", "holder_kind", "holder_id")
    held = {pk: (kind, number) for pk, kind, number in found}
    named = labels.of(held.values(), question.user)
    root = question.root.rstrip("/")
    return {
        pk: {
            "kind": thing[0],
            "id": thing[1],
            "url": f"{root}{url}" if (url := named[thing].api_url) else None,
        }
        for pk, thing in held.items()
    }


BOOKINGS: Final = Noun(
    "booking",
    "bookings",
    Booking,
    by="id",
    order=("starts_at", "id"),
    tables=("environments_booking", "environments_environment", "accounts_user"),
    columns=(
        Reference("environment", "environments", by="slug"),
        Plain("starts_at"),
        Plain("ends_at"),
        Plain("purpose"),
        Computed(
            "lanes",
            ("lanes",),
            _lanes,
            {
                "oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "const": ALL_LANES}],
                "description": "How many, or all.",
            },
        ),
        Many(
            "holder",
            _holders,
            {
                "type": ["object", "null"],
                "description": "What holds the place, such as a promotion; null for what somebody booked.",
                "properties": {
                    "kind": {"type": "string"},
                    "id": {"type": "integer"},
                    "url": {"type": ["string", "null"], "format": "uri"},
                },
            },
            empty=None,
        ),
        person("booked_by"),
    ),
)


def name_environments(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    return _labels(ENVIRONMENTS, ids)


def name_services(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    return _labels(SERVICES, ids)


def name_routes(ids: Collection[int], user: Any) -> Mapping[int, Label]:
    return _labels(ROUTES, ids)


def name_bookings(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    """What a person booked says its purpose; a place that is held is seen, or not, as what holds it."""
    rows = Booking.objects.filter(pk__in=ids).values_list("pk", "purpose", "environment__name", "holder_kind", "holder_id")
    held = labels.of(((kind, number) for *_, kind, number in rows if kind), user)
    named: dict[int, Named] = {}
    for pk, purpose, name, kind, number in rows:
        holder = held.get((kind, number))
        if isinstance(holder, labels.Restricted):
            named[pk] = holder
            continue
        what = (
            f"the place of {holder.text} in {name}" if holder else f"“{purpose}” in {name}" if purpose else f"a booking of {name}"
        )
        named[pk] = Label(what, f"/bookings/{pk}/", BOOKINGS.address_of(pk))
    return named


def _labels(noun: Noun, ids: Collection[int]) -> Mapping[int, Label]:
    """Nothing of environments is ever restricted."""
    rows = noun.model.objects.filter(pk__in=ids).values_list("pk", "slug", "name")
    return {pk: Label(name, f"/{noun.place}/{slug}/", noun.address_of(slug)) for pk, slug, name in rows}
