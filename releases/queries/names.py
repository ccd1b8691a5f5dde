"""How releases and what belongs to them are named elsewhere: in events, bookings, refusals."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from common.labels import Label, Named, ask
from releases.models import (
    Audience,
    Candidate,
    Contribution,
    Deployment,
    Gate,
    Item,
    Preparation,
    Prerequisite,
    Promotion,
    Release,
    Waiver,
)
from releases.queries.answers import DEPLOYMENTS, PROMOTIONS, RELEASES, hidden_releases
from releases.vocabulary import KEY_PREFIX

Naming = Callable[[Collection[int], Any], Mapping[int, Named]]


def name_releases(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    hidden = set(hidden_releases(user))
    named: dict[int, Named] = {}
    for pk, name, version, manager in Release.objects.filter(pk__in=ids).values_list(
        "pk", "name", "version", "release_manager__name"
    ):
        key = f"{KEY_PREFIX}{pk}"
        named[pk] = ask(manager) if pk in hidden else Label(f"{name} {version}", f"/releases/{key}/", RELEASES.address_of(pk))
    return named


def name_promotions(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    return _of_release(
        Promotion,
        ids,
        user,
        ("environment__name",),
        lambda pk, release, called, environment: Label(
            f"the promotion of {called} into {environment}", f"/promotions/{pk}/", PROMOTIONS.address_of(pk)
        ),
    )


def name_deployments(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    return _of_release(
        Deployment,
        ids,
        user,
        ("service__name", "version", "environment__name"),
        lambda pk, release, called, service, version, environment: Label(
            f"{service} {version} in {environment}", "/live/", DEPLOYMENTS.address_of(pk)
        ),
    )


def name_items(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    return _of_release(Item, ids, user, ("service__name",), _part("items", "{} in {}"))


def name_candidates(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    return _of_release(Candidate, ids, user, ("number",), _part("candidates", "candidate {} of {}"))


def name_contributions(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    # The output may be restricted where the release is not: it is not named here.
    return _of_release(Contribution, ids, user, ("strength",), _part("contributions", "a {} contribution to {}"))


def name_prerequisites(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    return _of_release(Prerequisite, ids, user, ("pk",), _part("prerequisites", "prerequisite {} of {}"))


def name_gates(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    return _of_release(
        Gate,
        ids,
        user,
        ("name",),
        lambda pk, release, called, name: Label(
            f"the gate “{name}”", f"/releases/{KEY_PREFIX}{release}/gates/{pk}/", f"/api/v1/gates/{pk}/"
        ),
    )


def name_waivers(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    hidden = set(hidden_releases(user))
    rows = Waiver.objects.filter(pk__in=ids).values_list(
        "pk", "gate", "gate__name", "gate__release", "gate__release__release_manager__name"
    )
    named: dict[int, Named] = {}
    for pk, gate, name, release, manager in rows:
        page = f"/releases/{KEY_PREFIX}{release}/gates/{gate}/"
        label = Label(f"a waiver of the gate “{name}”", page, f"/api/v1/gates/{gate}/waivers/{pk}/")
        named[pk] = ask(manager) if release in hidden else label
    return named


def name_audiences(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    return _of_release(
        Audience,
        ids,
        user,
        ("name", "site"),
        lambda pk, release, called, name, site: Label(
            f"{name} {site}".strip(),
            f"/releases/{KEY_PREFIX}{release}/audiences/{pk}/",
            f"{RELEASES.address_of(release)}audiences/{pk}/",
        ),
    )


def name_preparations(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    hidden = set(hidden_releases(user))
    named: dict[int, Named] = {}
    for row in Preparation.objects.filter(pk__in=ids).select_related("audience__release__release_manager"):
        audience = row.audience
        release = audience.release
        manager = release.release_manager.name if release.release_manager else None
        said = f"{row.get_need_display().lower()} “{row.about}”" if row.about else row.get_need_display().lower()
        label = Label(
            f"the {said} for {audience} of {release}",
            row.get_absolute_url(),
            f"{RELEASES.address_of(release.pk)}preparations/{row.pk}/",
        )
        named[row.pk] = ask(manager) if release.pk in hidden else label
    return named


NAMINGS: Final[Mapping[str, Naming]] = {
    "release": name_releases,
    "promotion": name_promotions,
    "deployment": name_deployments,
    "item": name_items,
    "candidate": name_candidates,
    "contribution": name_contributions,
    "prerequisite": name_prerequisites,
    "gate": name_gates,
    "waiver": name_waivers,
    "audience": name_audiences,
    "preparation": name_preparations,
}


def hidden_promotions(user: Any) -> Collection[int]:
    """Those of restricted releases. Nearly always none, and then releases are all that is asked."""
    releases = list(hidden_releases(user))
    found: Collection[int] = Promotion.objects.filter(release__in=releases).values_list("pk", flat=True) if releases else ()
    return found


#: What holds places in environments, and whose places are then seen by nobody else.
HIDDEN: Final[Mapping[str, Callable[[Any], Collection[int]]]] = {"promotion": hidden_promotions}


def _of_release(
    model: Any, ids: Collection[int], user: Any, columns: tuple[str, ...], label: Callable[..., Label]
) -> Mapping[int, Named]:
    """Names of what is seen with its release."""
    hidden = set(hidden_releases(user))
    named: dict[int, Named] = {}
    release = ("release_id", "release__name", "release__version", "release__release_manager__name")
    for pk, number, name, version, manager, *more in model.objects.filter(pk__in=ids).values_list("pk", *release, *columns):
        named[pk] = ask(manager) if number in hidden else label(pk, number, f"{name} {version}", *more)
    return named


def _part(place: str, words: str) -> Callable[..., Label]:
    def label(pk: int, release: int, called: str, said: Any) -> Label:
        key = f"{KEY_PREFIX}{release}"
        return Label(words.format(said, called), f"/releases/{key}/", f"{RELEASES.address_of(release)}{place}/{pk}/")

    return label
