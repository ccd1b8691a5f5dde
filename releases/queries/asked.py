"""Of which releases the gates may be other ones, after what was told."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from django.db.models import Q

from releases.models import Promotion


class Fact(Protocol):
    """What a deed told: what happened to what."""

    @property
    def verb(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> int: ...
    @property
    def data(self) -> Mapping[str, object]: ...


#: What moves the window before which gates stand.
_PLANNING: Final = frozenset({"planned", "moved", "cancelled", "missed", "brought", "changed"})
#: What of a release policies ask about, and what tells that it carries another thing, or travels with others.
_TRAITS: Final = frozenset(
    {"urgency", "size", "risk", "nature", "extent", "services", "status", "version", "artefact_url", "artefact_digest"}
)
_CARRYING: Final = frozenset({"added_item", "changed_item", "removed_item", "new_candidate", "packaged", "unpackaged"})
_POLICIES: Final = frozenset({"published", "retired", "restored"})
_OF_ENVIRONMENTS: Final = frozenset({"stage", "time_zone", "region"})


def releases_asked_anew(facts: Iterable[Fact]) -> set[int]:
    """The releases, by number, of which gates may come, go, or be due on another day; only such as have something planned."""
    promotions: set[int] = set()
    some = {"release": set[int](), "service": set[int](), "environment": set[int](), "team": set[int]()}
    for fact in facts:
        if fact.kind == "promotion" and fact.verb in _PLANNING:
            promotions.add(fact.id)
        elif fact.kind == "policy" and fact.verb in _POLICIES:
            return _planned(Q())
        elif (fact.kind, fact.verb) in {("release", verb) for verb in _CARRYING} or _changes(fact):
            some[fact.kind].add(fact.id)
    releases = set(Promotion.objects.filter(pk__in=promotions).values_list("release", flat=True)) if promotions else set()
    ways = (
        ("release", "release__in"),
        ("release", "release__members__in"),
        ("release", "release__package__in"),
        ("service", "release__items__service__in"),
        ("environment", "environment__in"),
        ("team", "release__gates__owner_team__in"),
    )
    wanted = Q()
    for kind, way in ways:
        if some[kind]:
            wanted |= Q(**{way: some[kind]})
    return (releases | some["release"] | _planned(wanted)) if wanted else releases


def _changes(fact: Fact) -> bool:
    columns = fact.data.get("columns", ())
    changed = set(columns) if isinstance(columns, (list, tuple)) else set()
    concerned: Mapping[str, frozenset[str]] = {
        "release": _TRAITS,
        "service": frozenset({"tier"}),
        "environment": _OF_ENVIRONMENTS,
        "team": frozenset({"region"}),
    }
    return bool(changed & concerned.get(fact.kind, frozenset()))


def _planned(wanted: Q) -> set[int]:
    return set(Promotion.objects.unfinished().filter(wanted).values_list("release", flat=True))
