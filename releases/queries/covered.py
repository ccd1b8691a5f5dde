"""Which promotions an event made stand for something else: read from the rows it changed, so that no way of changing one is forgotten."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from history.models import Change
from policies.models import PolicyVersion
from policies.queries import Standards, Traits, standards
from releases.models import Artefact, Candidate, Item, Promotion, Release
from releases.queries import digests
from releases.vocabulary import MOVABLE

ITEMS: Final = "what goes in was changed"
CANDIDATE: Final = "it carries another candidate"
TARGET: Final = "it goes somewhere else"
WINDOW: Final = "the approved window was changed"
POLICIES: Final = "other policies apply"

_ITEM, _ARTEFACT, _PROMOTION = (str(model._meta.db_table) for model in (Item, Artefact, Promotion))
_RELEASE, _SERVICE = str(Release._meta.db_table), "environments_service"
_POLICY, _VERSION = "policies_policy", "policies_policyversion"
_TABLES: Final = (_ITEM, _ARTEFACT, _PROMOTION, _RELEASE, _SERVICE, _POLICY, _VERSION)
#: Of these a new row, too, makes something else of what there was.
_PARTS: Final = (_ITEM, _ARTEFACT)
_WINDOW: Final = ("starts_at", "ends_at", "approved_from", "approved_until")

_COVERED: Final = frozenset({"candidate_id", "environment_id", "parts", *_WINDOW})

_Rows = Mapping[str, list[Change]]


def changed_in(event: int) -> dict[int, str]:
    """The promotions before their start whose digest is another one by the open event of this id, and why, in words.

    Those that were planned in it are not: whoever plans changes nothing.
    """
    rows: dict[str, list[Change]] = defaultdict(list)
    new = Q(operation=Change.Operation.INSERT)
    for change in (
        Change.objects.filter(event=event, table_name__in=_TABLES).exclude(new & ~Q(table_name__in=_PARTS)).order_by("pk")
    ):
        rows[change.table_name].append(change)
    if not rows:
        return {}
    found = _by_policies(rows) | _by_items(rows) | _by_themselves(rows)
    if not found:
        return {}
    made = Change.objects.filter(new, event=event, table_name=_PROMOTION, row_id__in=found).values_list("row_id", flat=True)
    return {promotion: found[promotion] for promotion in found.keys() - set(made)}


def _open(**among: Any) -> Any:
    return Promotion.objects.filter(status__in=MOVABLE, **among)


def _by_themselves(rows: _Rows) -> dict[int, str]:
    before: dict[int, dict[str, Any]] = {}
    for change in rows[_PROMOTION]:
        if change.operation == Change.Operation.UPDATE:
            # The first of several changes says what was there at the beginning.
            before[change.row_id] = (change.before or {}) | before.get(change.row_id, {})
    found: dict[int, str] = {}
    if not any(was.keys() & _COVERED for was in before.values()):
        return found
    for promotion in _open(pk__in=before):
        was = before[promotion.pk]
        if was.get("candidate_id", promotion.candidate_id) != promotion.candidate_id:
            found[promotion.pk] = CANDIDATE
        elif _target(promotion, was) != _target(promotion, {}):
            found[promotion.pk] = TARGET
        elif _window(promotion, was) != _window(promotion, {}):
            found[promotion.pk] = WINDOW
    return found


def _target(promotion: Promotion, was: Mapping[str, Any]) -> tuple[int, list[str]]:
    return was.get("environment_id", promotion.environment_id), sorted(was.get("parts", promotion.parts))


def _window(promotion: Promotion, was: Mapping[str, Any]) -> tuple[datetime, datetime]:
    times = {name: was.get(name, getattr(promotion, name)) for name in _WINDOW}
    starts, ends, since, until = (datetime.fromisoformat(time) if isinstance(time, str) else time for time in times.values())
    return since or starts, until or ends


def _by_items(rows: _Rows) -> dict[int, str]:
    candidates: set[int] = set()
    releases: set[int] = set()
    for change in rows[_ARTEFACT]:
        row = (change.before or {}) | (change.after or {})
        if change.operation == Change.Operation.UPDATE and not {"address", "identity", "digest"} & row.keys():
            # An earlier candidate keeps the version it had while its item goes on: it stands for the same.
            continue
        candidates |= {row["candidate_id"]} if "candidate_id" in row else _candidate_of(change.row_id)
    for change in rows[_ITEM]:
        row = (change.before or {}) | (change.after or {})
        if change.operation != Change.Operation.UPDATE or {"change", "version", "service_id"} & row.keys():
            releases |= {row["release_id"]} if "release_id" in row else _release_of(change.row_id)
    # Items are changed as long as the newest candidate may change, and earlier ones keep what they were.
    if releases:
        newest = Candidate.objects.filter(release__in=releases).order_by("release_id", "-number").distinct("release_id")
        candidates |= set(newest.values_list("pk", flat=True))
    if not candidates:
        return {}
    return dict.fromkeys(_open(candidate__in=candidates).values_list("pk", flat=True), ITEMS)


def _candidate_of(artefact: int) -> set[int]:
    return set(Artefact.objects.filter(pk=artefact).values_list("candidate", flat=True))


def _release_of(item: int) -> set[int]:
    return set(Item.objects.filter(pk=item).values_list("release", flat=True))


def _by_policies(rows: _Rows) -> dict[int, str]:
    """Those for which other policy versions count than before."""
    traits = {change.row_id: change.before or {} for change in rows[_RELEASE] if digests.TRAITS & (change.before or {}).keys()}
    tiers = {change.row_id: (change.before or {})["tier"] for change in rows[_SERVICE] if "tier" in (change.before or {})}
    afters = {change.row_id: change.after or {} for change in rows[_POLICY]}
    retired = {policy: after["retired_at"] for policy, after in afters.items() if "retired_at" in after}
    published = {change.row_id for change in rows[_VERSION] if (change.after or {}).get("published_at")}
    policies = retired.keys() | set(PolicyVersion.objects.filter(pk__in=published).values_list("policy", flat=True))
    if not traits and not tiers and not policies:
        return {}
    now = standards()
    restored = {policy for policy, moment in retired.items() if moment is None}
    before = _before(now, policies, policies - restored, published) if policies else now
    among = _open() if policies else _open(release__in={*traits, *_with_services(tiers)})
    if not among.exists():
        return {}
    releases = {one.pk: one for one in Release.objects.filter(pk__in=among.values("release")).defer("description", "rollback_plan")}
    changed = {
        pk
        for pk, (was, present) in _traits(releases, traits, tiers).items()
        if {each.version.pk for each in before.applying(was)} != {each.version.pk for each in now.applying(present)}
    }
    return dict.fromkeys(among.filter(release__in=changed).values_list("pk", flat=True), POLICIES)


def _with_services(services: Iterable[int]) -> Iterable[int]:
    return Item.objects.filter(service__in=list(services)).values_list("release", flat=True)


def _traits(
    releases: Mapping[int, Release], were: Mapping[int, Mapping[str, Any]], tiers: Mapping[int, int | None]
) -> dict[int, tuple[Traits, Traits]]:
    """The traits of releases before and now."""
    present = digests.traits_of(releases.values())
    lowest: dict[int, list[int]] = defaultdict(list)
    if tiers:
        for release, service, tier in Item.objects.filter(release__in=releases).values_list("release", "service", "service__tier"):
            was = tiers.get(service, tier)
            if was is not None:
                lowest[release].append(was)
    found: dict[int, tuple[Traits, Traits]] = {}
    for pk, now in present.items():
        was_of = {name: value for name, value in were.get(pk, {}).items() if name in digests.TRAITS}
        tier = min(lowest[pk], default=None) if tiers else now.tier
        found[pk] = (replace(now, tier=tier, **was_of), now)
    return found


def _before(now: Standards, touched: Set[int], counted: Set[int], published: Set[int]) -> Standards:
    """The standards as they were before these versions were published, and while of the policies touched only `counted` did count."""
    others = [version for version in now.versions if version.policy_id not in touched]
    earlier = PolicyVersion.objects.published().filter(policy__in=counted).exclude(pk__in=published)
    return Standards([*others, *earlier.order_by("policy_id", "-number").distinct("policy_id").select_related("policy")])
