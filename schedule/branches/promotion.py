"""Promotions on the calendar: one candidate into one environment, in its planned interval."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from common import labels
from common.labels import Restricted
from common.statements import Among, Statement, compiled, for_all, statement
from environments.models import Service
from releases.models import Contribution, Item, Promotion
from releases.verdicts import threatened
from releases.vocabulary import KEY_PREFIX, Commitment, PromotionStatus
from schedule.branches import addresses
from schedule.branches.branch import Branch, Entry
from schedule.branches.sight import Sight
from schedule.vocabulary import Narrowing

KIND = "promotion"


def found(user: Any, narrowing: Narrowing) -> "QuerySet[Any, Any]":
    """What the caller may see of them; service, project and program are what the release changes and carries."""
    promotions = Promotion.objects.visible_to(user)
    if narrowing.environments:
        promotions = promotions.filter(environment__in=narrowing.environments)
    if narrowing.releases:
        promotions = promotions.filter(release__in=narrowing.releases)
    if narrowing.statuses:
        promotions = promotions.filter(status__in=[status for status in narrowing.statuses if status in PromotionStatus.values])
    if narrowing.commitments:
        promotions = promotions.filter(
            release__commitment__in=[each for each in narrowing.commitments if each in Commitment.values]
        )
    if narrowing.services:
        promotions = promotions.filter(Exists(Item.objects.filter(release=OuterRef("release"), service__in=narrowing.services)))
    if narrowing.projects:
        promotions = promotions.filter(Exists(_carried().filter(output__project__in=narrowing.projects)))
    if narrowing.programs:
        promotions = promotions.filter(Exists(_carried().filter(output__project__program__in=narrowing.programs)))
    if narrowing.threatened is not None:
        those = Q(pk__in=threatened().values("pk"))
        promotions = promotions.filter(those if narrowing.threatened else ~those)
    return promotions.matching(narrowing.words) if narrowing.words else promotions


def shadows(sight: Sight, narrowing: Narrowing) -> "QuerySet[Any, Any]":
    """Those of releases the caller may not see: they take their place on the calendar, but say only where and when."""
    promotions = Promotion.objects.filter(release__in=sight.hidden.releases)
    return promotions.filter(environment__in=narrowing.environments) if narrowing.environments else promotions


def entries(sight: Sight, ids: Sequence[int]) -> dict[int, Entry]:
    """The entries of promotions; those of hidden releases without anything that tells what they are."""
    rows = statement(("entries", KIND, sight.hidden.projects), lambda: _rows(sight), keep=for_all).run({"ids": list(ids)})
    hidden = set(sight.hidden.releases)
    contacts = _contacts(sight, {row[1] for row in rows if row[1] in hidden})
    return {row[0]: _shadow(row, contacts) if row[1] in hidden else _entry(row) for row in rows}


def _rows(sight: Sight) -> Statement:
    carried = _carried().exclude(output__project__in=sight.hidden.projects).values("output__project__code").distinct()
    return compiled(
        Promotion.objects.order_by()
        .filter(Among("pk"))
        .values_list(
            "pk",
            "release_id",
            "release__name",
            "release__version",
            "environment__slug",
            "environment__name",
            "starts_at",
            "ends_at",
            "status",
            "release__commitment",
            "updated_at",
            ArraySubquery(Service.objects.filter(items__release=OuterRef("release")).order_by("slug").values("slug")),
            ArraySubquery(carried.order_by("output__project__code")),
        )
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    number, release, name, version, slug, environment, starts_at, ends_at, status, commitment, updated_at, services, projects = row
    key = f"{KEY_PREFIX}{release}"
    return {
        "id": f"{KIND}-{number}",
        "kind": KIND,
        "title": f"{name} {version} → {environment}",
        "subkind": None,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "all_day": False,
        "status": status,
        "commitment": commitment,
        "environments": [slug],
        "services": services,
        "projects": projects,
        "program": None,
        "release": {"key": key, "name": name, "version": version, "url": addresses.in_rest("releases", key)},
        "conflicts": 0,
        "html_url": addresses.page(KIND, number),
        "updated_at": updated_at,
    }


def _shadow(row: tuple[Any, ...], contacts: dict[int, str]) -> Entry:
    number, release, _, _, slug, _, starts_at, ends_at, *_ = row
    return {
        "id": f"{KIND}-{number}",
        "kind": KIND,
        "title": contacts[release],
        "subkind": None,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "all_day": False,
        "status": None,
        "commitment": None,
        "environments": [slug],
        "services": [],
        "projects": [],
        "program": None,
        "release": None,
        "conflicts": 0,
        "html_url": None,
        "updated_at": None,
        "restricted": True,
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
    return Contribution.objects.standing().filter(release=OuterRef("release"))


BRANCH = Branch(
    kind=KIND,
    start="starts_at",
    during="during",
    has_days=False,
    found=found,
    shadows=shadows,
    entries=entries,
    traits={
        "environment": F("environment_id"),
        "release": F("release_id"),
        "status": F("status"),
        "commitment": F("release__commitment"),
    },
)
