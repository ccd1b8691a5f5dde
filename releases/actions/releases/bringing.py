"""The plural verb of imports: releases, as the rows of files say them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.actions import people
from accounts.models import User
from common.bringing import Batch, Brought, Given, Writing, plain_values
from common.copying import copy_rows
from environments.models import Environment, Route, Service
from history.deeds import Said, deed, record_all
from policies.vocabulary import Nature, Risk, Size, Urgency
from projects.models import Output
from releases import rules
from releases.actions import deployments
from releases.actions.naming import named_releases
from releases.models import Artefact, Candidate, Contribution, Deployment, ExternalLink, Item, Promotion, Release
from releases.queries.routes import stops_of
from releases.vocabulary import (
    Commitment,
    ContributionState,
    Extent,
    Identity,
    PromotionStatus,
    ReleaseStatus,
    Strength,
    number_of_key,
)

HIDDEN = "This name and version belong to a release that is restricted; ask the PMO."
NOT_YOURS = "Only release managers, or its own manager, may write this release."
WORDS = {
    "urgency": Urgency,
    "size": Size,
    "risk": Risk,
    "extent": Extent,
    "nature": Nature,
    "status": ReleaseStatus,
    "commitment": Commitment,
}
PLAIN = {
    "name": "",
    "version": "",
    "urgency": Urgency.PLANNED.value,
    "size": Size.MINOR.value,
    "risk": "",
    "extent": Extent.FULL.value,
    "nature": Nature.SOFTWARE.value,
    "status": ReleaseStatus.DRAFT.value,
    "commitment": Commitment.PLANNED.value,
    "line": "",
    "description": "",
}
SENTENCES = {
    "brought": "{actor} brought in the release {subject}",
    "changed": "{actor} changed the release {subject} by an import",
}
FIRST = 1
# So many releases with all that hangs on them are held at once; a larger import takes longer, not more memory.
ROWS_AT_ONCE = 5_000


@dataclass
class _Named:
    """What the rows of a call name, found: by the names the rows use."""

    services: dict[str, int]
    outputs: dict[str, int]
    routes: dict[str, int]


@dataclass
class _Parts:
    """What hangs on the releases that are there already."""

    items: dict[int, dict[int, Item]] = field(default_factory=dict)
    artefacts: dict[int, Artefact] = field(default_factory=dict)
    candidates: dict[int, int] = field(default_factory=dict)
    contributions: dict[int, dict[int, int]] = field(default_factory=dict)
    links: dict[int, list[ExternalLink]] = field(default_factory=dict)


@deed
def bring(rows: Sequence[Given], *, by: User, promotions: Sequence[Given] = ()) -> Brought:
    """Make or change releases, by `key` or else `name` and `version`: urgency, size, risk, extent, nature, status, commitment,
    release_manager (an e-mail address), route (a slug), line, services (slugs), outputs (`project/code`), reference
    (`system id`), artefact_url, artefact_digest, description.

    A new release gets its first candidate. `services` is the whole list: each makes one item, changed to the release's version,
    with the row's artefact in the newest candidate. `outputs` is the whole list too: new contributions are accepted and hard.
    `reference` is the one external link without an address. The status of a release that has promotions changes only where these
    lead by the release moves; `promotions` are the rows that the same call brings afterwards, which count as if they were there.
    Raises WrongRows with every row that cannot be brought; then nothing is written.
    """
    Environment.objects.all_locked()
    batch = Batch(rows)
    present = _present(batch, by)
    named = _named(batch, by)
    for place, row in batch.good():
        _look_at(batch, place, row, present.get(place), named, by)
    _look_at_statuses(batch, present, promotions, by)
    _look_at_artefacts(batch, present)
    batch.end()
    managers = {email: user.pk for email, user in people.bring(batch.values("release_manager"), by=by).items()}
    done = Brought()
    places: set[deployments.Place] = set()
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = range(start, min(start + ROWS_AT_ONCE, len(rows)))
        places |= _write([(rows[place], present.pop(place, None)) for place in some], named, managers, by, done)
    deployments.recompute(places, by=by)
    return done


def _write(
    rows: Sequence[tuple[Given, Release | None]], named: _Named, managers: Mapping[str, int], by: User, done: Brought
) -> set[deployments.Place]:
    """Make or change the releases of some rows and what hangs on them; gives the places whose deployments may be other ones now."""
    parts = _parts([release for _, release in rows if release is not None])
    writing = Writing(Release)
    differing: dict[int, list[str]] = {}
    things: list[tuple[Given, Release]] = []
    for row, release in rows:
        values = plain_values(row, PLAIN)
        if "release_manager" in row:
            values["release_manager_id"] = managers[row["release_manager"]] if row["release_manager"] else None
        if "route" in row:
            values["route_id"] = named.routes[row["route"]] if row["route"] else None
        if release is None:
            things.append((row, writing.make(**values)))
        else:
            differing[release.pk] = writing.set(release, values)
            things.append((row, release))
    writing.write()
    moved, left = _write_items(things, named, parts, differing)
    _write_contributions(things, named, parts, differing)
    _write_links(things, parts, differing)
    changed = [release for _, release in things if differing.get(release.pk)]
    record_all([Said("brought", "release", made.pk, SENTENCES["brought"]) for made in writing.new], by=by)
    record_all([_changed(release, differing[release.pk]) for release in changed], by=by)
    done.created += len(writing.new)
    done.changed += len(changed)
    done.unchanged += len(rows) - len(writing.new) - len(changed)
    moved |= {release.pk for release in changed if {"line", "version"} & set(differing[release.pk])}
    return left | deployments.places_of(moved)


def _changed(release: Release, columns: Collection[str]) -> Said:
    return Said(
        "changed", "release", release.pk, SENTENCES["changed"], {"columns": sorted({c.removesuffix("_id") for c in columns})}
    )


def _present(batch: Batch, by: User) -> dict[int, Release]:
    """The releases that rows stand for, by the rows' places, locked in order of key; rows that stand for the same are refused."""
    pairs = {(row.get("name") or "", row.get("version") or "") for row in batch.rows if not row.get("key")}
    found = Release.objects.filter(name__in={name for name, _ in pairs}).values_list("pk", "name", "version")
    numbers = {(name, version): pk for pk, name, version in found if (name, version) in pairs}
    keyed = {number for row in batch.rows if row.get("key") for number in [number_of_key(row["key"])] if number is not None}
    hidden = set(Release.objects.hidden_from(by))
    locked = {
        release.pk: release
        for release in Release.objects.select_for_update(no_key=True).filter(pk__in=keyed | set(numbers.values())).order_by("pk")
    }
    places: dict[int, Release] = {}
    seen: set[object] = set()
    for place, row in batch.good():
        pair = (row.get("name") or "", row.get("version") or "")
        if row.get("key"):
            number = number_of_key(row["key"])
            if number not in locked or number in hidden:
                batch.refuse(place, "key", f"There is no release {row['key'][:100]}; leave the key empty to make one.")
                continue
        else:
            number = numbers.get(pair)
            if number in hidden:
                batch.refuse(place, "name", HIDDEN)
                continue
        if (number or pair) in seen:
            batch.refuse(place, "name", "This release stands in an earlier row already; keep one of them.")
            continue
        seen.add(number or pair)
        if number is not None:
            places[place] = locked[number]
    return places


