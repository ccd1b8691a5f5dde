"""What REST shows of approvals, and of what a single promotion is approved by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils import timezone

from common.moments import machine_words
from common.reading import Computed, Many, Noun, Plain, Question, list_of, person, text_schema
from common.reading.columns import reference_schema
from policies.queries import standards_kept
from releases.models import Approval, ApprovalEnd, Promotion
from releases.queries.answers import PROMOTIONS, RESTRICTIONS
from releases.queries.differences import DifferenceKind, differences
from releases.queries.seats import SeatsStanding, standing
from releases.vocabulary import ApprovalEndKind

#: What decides who counts, and what a digest covers.
STANDING_TABLES: Final = (
    "releases_approval",
    "releases_approvalend",
    "releases_author",
    "releases_artefact",
    "policies_policy",
    "policies_policyversion",
    "policies_approvalrule",
    "accounts_team",
    "accounts_membership",
    "accounts_user_groups",
    "environments_service",
    "accounts_user",
    "accounts_absence",
)


def _standings(ids: Sequence[int], question: Question) -> Mapping[int, SeatsStanding]:
    found: Mapping[int, SeatsStanding] = question.once(
        "seats",
        lambda: standing(list(Promotion.objects.filter(pk__in=ids).with_references()), timezone.now(), known=standards_kept()),
    )
    return found


def _digests(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    return {number: each.shown.digest for number, each in _standings(ids, question).items()}


def _approvals(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    return {number: _seats(each) for number, each in _standings(ids, question).items()}


def _seats(stand: SeatsStanding) -> dict[str, Any]:
    rules = [
        {
            "rule": each.rule.pk,
            "name": each.name,
            "team": each.rule.team.slug if each.rule.team else None,
            "role": each.speakers.role or None,
            "people": each.people,
            "taken": stand.taken[each.speakers],
        }
        for each in stand.asked
    ]
    return {"met": stand.is_met, "rules": rules}


_RULE: Final[dict[str, Any]] = {
    "rule": {"type": "integer"},
    "name": {"type": "string"},
    "team": {"type": ["string", "null"]},
    "role": {"type": ["string", "null"]},
    "people": {"type": "integer"},
    "taken": {"type": "integer"},
}
_SEATS: Final = {
    "type": "object",
    "properties": {
        "met": {"type": "boolean"},
        "rules": {"type": "array", "items": {"type": "object", "properties": _RULE, "required": list(_RULE)}},
    },
    "required": ["met", "rules"],
}


def _differences(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    found = differences(list(Promotion.objects.filter(pk__in=ids).with_references()))
    start = f"{question.base}services/"
    return {
        number: [
            {
                "service": {"slug": each.service.slug, "name": each.service.name, "url": f"{start}{each.service.slug}/"},
                "kind": each.kind.value,
                "live": [{"part": one.part, "version": one.version, "since": machine_words(one.since)} for one in each.live],
                "coming": each.coming,
            }
            for each in some
        ]
        for number, some in found.items()
    }


_LIVE: Final = {
    "part": text_schema(),
    "version": text_schema(),
    "since": {"type": "string", "format": "date-time"},
}
_DIFFERENCE: Final = {
    "service": reference_schema("slug"),
    "kind": text_schema(enum=DifferenceKind.values),
    "live": list_of({"type": "object", "properties": _LIVE, "required": list(_LIVE)}),
    "coming": text_schema(),
}

#: A single promotion: besides what lists show, what an approval of it stands for, who has given one, and what it changes there.
PROMOTION: Final = replace(
    PROMOTIONS,
    documented_as="promotion_in_full",
    tables=tuple(dict.fromkeys([*PROMOTIONS.tables, *STANDING_TABLES, "releases_deployment"])),
    columns=(
        *PROMOTIONS.columns,
        Many("digest", _digests, text_schema(pattern="^[0-9a-f]{64}$"), empty=""),
        Many("approvals", _approvals, _SEATS, empty=None),
        Many(
            "differences",
            _differences,
            list_of({"type": "object", "properties": _DIFFERENCE, "required": list(_DIFFERENCE)}),
        ),
    ),
)


def _ends(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    rows = ApprovalEnd.objects.filter(approval__in=ids).values_list("approval", "kind", "reason", "at")
    return {approval: {"kind": kind, "reason": reason, "at": machine_words(at)} for approval, kind, reason, at in rows}


_END: Final = {
    "type": ["object", "null"],
    "properties": {
        "kind": {"type": "string", "enum": ApprovalEndKind.values},
        "reason": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
    },
}


def _rules(question: Question) -> Callable[..., Any]:
    return lambda number, name: {"id": number, "name": name} if number else None


APPROVALS: Final = Noun(
    "approval",
    "approvals",
    Approval,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_approval", "releases_approvalend", "accounts_user"),
    within=(PROMOTIONS, "promotion"),
    columns=(
        Plain("promotion", "promotion_id"),
        Plain("decision"),
        Computed(
            "rule",
            ("rule_id", "rule__name"),
            _rules,
            {"type": ["object", "null"], "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
        ),
        person("by"),
        person("for_delegator"),
        Plain("digest"),
        Plain("comment"),
        Plain("at"),
        Plain("lapses_at"),
        Many("end", _ends, _END, empty=None),
    ),
)
