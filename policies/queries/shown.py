"""What a version of a policy says, in words; and what two versions of something say differently."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from environments.vocabulary import Stage
from policies.models import ApprovalRule, GateRule, PolicyVersion, RiskQuestion, ScheduleRule
from policies.vocabulary import EvidenceKind, GateArea, Nature, Risk, Size, Urgency, threshold_words

Facts = Mapping[str, str]
#: So many lines around a difference of texts are shown too.
_AROUND: Final = 3


@dataclass(frozen=True)
class Grid:
    """The gates of a version by area (rows) and stage (columns); areas and stages that ask for nothing are left out."""

    stages: Sequence[Stage]
    rows: Sequence[tuple[GateArea, Sequence[tuple[Stage, Sequence[GateRule]]]]]


@dataclass(frozen=True)
class Difference:
    """A rule, or the selection, that two versions do not share: what each says of it (empty: it has none), fact by fact."""

    section: str
    name: str
    lines: Sequence[tuple[str, str, str]]
    is_new: bool = False
    is_gone: bool = False


@dataclass(frozen=True)
class Line:
    """A line of a text in two versions: `same`, `gone` or `new`; `cut` stands where lines that are the same were left out."""

    mark: str
    text: str = ""


def grid(version: PolicyVersion) -> Grid:
    rules = list(version.gate_rules.all())
    stages = [stage for stage in Stage if any(rule.stage == stage for rule in rules)]
    rows = []
    for area in GateArea:
        own = [rule for rule in rules if rule.area == area]
        if own:
            rows.append((area, [(stage, [rule for rule in own if rule.stage == stage]) for stage in stages]))
    return Grid(stages, rows)


def in_order(version: PolicyVersion) -> list[GateRule]:
    """The gates of a version as a release comes to them: stage by stage, in the order of the areas."""
    stages, areas = list(Stage), list(GateArea)
    return sorted(
        version.gate_rules.all(), key=lambda rule: (stages.index(Stage(rule.stage)), areas.index(GateArea(rule.area)), rule.pk)
    )


def selection(version: PolicyVersion) -> dict[str, str]:
    """By what a version selects releases; empty when it is for all."""
    asked: Sequence[tuple[str, Any, Sequence[Any]]] = (
        ("Urgency", Urgency, version.urgencies),
        ("Size", Size, version.sizes),
        ("Risk", Risk, version.risks),
        ("Nature", Nature, version.natures),
    )
    found = {name: " or ".join(words(value).label for value in values) for name, words, values in asked if values}
    if version.tiers:
        found["Highest tier"] = " or ".join(str(tier) for tier in sorted(version.tiers))
    return found


def selection_words(version: PolicyVersion) -> str:
    """The same on one line."""
    return "; ".join(f"{name.lower()} {said.lower()}" for name, said in selection(version).items()) or "every release"


def gate_facts(rule: GateRule) -> dict[str, str]:
    """What a gate rule says, fact by fact; what it does not say is left out."""
    waivers = [str(rule.waived_by_team or ""), f"the role {rule.waived_by_role}" if rule.waived_by_role else ""]
    shown = threshold_words(rule.evidence, rule.threshold)
    facts = {
        "Before": rule.get_stage_display().capitalize(),
        "Area": rule.get_area_display().capitalize(),
        "Asks": rule.ask,
        "Decided by": _speakers(rule.owner_team, rule.owner_role),
        "Due": _days_before(rule.due_days),
        "Evidence": "" if rule.evidence == EvidenceKind.NOTHING else rule.get_evidence_display() + (f": {shown}" if shown else ""),
        "Checklist": "; ".join(rule.checklist),
        "Procedure": str(rule.procedure or ""),
        "Waived by": " or ".join(each for each in waivers if each) or "nobody",
        "A break-fix may meet it": "" if rule.follow_days is None else f"within {_working_days(rule.follow_days)} afterwards",
    }
    return {name: said for name, said in facts.items() if said}


def approval_facts(rule: ApprovalRule) -> dict[str, str]:
    """What an approval rule says, fact by fact; of emergencies only where its version is for break-fixes."""
    emergency = "takes all of them"
    if rule.emergency_people is not None:
        emergency = f"runs on {rule.emergency_people}"
        if rule.emergency_people < rule.people:
            emergency += f", the others within {_working_days(rule.follow_days)} afterwards"
    facts = {
        "Before": rule.get_stage_display().capitalize(),
        "Given by": f"{rule.people} of {_speakers(rule.team, rule.role)}",
        "A yes holds": "1 day" if rule.holds_days == 1 else f"{rule.holds_days} days",
    }
    urgencies = rule.version.urgencies
    return facts if urgencies and Urgency.BREAK_FIX not in urgencies else facts | {"A break-fix": emergency}


def schedule_facts(rule: ScheduleRule) -> dict[str, str]:
    """What a schedule rule says, fact by fact."""
    facts = {
        "Before": rule.get_stage_display().capitalize(),
        "Lead time": _working_days(rule.lead_days) if rule.lead_days else "",
        "Freezes": "stop it" if rule.respects_freezes else "do not stop it",
        "Maintenance windows": "only in these" if rule.windows_only else "",
        "Soak": f"{rule.soak_hours} {rule.get_soak_unit_display()}" if rule.soak_hours else "",
    }
    return {name: said for name, said in facts.items() if said}


def question_facts(question: RiskQuestion) -> dict[str, str]:
    """What may be answered to a question, and the risk that each answer stands for."""
    return {each["answer"]: f"{Risk(each['risk']).label} risk" for each in question.answers}


def compare(before: PolicyVersion, after: PolicyVersion) -> list[Difference]:
    """What two versions of a policy say differently, rule by rule of the same code."""
    found: list[Difference] = []
    lines = _lines(selection(before), selection(after))
    if lines:
        found.append(Difference("Releases", "Which releases it is for", lines))
    for section, name, facts in (
        ("Gates", "gate_rules", gate_facts),
        ("Approvals", "approval_rules", approval_facts),
        ("Schedule", "schedule_rules", schedule_facts),
        ("Questions about the risk", "risk_questions", question_facts),
    ):
        old, new = ({rule.code: rule for rule in getattr(version, name).all()} for version in (before, after))
        for code in dict.fromkeys([*old, *new]):
            own = [{"Name": str(rule), **facts(rule)} if rule else {} for rule in (old.get(code), new.get(code))]
            lines = _lines(*own)
            if lines:
                rule = new.get(code) or old[code]
                found.append(Difference(section, rule.name, lines, is_new=code not in old, is_gone=code not in new))
    return found


def compare_texts(before: str, after: str) -> list[Line]:
    """Two texts line by line, only what differs and a few lines around it; empty when they are the same."""
    old, new = before.splitlines(), after.splitlines()
    groups = list(SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND))
    found: list[Line] = []
    for group in groups:
        if group[0][1] > 0:
            found.append(Line("cut"))
        for what, a, b, c, d in group:
            if what == "equal":
                found += [Line("same", text) for text in old[a:b]]
            else:
                found += [Line("gone", text) for text in old[a:b]] + [Line("new", text) for text in new[c:d]]
    if groups and groups[-1][-1][2] < len(old):
        found.append(Line("cut"))
    return found


def _lines(before: Facts, after: Facts) -> list[tuple[str, str, str]]:
    names: Iterable[str] = dict.fromkeys([*before, *after])
    return [(name, before.get(name, ""), after.get(name, "")) for name in names if before.get(name) != after.get(name)]


def _speakers(team: Any, role: str) -> str:
    return str(team) if team else f"the role {role}"


def _working_days(number: int) -> str:
    return "1 working day" if number == 1 else f"{number} working days"


def _days_before(number: int) -> str:
    return f"{_working_days(number)} before the window" if number else "by the day of the window"
