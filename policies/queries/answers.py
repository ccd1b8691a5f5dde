"""What REST shows of procedures, policies and their versions."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from common.reading import Many, Noun, Plain, Question, list_of, person, related, text_schema
from common.reading.columns import Schema, reference_schema, schema_of
from policies.models import ApprovalRule, GateRule, Policy, PolicyVersion, Procedure, ProcedureVersion, RiskQuestion, ScheduleRule
from policies.vocabulary import Risk

#: Columns of rules that refer to something, by what and where in REST; teams have no address.
_REFERENCES: Final = {"procedure": "procedures", "owner_team": "", "waived_by_team": "", "team": ""}
_HIDDEN: Final = frozenset({"id", "created_at", "updated_at", "revision", "version"})
#: Columns of JSON, and what they hold.
_JSON: Final[Mapping[str, Schema]] = {
    "threshold": {"type": "object", "additionalProperties": {"type": "integer"}},
    "answers": list_of(
        {
            "type": "object",
            "properties": {"answer": {"type": "string"}, "risk": {"type": "string", "enum": Risk.values}},
            "required": ["answer", "risk"],
        }
    ),
}


@dataclass(frozen=True, eq=False)
class Numbered(Noun):
    """What its number names within something else."""

    def named(self, user: Any, name: str) -> QuerySet[Any, Any]:
        visible = self.visible_to(user)
        return visible.filter(number=int(name)) if name.isascii() and name.isdigit() and len(name) <= 9 else visible.none()


def _numbers(*, published: bool) -> Callable[[Sequence[int], Question], Mapping[int, Any]]:
    """The number of the newest version of each policy, published or draft."""

    def fetch(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
        rows = related(PolicyVersion, "policy", ids, "number", "published_at", order=("number",))
        return {policy: number for policy, number, at in rows if (at is not None) == published}

    return fetch


def _texts(column: str) -> Callable[[Sequence[int], Question], Mapping[int, Any]]:
    """A column of the newest version of each procedure."""

    def fetch(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
        return dict(related(ProcedureVersion, "procedure", ids, column, order=("number",)))

    return fetch


def _rules(name_of_list: str, model: Any) -> Many:
    """The rules of a table that stand in each version."""
    names = [field.name for field in model._meta.concrete_fields if field.name not in _HIDDEN]
    sources = [source for name in names for source in ((f"{name}__slug", f"{name}__name") if name in _REFERENCES else (name,))]

    def fetch(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
        found: dict[int, list[Any]] = {}
        for version, *values in related(model, "version", ids, *sources):
            left = iter(values)
            found.setdefault(version, []).append({name: _value(name, left, question) for name in names})
        return found

    properties: Schema = {}
    for name in names:
        properties[name] = reference_schema("slug", nullable=True) if name in _REFERENCES else _described(model, name)
    schema = {"type": "object", "properties": properties, "required": names}
    return Many(name_of_list, fetch, list_of(schema))


def _described(model: Any, name: str) -> Schema:
    return _JSON[name] if name in _JSON else schema_of(model._meta.get_field(name))


def _value(name: str, left: Any, question: Question) -> Any:
    if name in _JSON:
        # PostgreSQL's own text of it: nothing between here and there reads it.
        return json.loads(next(left))
    if name not in _REFERENCES:
        return next(left)
    slug, called = next(left), next(left)
    place = _REFERENCES[name]
    url = f"{question.base}{place}/{slug}/" if place else None
    return None if slug is None else {"slug": slug, "name": called, "url": url}


_NUMBER: Final[Schema] = {"type": ["integer", "null"]}

PROCEDURES: Final = Noun(
    "procedure",
    "procedures",
    Procedure,
    by="slug",
    order=("slug",),
    tables=("policies_procedure", "policies_procedureversion"),
    columns=(
        Plain("name"),
        Many("version", _texts("number"), {**_NUMBER, "description": "The number of its newest version."}, empty=None),
        Many("body", _texts("body"), text_schema(description="What it says, in Markdown."), empty=""),
    ),
)

POLICIES: Final = Noun(
    "policy",
    "policies",
    Policy,
    by="slug",
    order=("slug",),
    tables=("policies_policy", "policies_policyversion"),
    columns=(
        Plain("name"),
        Plain("description"),
        Plain("retired_at"),
        Many("version", _numbers(published=True), {**_NUMBER, "description": "The number of the version in force."}, empty=None),
        Many(
            "draft", _numbers(published=False), {**_NUMBER, "description": "The number of the draft, if there is one."}, empty=None
        ),
    ),
)

#: What decides what a version says, and who wrote it.
VERSION_TABLES: Final = (
    "policies_policy",
    "policies_policyversion",
    "policies_gaterule",
    "policies_approvalrule",
    "policies_schedulerule",
    "policies_riskquestion",
    "policies_procedure",
    "accounts_team",
    "accounts_user",
)
VERSION_COLUMNS: Final = (
    Plain("number"),
    Plain("urgencies"),
    Plain("sizes"),
    Plain("risks"),
    Plain("natures"),
    Plain("tiers"),
    _rules("gate_rules", GateRule),
    _rules("approval_rules", ApprovalRule),
    _rules("schedule_rules", ScheduleRule),
    _rules("risk_questions", RiskQuestion),
    Plain("note"),
    person("drafted_by"),
    person("published_by"),
    Plain("published_at"),
)
