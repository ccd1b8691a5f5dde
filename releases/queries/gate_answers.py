"""What REST shows of gates, what was decided at them, and waivers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import orjson
from django.db.models import Q
from django.utils import timezone

from common.reading import Column, Computed, Many, Noun, Plain, Question, Reference, list_of, person, text_schema
from common.reading.columns import NOBODY_NAMED, reference_schema
from policies.vocabulary import EvidenceKind
from releases.models import Evidence, Gate, GateDecision, Waiver
from releases.queries.answers import OWN_RELEASE, RESTRICTIONS, text_or_null
from releases.queries.gates import GateStanding, state_of
from releases.vocabulary import KEY_PREFIX, GateState

_TABLES: Final = (
    *RESTRICTIONS,
    "releases_gate",
    "releases_gatedecision",
    "releases_evidence",
    "releases_waiver",
    "releases_waiverend",
    "releases_candidate",
    "releases_artefact",
    "releases_audience",
    "releases_preparation",
    "policies_gaterule",
    "policies_procedure",
    "accounts_team",
    "environments_dependency",
)


@dataclass(frozen=True, eq=False)
class OnGatesPage(Noun):
    """A noun that is shown on the page of a gate, below its release's; `gate` leads there."""

    gate: str = ""

    @cached_property
    def all_columns(self) -> tuple[Column, ...]:
        sources = (f"{self.gate}__release_id", f"{self.gate}_id") if self.gate else ("release_id", "id")
        page = Computed("html_url", sources, _pages, text_schema(format="uri"))
        return tuple(page if column.name == page.name else column for column in super().all_columns)


def _pages(question: Question) -> Callable[..., Any]:
    start = f"{question.root}releases/{KEY_PREFIX}"
    return lambda release, gate: f"{start}{release}/gates/{gate}/"


def _standings(ids: Sequence[int], question: Question) -> Mapping[int, GateStanding]:
    """What the gates of a page are now; asked once for all columns that show it."""
    found: Mapping[int, GateStanding] = question.once(
        "standings", lambda: state_of(Gate.objects.with_rules().filter(pk__in=ids), timezone.now())
    )
    return found


