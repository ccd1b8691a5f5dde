"""The rules of a version as whole lists: understood, compared, written, copied."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from common.refusals import RuleBroken
from policies.models import ApprovalRule, GateRule, PolicyVersion, RiskQuestion, ScheduleRule
from policies.vocabulary import PREPARED, THRESHOLDS, EvidenceKind

#: The lists of rules of a version, and their tables.
LISTS: Final[Mapping[str, Any]] = {
    "gate_rules": GateRule,
    "approval_rules": ApprovalRule,
    "schedule_rules": ScheduleRule,
    "risk_questions": RiskQuestion,
}
_NOT_GIVEN: Final = frozenset({"id", "created_at", "updated_at", "revision", "version"})
Given = Mapping[str, Any]


def columns_of(model: Any) -> dict[str, Any]:
    """What can be given to a rule, and what it is when nothing is."""
    fields = [field for field in model._meta.concrete_fields if field.name not in _NOT_GIVEN]
    return {field.name: field.get_default() for field in fields}


def understood(changes: Given) -> dict[str, list[dict[str, Any]]]:
    """The lists of rules in `changes`, every rule with all its columns. Raises RuleBroken that names each list with what is wrong."""
    found: dict[str, list[dict[str, Any]]] = {}
    errors: dict[str, list[str]] = {}
    for name, model in LISTS.items():
        if name not in changes:
            continue
        usual = columns_of(model)
        found[name] = [
            {**_fresh(usual), **{key: value for key, value in row.items() if value is not None}} for row in changes[name]
        ]
        sentences = [*_twice(found[name]), *(each for row in found[name] for each in _PROBLEMS[name](row))]
        if sentences:
            errors[name] = sentences
    if errors:
        raise RuleBroken(next(iter(errors.values()))[0], errors=errors)
    return found


def renew(version: PolicyVersion, name: str, rows: Sequence[Given]) -> bool:
    """Make the list `name` of a draft what `rows` say, rule by rule of the same code; whether anything differed."""
    model = LISTS[name]
    present = {rule.code: rule for rule in model.objects.filter(version=version)}
    wanted = {row["code"]: row for row in rows}
    gone = [rule.pk for code, rule in present.items() if code not in wanted]
    if gone:
        model.objects.filter(pk__in=gone).delete()
    new = [model(version=version, **row) for code, row in wanted.items() if code not in present]
    model.objects.bulk_create(new)
    changed = False
    for code in wanted.keys() & present.keys():
        rule, row = present[code], wanted[code]
        differing = [column for column, value in row.items() if getattr(rule, column) != value]
        for column in differing:
            setattr(rule, column, row[column])
        if differing:
            rule.save(update_fields=differing)
            changed = True
    return bool(gone or new or changed)


def copy(source: PolicyVersion, target: PolicyVersion, lists: Iterable[str]) -> None:
    """Give a new draft some of the lists of rules of another version."""
    for model in (LISTS[name] for name in sorted(lists)):
        names = [field.attname for field in model._meta.concrete_fields if field.name not in _NOT_GIVEN]
        rules = model.objects.filter(version=source).order_by("id")
        model.objects.bulk_create([model(version=target, **{name: getattr(rule, name) for name in names}) for rule in rules])


def _fresh(usual: Given) -> dict[str, Any]:
    """The usual values, lists and objects anew, since a row may keep them."""
    return {name: value.copy() if isinstance(value, (list, dict)) else value for name, value in usual.items()}


def _twice(rows: Sequence[Given]) -> Iterable[str]:
    codes = [row["code"] for row in rows]
    return [f"The short name {code} stands twice; give each rule its own." for code in sorted(set(codes)) if codes.count(code) > 1]


def _gate_problems(row: Given) -> Iterable[str]:
    if bool(row["owner_team"]) == bool(row["owner_role"]):
        yield f"{row['name']}: a gate is a team's or a role's to decide; name one of them."
    unknown = sorted(row["threshold"].keys() - THRESHOLDS.get(row["evidence"], {}).keys())
    if unknown:
        known = ", ".join(THRESHOLDS.get(row["evidence"], {})) or "nothing"
        kind = EvidenceKind(row["evidence"]).label
        yield f"{row['name']}: what is asked of {kind} is {known}, and not {unknown[0]}; correct its threshold."
    if row["evidence"] == EvidenceKind.PREPARATIONS:
        if row["area"] not in PREPARED:
            areas = ", ".join(area.label for area in PREPARED)
            yield f"{row['name']}: only gates of {areas} follow from what audiences need; choose one of these areas."
        if row["checklist"]:
            yield f"{row['name']}: a gate that follows from what audiences need has nothing to tick; take its checklist out."


def _approval_problems(row: Given) -> Iterable[str]:
    if bool(row["team"]) == bool(row["role"]):
        yield f"{row['name']}: an approval is given by a team or by a role; name one of them."
    if row["emergency_people"] is not None and row["emergency_people"] > row["people"]:
        yield f"{row['name']}: an emergency takes no more people than the {row['people']} of the rule itself; lower their number."


def _question_problems(row: Given) -> Iterable[str]:
    if len(row["answers"]) < 2:
        yield f"“{row['name']}” leaves nothing to choose; give it at least two answers."


def _no_problems(row: Given) -> Iterable[str]:
    return ()


_PROBLEMS: Final[Mapping[str, Callable[[Given], Iterable[str]]]] = {
    "gate_rules": _gate_problems,
    "approval_rules": _approval_problems,
    "schedule_rules": _no_problems,
    "risk_questions": _question_problems,
}
