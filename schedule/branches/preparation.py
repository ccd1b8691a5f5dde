"""What the audiences of releases need, on the calendar: trainings and briefings as one kind, notices as the other."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateTimeField, Exists, F, Func, OuterRef, QuerySet
from django.db.models.functions import Greatest

from common import labels
from common.labels import Restricted
from common.statements import Among, Statement, compiled, for_all, statement
from environments.models import Service
from releases.models import Contribution, Item, Preparation
from releases.vocabulary import KEY_PREFIX, Commitment, PreparationNeed, PreparationState
from schedule.branches import addresses
from schedule.branches.branch import Branch, Entry
from schedule.branches.sight import Sight
from schedule.vocabulary import Narrowing

TRAINING: Final = "training"
COMMUNICATION: Final = "communication"
_NEEDS: Final = {
    TRAINING: (PreparationNeed.TRAINING, PreparationNeed.BRIEFING),
    COMMUNICATION: (PreparationNeed.NOTICE,),
}
_RELEASE: Final = "audience__release"


def found(kind: str, user: Any, narrowing: Narrowing) -> "QuerySet[Any, Any]":
    """What the caller may see of those that have a date. One concerns what its release changes and carries, and no environment."""
    preparations = Preparation.objects.visible_to(user).of_needs(*_NEEDS[kind]).with_state()
    if narrowing.environments or narrowing.threatened:
        return preparations.none()
    if narrowing.releases:
        preparations = preparations.filter(audience__release__in=narrowing.releases)
    if narrowing.statuses:
        preparations = preparations.filter(state__in=[each for each in narrowing.statuses if each in PreparationState.values])
    if narrowing.commitments:
        commitments = [each for each in narrowing.commitments if each in Commitment.values]
        preparations = preparations.filter(audience__release__commitment__in=commitments)
    if narrowing.services:
        items = Item.objects.filter(release=OuterRef(_RELEASE), service__in=narrowing.services)
        preparations = preparations.filter(Exists(items))
    if narrowing.projects:
        preparations = preparations.filter(Exists(_carried().filter(output__project__in=narrowing.projects)))
    if narrowing.programs:
        preparations = preparations.filter(Exists(_carried().filter(output__project__program__in=narrowing.programs)))
    return preparations.matching(narrowing.words) if narrowing.words else preparations


def shadows(kind: str, sight: Sight, narrowing: Narrowing) -> "QuerySet[Any, Any]":
    """Those of releases the caller may not see: they take their place on the calendar, but say only when."""
    preparations = Preparation.objects.of_needs(*_NEEDS[kind]).filter(audience__release__in=sight.hidden.releases)
    return preparations.none() if narrowing.environments else preparations


def entries(kind: str, sight: Sight, ids: Sequence[int]) -> dict[int, Entry]:
    """The entries of preparations; those of hidden releases without anything that tells what they are."""
    rows = statement(("entries", TRAINING, sight.hidden.projects), lambda: _rows(sight), keep=for_all).run({"ids": list(ids)})
    hidden = set(sight.hidden.releases)
    contacts = _contacts(sight, {row[1] for row in rows if row[1] in hidden})
    return {row[0]: _shadow(kind, row, contacts) if row[1] in hidden else _entry(kind, row) for row in rows}


def _rows(sight: Sight) -> Statement:
    carried = _carried().exclude(output__project__in=sight.hidden.projects).values("output__project__code").distinct()
    services = Service.objects.filter(items__release=OuterRef(_RELEASE)).order_by("slug").values("slug")
    return compiled(
        Preparation.objects.with_state()
        .order_by()
        .filter(Among("pk"), starts_at__isnull=False)
        .values_list(
            "pk",
            "audience__release_id",
            "audience__release__name",
            "audience__release__version",
            "audience__release__commitment",
            "audience_id",
            "audience__name",
            "audience__site",
            "need",
            "about",
            "starts_at",
            Func(F("during"), function="upper", output_field=DateTimeField()),
            "state",
            Greatest("updated_at", "audience__updated_at", "audience__release__updated_at"),
            ArraySubquery(services),
            ArraySubquery(carried.order_by("output__project__code")),
        )
    )


def _entry(kind: str, row: tuple[Any, ...]) -> Entry:
    number, release, name, version, commitment, audience, group, site, need, about, starts_at, ends_at, state, changed, *more = row
    services, projects = more
    key = f"{KEY_PREFIX}{release}"
    what = about or PreparationNeed(need).label
    return {
        **_timed(kind, number, starts_at, ends_at),
        "title": f"{what} for {group} {site}".rstrip() + f", {name} {version}",
        "subkind": need,
        "status": state,
        "commitment": commitment,
        "services": services,
        "projects": projects,
        "release": {"key": key, "name": name, "version": version, "url": addresses.in_rest("releases", key)},
        "html_url": f"{addresses.page('release', key)}audiences/{audience}/#preparation-{number}",
        "updated_at": changed,
    }


def _shadow(kind: str, row: tuple[Any, ...], contacts: dict[int, str]) -> Entry:
    number, release, starts_at, ends_at = row[0], row[1], row[10], row[11]
    return {**_timed(kind, number, starts_at, ends_at), "title": contacts[release], "restricted": True}


def _timed(kind: str, number: int, starts_at: Any, ends_at: Any) -> Entry:
    """An entry of a time that says nothing else yet."""
    return {
        "id": f"{kind}-{number}",
        "kind": kind,
        "title": "",
        "subkind": None,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "all_day": False,
        "status": None,
        "commitment": None,
        "environments": [],
        "services": [],
        "projects": [],
        "program": None,
        "release": None,
        "conflicts": 0,
        "html_url": None,
        "updated_at": None,
    }


def _contacts(sight: Sight, releases: set[int]) -> dict[int, str]:
    """What is said in place of hidden releases: whom to ask."""
    if not releases:
        return {}
    named = labels.of([("release", release) for release in releases], sight.user)
    # A restriction may have ended since `sight` was asked; the calendar then still says no more than before.
    return {number: (name if isinstance(name, Restricted) else Restricted()).text for (_, number), name in named.items()}


def _carried() -> Any:
    """What feeds the release of the outer query."""
    return Contribution.objects.standing().filter(release=OuterRef(_RELEASE))


def _branch(kind: str) -> Branch:
    return Branch(
        kind=kind,
        start="starts_at",
        during="during",
        has_days=False,
        found=partial(found, kind),
        shadows=partial(shadows, kind),
        entries=partial(entries, kind),
        traits={"release": F("audience__release_id"), "status": F("state"), "commitment": F("audience__release__commitment")},
    )


BRANCHES: Final = (_branch(TRAINING), _branch(COMMUNICATION))
