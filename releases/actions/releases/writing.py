"""Releases one by one: create and change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken, Stale
from common.rows import Seen, expect_seen, revise
from environments.models import Environment
from history.deeds import deed, record
from releases import rules
from releases.actions import deployments, links
from releases.actions import items as on_items
from releases.actions.opening import locked_together
from releases.actions.promotions.places import settle
from releases.actions.releases.bringing import HIDDEN, NOT_YOURS
from releases.actions.releases.filling import fill
from releases.actions.releases.moving import move_on
from releases.models import Candidate, Item, Promotion, Release
from releases.queries.routes import stops_of
from releases.vocabulary import ENDED, Extent

NOT_NEW: Final = "Only release managers may make a release; ask one of them."
#: Where a page's empty field means the usual.
_WORDS: Final = frozenset({"urgency", "size", "extent", "nature", "commitment"})
#: What may still be said of a release that is cancelled or retired: words about it, and not how it travelled.
_STILL_OPEN: Final = frozenset({"description", "template_name"})
#: What decides where things of it stand: environments are locked before it then.
_MOVES_THINGS: Final = frozenset({"line", "version", "route"})


@deed
def create(
    *,
    by: User,
    name: str,
    version: str,
    external_links: Sequence[Mapping[str, Any]] = (),
    items: Sequence[Mapping[str, Any]] = (),
    contributions: Sequence[Mapping[str, Any]] = (),
    prerequisites: Sequence[Mapping[str, Any]] = (),
    members: Sequence[Release] = (),
    **values: Any,
) -> Release:
    """A new draft with its first candidate: urgency, size, risk, extent, nature, commitment, release_manager, route, line,
    description, rollback_plan, template_name; and inside it external links (`system`, `id`, perhaps `url`), and as their own verbs
    take them items (`service`, …), contributions (`output`, perhaps `strength`), prerequisites (`needs`) and members of a package.

    All of it or nothing. Raises NotAllowed, Conflict when there is this version of that name already, RuleBroken, and what the
    verbs inside raise.
    """
    if not rules.may_write_release(by, None):
        raise NotAllowed(NOT_NEW)
    release = Release(name=name, version=version, **_without_empty_words(values))
    _expect_sense(release, by)
    release.save()
    Candidate.objects.create(release=release)
    record(release, "created", by=by, template="{actor} made the release {subject}")
    links.renew(release, external_links)
    fill(release, items=items, contributions=contributions, prerequisites=prerequisites, members=members, by=by)
    release.refresh_from_db()
    return release


@deed
def change(release: Release, changes: Mapping[str, Any], *, by: User, at: datetime, seen: Seen = None) -> Release:
    """Change name, version, urgency, size, risk, extent, nature, commitment, release_manager, route, line, description,
    rollback_plan, template_name, or the whole list of external links. `status` moves it on, where people may.

    Version and route can be changed until the release has left its first stop; items that travel under its version follow, and so
    do what is live of it there and, from `at` (UTC) on, the places it holds. Raises NotAllowed, Stale, Conflict, IllegalMove, RuleBroken.
    """
    changes = _without_empty_words(changes)
    status, wanted = changes.pop("status", None), changes.pop("external_links", None)
    moves_things = _differs(Release.objects.get(pk=release.pk), changes, _MOVES_THINGS)
    if moves_things or status in ENDED:
        Environment.objects.all_locked()
    release = locked_together(release)
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    expect_seen(release, seen)
    if not moves_things and _differs(release, changes, _MOVES_THINGS):
        raise Stale("Somebody changed this meanwhile. Look at what is there now, and decide again.")
    before = release.version
    differing = sorted(name for name, value in changes.items() if getattr(release, name) != value)
    _expect_open(release, differing)
    for name in differing:
        setattr(release, name, changes[name])
    _expect_sense(release, by, differing)
    if differing:
        release.save(update_fields=differing)
    if wanted is not None and links.renew(release, wanted):
        if not differing:
            revise(release)
        differing.append("external_links")
    if differing:
        record(release, "changed", by=by, template="{actor} changed the release {subject}", columns=sorted(differing))
    if "version" in differing:
        for item in Item.objects.filter(release=release, version=before):
            on_items.change(item, {"version": release.version}, by=by)
    if "line" in differing:
        deployments.recompute(deployments.places_of({release.pk}), by=by)
    if "route" in differing:
        settle(release, by=by, at=at)
    if status and status != release.status:
        move_on(release, to=status, by=by, at=at)
    release.refresh_from_db()
    return release


def _without_empty_words(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _WORDS or value}


def _differs(release: Release, changes: Mapping[str, Any], names: frozenset[str]) -> bool:
    return any(getattr(release, name) != changes[name] for name in names & changes.keys())


def _expect_open(release: Release, differing: Sequence[str]) -> None:
    fixed = [name for name in differing if name not in _STILL_OPEN]
    if fixed and release.status in ENDED:
        sentence = f"The release is {release.get_status_display().lower()} and stays as it is, but for its description and links."
        raise IllegalMove(sentence, errors={name: [sentence] for name in fixed})
    for name in sorted({"route", "version"} & set(differing)):
        if rules.has_left_first_stop(release):
            sentence = (
                f"The release has left its first stop, and keeps the {name} it left it with; copy it as a new release instead."
            )
            raise IllegalMove(sentence, errors={name: [sentence]})


def _expect_sense(release: Release, by: User, differing: Sequence[str] | None = None) -> None:
    """Refuse what cannot be of the columns that differ; all of them for a new one."""
    asked = {"name", "version"} if differing is None else set(differing)
    if "version" in asked and "@" in release.version:
        sentence = "A version has no @ in it, since name@version is split there."
        raise RuleBroken(sentence, errors={"version": [sentence]})
    if {"name", "version"} & asked:
        _expect_new_name(release, by)
    if "extent" in asked and release.extent != Extent.PACKAGE and release.members.exists():
        sentence = "It has members, and only a package has these; take them out first."
        raise RuleBroken(sentence, errors={"extent": [sentence]})
    if "extent" in asked and release.extent == Extent.PACKAGE and release.package_id:
        sentence = "It is a member of a package, and a package holds no package; take it out there first."
        raise RuleBroken(sentence, errors={"extent": [sentence]})
    if "route" in asked and release.route_id:
        _expect_on_route(release)


def _expect_new_name(release: Release, by: User) -> None:
    other = Release.objects.filter(name=release.name, version=release.version).exclude(pk=release.pk).first()
    if other is None:
        return
    if other.pk in Release.objects.hidden_from(by):
        raise Conflict(HIDDEN, errors={"name": [HIDDEN]})
    sentence = f"{other} is there already, as {other.key}; choose another version."
    raise Conflict(sentence, errors={"version": [sentence]})


def _expect_on_route(release: Release) -> None:
    stops = {stop.environment_id for stop in stops_of([release]).get(release.pk, ())}
    if not stops:
        return
    for promotion in Promotion.objects.filter(release=release).unfinished().select_related("environment"):
        if promotion.environment_id not in stops:
            sentence = f"{promotion.environment.name} is no stop of that route, and a promotion is planned there; cancel it first."
            raise Conflict(sentence, errors={"route": [sentence]})