def _of_standing(show: Callable[[GateStanding], Any]) -> Callable[[Sequence[int], Question], Mapping[int, Any]]:
    def fetch(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
        return {number: show(standing) for number, standing in _standings(ids, question).items()}

    return fetch


def _procedures(question: Question) -> Callable[..., Any]:
    start = f"{question.base}procedures/"
    return lambda slug, name: {"slug": slug, "name": name, "url": f"{start}{slug}/"} if slug else None


def _policies(question: Question) -> Callable[..., Any]:
    start = f"{question.base}policies/"

    def read(slug: str | None, name: str, number: int, code: str) -> Any:
        return {"slug": slug, "name": name, "url": f"{start}{slug}/", "version": number, "rule": code} if slug else None

    return read


def _or(value: Any) -> Callable[[Question], Callable[..., Any]]:
    """What is there, or `value` where nothing is."""
    return lambda _: lambda given: given if given is not None else value


def _people(question: Question) -> Callable[..., Any]:
    return lambda number, name: {"id": number, "name": name or NOBODY_NAMED, "url": None} if number else None


def _thresholds(_: Question) -> Callable[..., Any]:
    # Lists read all of a page in one go, and get JSON from the database as text.
    return lambda given: orjson.loads(given) if isinstance(given, str) else given or {}


def _counts(_: Question) -> Callable[..., Any]:
    # Pages read in one go get JSON from the database as text.
    return lambda value: orjson.loads(value) if isinstance(value, str) else value


def _files(question: Question) -> Callable[..., Any]:
    start = f"{question.root}evidence/"

    def read(number: int, digest: str, name: str, size: int) -> Any:
        return {"name": name, "size": size, "sha256": digest, "url": f"{start}{number}/file"} if digest else None

    return read


def _items(question: Question) -> Callable[..., Any]:
    start = f"{question.base}releases/{KEY_PREFIX}"

    def read(number: int | None, name: str, release: int) -> Any:
        return {"id": number, "name": name, "url": f"{start}{release}/items/{number}/"} if number else None

    return read


_FILE: Final = {
    "type": ["object", "null"],
    "properties": {
        **{name: {"type": "string"} for name in ("name", "sha256", "url")},
        "size": {"type": "integer"},
    },
}
_POLICY: Final = {
    "type": ["object", "null"],
    "properties": {
        **{name: {"type": "string"} for name in ("slug", "name", "url", "rule")},
        "version": {"type": "integer"},
    },
}
_PROCEDURE: Final = reference_schema("slug", nullable=True)

GATES: Final = OnGatesPage(
    "gate",
    "gates",
    Gate,
    by="id",
    order=("id",),
    tables=_TABLES,
    unasked={"asked": Q(is_asked=True)},
    columns=(
        OWN_RELEASE,
        Plain("area"),
        Plain("name"),
        Plain("ask"),
        Plain("stage"),
        Reference("owner_team", "", by="slug"),
        Plain("owner_role"),
        person("owner"),
        Plain("due_on"),
        Plain("is_asked"),
        Many("state", _of_standing(lambda each: each.state.value), text_schema(enum=GateState.values), empty=GateState.OPEN.value),
        Many("sentence", _of_standing(lambda each: each.sentence), text_schema(), empty=""),
        Many("missing", _of_standing(lambda each: each.missing or None), text_or_null("What is left before it can be passed.")),
        Computed("checklist", ("rule__checklist",), _or([]), list_of(text_schema())),
        Plain("ticked"),
        Computed("evidence_kind", ("rule__evidence",), _or(EvidenceKind.NOTHING.value), text_schema(enum=EvidenceKind.values)),
        Computed("threshold", ("rule__threshold",), _thresholds, {"type": "object"}),
        Computed("procedure", ("rule__procedure__slug", "rule__procedure__name"), _procedures, _PROCEDURE),
        Computed(
            "policy",
            ("rule__version__policy__slug", "rule__version__policy__name", "rule__version__number", "rule__code"),
            _policies,
            _POLICY,
        ),
    ),
)

DECISIONS: Final = OnGatesPage(
    "gatedecision",
    "decisions",
    GateDecision,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_gatedecision", "releases_candidate"),
    within=(GATES, "gate"),
    gate="gate",
    columns=(
        Plain("outcome"),
        Plain("comment"),
        Computed("candidate", ("candidate__number",), _or(None), {"type": ["integer", "null"]}),
        person("by"),
        Plain("at"),
    ),
)

WAIVERS: Final = OnGatesPage(
    "waiver",
    "waivers",
    Waiver,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_waiver", "releases_waiverend"),
    within=(GATES, "gate"),
    gate="gate",
    columns=(
        Plain("reason"),
        Plain("compensating_control"),
        Plain("expires_at"),
        person("by"),
        Plain("at"),
        Computed("ended_at", ("end__at",), _or(None), {"type": ["string", "null"], "format": "date-time"}),
        Computed("ended_by", ("end__by_id", "end__by__name"), _people, reference_schema("id", nullable=True)),
        Computed("end_reason", ("end__reason",), _or(""), text_schema()),
    ),
)

EVIDENCE: Final = OnGatesPage(
    "evidence",
    "evidence",
    Evidence,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_evidence", "releases_candidate", "releases_item", "environments_service"),
    within=(GATES, "gate"),
    gate="gate",
    columns=(
        Plain("kind"),
        Computed("candidate", ("candidate__number",), _or(None), {"type": ["integer", "null"]}),
        Computed("item", ("item_id", "item__service__name", "gate__release_id"), _items, reference_schema("id", nullable=True)),
        Plain("note"),
        Plain("link", source="url"),
        Computed("file", ("id", "digest", "file_name", "size"), _files, _FILE),
        Computed("counts", ("counts",), _counts, {"type": "object"}),
        Plain("falls_short"),
        person("by"),
        Plain("at"),
    ),
)