def _named(batch: Batch, by: User) -> _Named:
    outputs: dict[str, int] = {}
    wanted = batch.values("outputs")
    codes = {name.partition("/")[2] for name in wanted}
    for pk, project, code in Output.objects.visible_to(by).filter(code__in=codes).values_list("pk", "project__code", "code"):
        if f"{project}/{code}" in wanted:
            outputs[f"{project}/{code}"] = pk
    return _Named(
        services=dict(Service.objects.filter(slug__in=batch.values("services")).values_list("slug", "pk")),
        outputs=outputs,
        routes=dict(Route.objects.filter(slug__in=batch.values("route")).values_list("slug", "pk")),
    )


def _look_at(batch: Batch, place: int, row: Given, release: Release | None, named: _Named, by: User) -> None:
    if not rules.may_write_release(by, release):
        batch.refuse(place, "name" if "name" in row else "key", NOT_YOURS)
    for column in ("name", "version"):
        if not row.get(column) and (release is None or column in row):
            batch.refuse(place, column, f"A release has a {column}; fill it in.")
    if "@" in (row.get("version") or ""):
        batch.refuse(place, "version", "A version has no @ in it, since name@version is split there.")
    for column, vocabulary in WORDS.items():
        if row.get(column) and row[column] not in vocabulary.values:
            batch.refuse(place, column, f"It is one of {', '.join(vocabulary.values)}.")
    if row.get("route"):
        batch.find(place, "route", "route", row["route"], named.routes)
    for slug in row.get("services") or ():
        batch.find(place, "services", "service", slug, named.services)
    for name in row.get("outputs") or ():
        batch.find(place, "outputs", "output", name, named.outputs)


