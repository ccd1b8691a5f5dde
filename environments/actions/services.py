"""Verbs on services: create, change, delete; and the plural one of imports."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from accounts.actions import teams
from accounts.models import User
from common import referring
from common.bringing import Batch, Brought, Given, Writing, circles, plain_values
from common.copying import copy_rows
from common.locks import Lock, take
from common.refusals import Conflict, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen, revise
from environments import rules
from environments.models import Dependency, Service
from environments.vocabulary import ServiceKind
from history.deeds import Said, deed, record, record_all

NOT_YOURS = "Only environment managers, or the team that owns it, may write this service."
PLAIN = {"name": "", "kind": ServiceKind.SERVICE.value, "tier": None}
SENTENCES = {
    "brought": "{actor} brought in the service {subject}",
    "changed": "{actor} changed the service {subject} by an import",
}


#: Taken by whoever changes what services are parts of or need: two changes at once could close a circle that neither sees alone.


@deed
def create(*, by: User, slug: str, depends_on: Sequence[Service] = (), **values: Any) -> Service:
    """A new service: name, kind, parent, owner, tier, depends_on. Raises NotAllowed, Conflict when the slug is taken."""
    if not rules.may_write_service(by, None):
        raise NotAllowed("Only environment managers may make a service.")
    if Service.objects.filter(slug=slug).exists():
        raise Conflict(f"There is already a service {slug}; choose another.", errors={"slug": ["This short name is taken."]})
    service: Service = Service.objects.create(slug=slug, **_sensible(values))
    for needed in depends_on:
        Dependency.objects.create(service=service, needs=needed)
    record(service, "created", by=by, template="{actor} made the service {subject}")
    service.refresh_from_db()
    return service


@deed
def change(service: Service, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Service:
    """Change what `create` takes, but for the slug; `depends_on` is the whole list.

    Raises NotAllowed, Stale, RuleBroken for a circle of parents or of dependencies.
    """
    take(Lock.SERVICES_IN_CIRCLES)
    service = _to_write(service, by, seen)
    changes = _sensible(changes)
    needs = changes.pop("depends_on", None)
    differing = sorted(name for name, value in changes.items() if getattr(service, name) != value)
    _expect_no_circle(service, changes, needs)
    for name in differing:
        setattr(service, name, changes[name])
    if differing:
        service.save(update_fields=differing)
    if needs is not None and _set_dependencies(service, needs):
        if not differing:
            revise(service)
        differing.append("depends_on")
    if differing:
        record(service, "changed", by=by, template="{actor} changed the service {subject}", columns=differing)
        service.refresh_from_db()
    return service


@deed
def delete(service: Service, *, by: User, seen: Seen = None) -> None:
    """Delete a service that nothing refers to. Raises NotAllowed, Stale, Conflict that names what does."""
    service = _to_write(service, by, seen)
    record(service, "deleted", by=by, template="{actor} deleted the service {subject}", slug=service.slug)
    referring.delete(service, by=by)


def _to_write(service: Service, by: User, seen: Seen) -> Service:
    found: Service = Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    if not rules.may_write_service(by, found):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    return found


def _sensible(values: Mapping[str, Any]) -> dict[str, Any]:
    """A kind left empty means the usual."""
    return {name: value for name, value in values.items() if name != "kind" or value}


def _expect_no_circle(service: Service, changes: Mapping[str, Any], needs: Sequence[Service] | None) -> None:
    wanted: Given = {
        **({"parent": changes["parent"].slug if changes["parent"] else None} if "parent" in changes else {}),
        **({"depends_on": [needed.slug for needed in needs]} if needs is not None else {}),
    }
    batch = Batch([{"slug": service.slug, **wanted}])
    if wanted:
        _refuse_circles(batch)
    if batch.wrong:
        errors = {wrong.column: [wrong.sentence] for wrong in batch.wrong}
        raise RuleBroken(" ".join(wrong.sentence for wrong in batch.wrong), errors=errors)


def _set_dependencies(service: Service, needs: Sequence[Service]) -> bool:
    """Make `depends_on` exactly this; whether it differed."""
    row = {"slug": service.slug, "depends_on": [needed.slug for needed in needs]}
    return bool(list(_write_dependencies([row], {each.slug: each for each in (service, *needs)})))


@deed
def bring(rows: Sequence[Given], *, by: User) -> Brought:
    """Make or change services, by `slug`: name, kind, parent and depends_on (slugs), owner (a team's slug), tier (1 to 4).

    `depends_on` is the whole list: what is not in it is no dependency any more. Rows may name each other in any order. Owners
    nobody knows yet are made as empty teams. Raises WrongRows with every row that cannot be brought; then nothing is written.
    """
    take(Lock.SERVICES_IN_CIRCLES)
    batch = Batch(rows)
    batch.refuse_repeated(lambda row: row["slug"], "slug", "service")
    named = batch.values("slug") | batch.values("parent") | batch.values("depends_on")
    known = {found.slug: found for found in Service.objects.select_for_update(no_key=True).filter(slug__in=named).order_by("pk")}
    slugs = known.keys() | batch.values("slug")
    for place, row in batch.good():
        _look_at(batch, place, row, known, slugs, by)
    _refuse_circles(batch)
    batch.end()
    owners = teams.bring(batch.values("owner"), by=by)
    writing = Writing(Service)
    differing: dict[str, list[str]] = {}
    everything = dict(known)
    for row in rows:
        values = plain_values(row, PLAIN)
        if "owner" in row:
            values["owner_id"] = owners[row["owner"]].pk if row["owner"] else None
        service = known.get(row["slug"])
        if service is None:
            everything[row["slug"]] = writing.make(slug=row["slug"], **values)
        else:
            differing[row["slug"]] = writing.set(service, values)
    _write_new_below_their_parents(writing, rows, everything)
    for row in rows:
        if row["slug"] in known and "parent" in row:
            parent = everything[row["parent"]].pk if row["parent"] else None
            differing[row["slug"]] += writing.set(known[row["slug"]], {"parent_id": parent})
    writing.write_changed()
    for slug in _write_dependencies(rows, everything):
        differing.setdefault(slug, []).append("depends_on")
    told = [Said("brought", "service", made.pk, SENTENCES["brought"]) for made in writing.new]
    changed = {slug: columns for slug, columns in differing.items() if columns and slug in known}
    told += [
        Said(
            "changed", "service", known[slug].pk, SENTENCES["changed"], {"columns": sorted(c.removesuffix("_id") for c in columns)}
        )
        for slug, columns in changed.items()
    ]
    record_all(told, by=by)
    return Brought(len(writing.new), len(changed), len(rows) - len(writing.new) - len(changed))


def _look_at(batch: Batch, place: int, row: Given, known: Mapping[str, Service], slugs: set[str], by: User) -> None:
    service = known.get(row["slug"])
    if not rules.may_write_service(by, service):
        batch.refuse(place, "slug", NOT_YOURS)
    if service is None:
        batch.need(place, row, "service", ["name"])
    if row.get("kind") and row["kind"] not in ServiceKind.values:
        batch.refuse(place, "kind", f"A kind of service is one of {', '.join(ServiceKind.values)}.")
    among = dict.fromkeys(slugs, True)
    if row.get("parent"):
        batch.find(place, "parent", "service", row["parent"], among)
    for slug in row.get("depends_on") or ():
        batch.find(place, "depends_on", "service", slug, among)


def _refuse_circles(batch: Batch) -> None:
    """Parents and dependencies as they will be; only circles that a row of this batch closes can be new."""
    parents = {slug: [parent] if parent else [] for slug, parent in Service.objects.values_list("slug", "parent__slug")}
    needs: dict[str, list[str]] = {}
    for slug, needed in Dependency.objects.values_list("service__slug", "needs__slug"):
        needs.setdefault(slug, []).append(needed)
    places: dict[str, int] = {}
    for place, row in batch.good():
        places[row["slug"]] = place
        if "parent" in row:
            parents[row["slug"]] = [row["parent"]] if row["parent"] else []
        if "depends_on" in row:
            needs[row["slug"]] = list(row["depends_on"] or ())
    for column, edges, words in (
        ("parent", parents, "is below itself"),
        ("depends_on", needs, "depends on itself"),
    ):
        for circle in circles(edges):
            for slug in set(circle) & places.keys():
                batch.refuse(places[slug], column, f"The service {words}: {_shown(circle)}. Take one of these steps out.")


def _shown(circle: Sequence[str]) -> str:
    names = [*circle[:6], "…", circle[-1]] if len(circle) > 8 else circle
    return " → ".join(names)


def _write_new_below_their_parents(writing: Writing[Service], rows: Sequence[Given], everything: Mapping[str, Service]) -> None:
    """Parents first, generation by generation, so that a new row is written once, with its parent."""
    parents = {row["slug"]: row.get("parent") for row in rows}
    waiting = list(writing.new)
    while waiting:
        ready = [service for service in waiting if _has_parent_written(service, parents, everything)]
        for service in ready:
            parent = parents[service.slug]
            service.parent_id = everything[parent].pk if parent else None
        writing.write_new(ready)
        waiting = [service for service in waiting if service.pk is None]


def _has_parent_written(service: Service, parents: Mapping[str, str | None], everything: Mapping[str, Service]) -> bool:
    parent = parents[service.slug]
    return not parent or everything[parent].pk is not None


def _write_dependencies(rows: Sequence[Given], everything: Mapping[str, Service]) -> Iterable[str]:
    """Make `depends_on` what the rows say; gives the slugs of the services whose list differed."""
    wanted = {
        everything[row["slug"]].pk: {everything[slug].pk for slug in row["depends_on"] or ()} for row in rows if "depends_on" in row
    }
    present: dict[int, dict[int, int]] = {}
    for pk, service, needs in Dependency.objects.filter(service__in=wanted).values_list("pk", "service", "needs"):
        present.setdefault(service, {})[needs] = pk
    gone = [pk for service, needs in present.items() for need, pk in needs.items() if need not in wanted[service]]
    made = [
        Dependency(service_id=service, needs_id=need)
        for service, needs in wanted.items()
        for need in sorted(needs - present.get(service, {}).keys())
    ]
    if gone:
        Dependency.objects.filter(pk__in=gone).delete()
    copy_rows(made)
    differing = {service for service, needs in wanted.items() if needs != present.get(service, {}).keys()}
    return [slug for slug, service in everything.items() if service.pk in differing]