def _look_at_statuses(batch: Batch, present: Mapping[int, Release], promotions: Sequence[Given], by: User) -> None:
    """Refuse a new status that a release's promotions, those of this call included, do not lead to."""
    changing = {
        place: release
        for place, release in present.items()
        if batch.is_good(place)
        and (batch.rows[place].get("status") or ReleaseStatus.DRAFT) != release.status
        and "status" in batch.rows[place]
    }
    if not changing:
        return
    stays = _stays(list(changing.values()), promotions, by)
    for place, release in changing.items():
        target = ReleaseStatus(batch.rows[place]["status"] or ReleaseStatus.DRAFT)
        origin = ReleaseStatus(release.status)
        if release.pk in stays and not rules.promotions_lead(origin, target, stays[release.pk]):
            batch.refuse(
                place,
                "status",
                f"The release is {origin.label.lower()} and its promotions do not lead to {target.label.lower()}; bring those that do in the same call.",
            )


def _stays(releases: Sequence[Release], promotions: Sequence[Given], by: User) -> dict[int, list[rules.Stay]]:
    """What the promotions say of each release that has some already: those there, overlaid with those the call brings."""
    pks = {release.pk for release in releases}
    stops = stops_of(releases)
    last: dict[int, set[int]] = {
        release: {stop.environment_id for stop in line if stop.position == line[-1].position}
        for release, line in stops.items()
        if line
    }
    status_of: dict[int, dict[tuple[int, tuple[str, ...], int], PromotionStatus]] = {}
    there = Promotion.objects.filter(release__in=pks)
    for release, environment, parts, attempt, status in there.values_list("release", "environment", "parts", "attempt", "status"):
        status_of.setdefault(release, {})[environment, tuple(parts), attempt] = PromotionStatus(status)
    environments = {
        found.slug: found
        for found in Environment.objects.filter(slug__in={row["environment"] for row in promotions}).only("pk", "slug", "stage")
    }
    stages = dict(Environment.objects.values_list("pk", "stage"))
    named = named_releases({row["release"] for row in promotions}, by) if promotions and status_of else {}
    for row in promotions:
        release, environment = named.get(row["release"]), environments.get(row["environment"])
        if release is not None and environment is not None and release.pk in status_of and "status" in row:
            target = (environment.pk, tuple(sorted(row.get("parts") or ())), row.get("attempt") or 1)
            status_of[release.pk][target] = PromotionStatus(row["status"] or PromotionStatus.DRAFT)
    return {
        release: [
            rules.Stay(status, rules.is_last_stop(stages[environment], environment, last.get(release, ())))
            for (environment, _, _), status in statuses.items()
        ]
        for release, statuses in status_of.items()
    }


def _parts(releases: Sequence[Release]) -> _Parts:
    pks = [release.pk for release in releases]
    parts = _Parts()
    for item in Item.objects.filter(release__in=pks):
        parts.items.setdefault(item.release_id, {})[item.service_id] = item
    # The newest of each comes last and stays: what an export shows is what an import writes.
    parts.candidates = dict(Candidate.objects.filter(release__in=pks).order_by("number").values_list("release", "pk"))
    parts.artefacts = {artefact.item_id: artefact for artefact in Artefact.objects.filter(candidate__in=parts.candidates.values())}
    for pk, release, output in Contribution.objects.filter(release__in=pks).values_list("pk", "release", "output"):
        parts.contributions.setdefault(release, {})[output] = pk
    for link in ExternalLink.objects.filter(release__in=pks):
        parts.links.setdefault(link.release_id, []).append(link)
    return parts


def _look_at_artefacts(batch: Batch, present: Mapping[int, Release]) -> None:
    """An artefact belongs to an item: a row that gives one to a release without items would lose it."""
    with_items = set(
        Item.objects.filter(release__in=[release.pk for release in present.values()]).values_list("release", flat=True)
    )
    for place, row in batch.good():
        column = next((name for name in ("artefact_url", "artefact_digest") if row.get(name)), None)
        release = present.get(place)
        has_items = bool(row["services"]) if "services" in row else release is not None and release.pk in with_items
        if column and not has_items:
            batch.refuse(place, column, "An artefact is what an item puts somewhere; name the services the release changes.")


def _write_items(
    rows: Sequence[tuple[Given, Release]], named: _Named, parts: _Parts, differing: dict[int, list[str]]
) -> tuple[set[int], set[deployments.Place]]:
    """Items, first candidates, and artefacts in the newest ones, as the rows say.

    Gives the releases there were whose items are other ones now, and the places where those were that are none any more.
    """
    items, artefacts, candidates = Writing(Item), Writing(Artefact), Writing(Candidate)
    gone: list[Item] = []
    moved: set[int] = set()
    lists: list[tuple[Given, Release, list[Item]]] = []
    for row, release in rows:
        held = parts.items.get(release.pk, {})
        if release.pk not in parts.candidates:
            candidates.make(release=release, number=FIRST)
        if "version" in differing.get(release.pk, ()):
            # What travels under a release's own version goes on doing so when that is corrected.
            for item in held.values():
                items.set(item, {"version": release.version})
        if "services" in row:
            wanted = {named.services[slug] for slug in row["services"] or ()}
            lost = [item for service, item in held.items() if service not in wanted]
            made = [
                items.make(release=release, service_id=service, version=release.version) for service in sorted(wanted - held.keys())
            ]
            if (lost or made) and release.pk in differing:
                differing[release.pk].append("services")
                moved.add(release.pk)
            gone += lost
            held = {service: item for service, item in held.items() if service in wanted}
            lists.append((row, release, [*held.values(), *made]))
        else:
            lists.append((row, release, list(held.values())))
    candidates.write()
    parts.candidates |= {candidate.release_id: candidate.pk for candidate in candidates.new}
    left: set[deployments.Place] = set()
    if gone:
        # A deployment of an item that is none any more goes with it; what follows of that, recompute() finds out.
        left = deployments.places_of({item.release_id for item in gone})
        pks = [item.pk for item in gone]
        Deployment.objects.filter(item__in=pks).delete()
        Item.objects.filter(pk__in=pks).delete()
    items.write()
    for row, release, standing in lists:
        for item in standing:
            _give_artefact(row, release, item, parts, artefacts, differing)
    artefacts.write()
    return moved, left


def _give_artefact(
    row: Given, release: Release, item: Item, parts: _Parts, artefacts: Writing[Artefact], differing: dict[int, list[str]]
) -> None:
    values: dict[str, Any] = {}
    if "artefact_url" in row:
        values["address"] = row["artefact_url"] or ""
    if "artefact_digest" in row:
        values["digest"] = row["artefact_digest"] or ""
        values["identity"] = Identity.DIGEST if values["digest"] else Identity.RECORDED
    artefact = parts.artefacts.get(item.pk)
    if artefact is None:
        artefacts.make(candidate_id=parts.candidates[release.pk], item=item, **values)
    elif (names := artefacts.set(artefact, values)) and release.pk in differing:
        differing[release.pk] += ["artefact_url" if name == "address" else "artefact_digest" for name in names]


def _write_contributions(
    rows: Sequence[tuple[Given, Release]], named: _Named, parts: _Parts, differing: dict[int, list[str]]
) -> None:
    made: list[Contribution] = []
    gone: list[int] = []
    for row, release in rows:
        if "outputs" not in row:
            continue
        held = parts.contributions.get(release.pk, {})
        wanted = {named.outputs[name] for name in row["outputs"] or ()}
        new = sorted(wanted - held.keys())
        lost = [pk for output, pk in held.items() if output not in wanted]
        if (new or lost) and release.pk in differing:
            differing[release.pk].append("outputs")
        gone += lost
        made += [
            Contribution(release=release, output_id=output, state=ContributionState.ACCEPTED, strength=Strength.HARD)
            for output in new
        ]
    if gone:
        Contribution.objects.filter(pk__in=gone).delete()
    copy_rows(made)


def _write_links(rows: Sequence[tuple[Given, Release]], parts: _Parts, differing: dict[int, list[str]]) -> None:
    """The reference is the one link without an address; links that have one are somebody else's business."""
    links = Writing(ExternalLink)
    gone: list[int] = []
    for row, release in rows:
        if "reference" not in row:
            continue
        held = parts.links.get(release.pk, [])
        bare = [link for link in held if not link.url]
        system, _, identifier = (row["reference"] or "").partition(" ")
        if any((link.system, link.identifier) == (system, identifier) for link in held):
            continue
        if not system:
            gone += [link.pk for link in bare]
            is_other = bool(bare)
        elif bare:
            is_other = bool(links.set(bare[0], {"system": system, "identifier": identifier}))
        else:
            links.make(release=release, system=system, identifier=identifier)
            is_other = True
        if is_other and release.pk in differing:
            differing[release.pk].append("reference")
    if gone:
        ExternalLink.objects.filter(pk__in=gone).delete()
    links.write()
