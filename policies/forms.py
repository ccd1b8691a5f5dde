"""What may be written of procedures and policies: shape only, for pages and REST alike."""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import Team
from accounts.vocabulary import Role
from common.texts import SOME_LINE, problem_with_line
from common.writing import Chosen, Code, Flag, Line, Named, Number, Prose, Rows, Shape, Word
from common.writing.fields import Field
from environments.vocabulary import LEAST_IMPORTANT_TIER, MOST_IMPORTANT_TIER, SoakUnit, Stage
from policies.models import Procedure
from policies.vocabulary import THRESHOLDS, EvidenceKind, GateArea, Nature, Risk, Size, Urgency

_STAYS: Final = "It stands in addresses, and stays as it is."
_SAME_RULE: Final = "By it the rule is known from version to version."
_MOST_DAYS: Final = 400
_MOST_PEOPLE: Final = 20
_MOST_HOURS: Final = 8_784
_MOST_RULES: Final = 100
_MOST_CHECKS: Final = 50
_MOST_QUESTIONS: Final = 30
_MOST_ANSWERS: Final = 10
_ANSWER_LINE: Final = re.compile(r":")
_ONE_ASKED: Final = re.compile(r"\s*([a-z_]{1,40})\s*=\s*(\d{1,9})\s*")


class Tiers(Field, forms.TypedMultipleChoiceField):
    """Some of the tiers of services; none of them means all."""

    json_types, json_words = (list,), "a list of tiers"
    _all = range(MOST_IMPORTANT_TIER, LEAST_IMPORTANT_TIER + 1)

    def __init__(self, label: str, **more: Any) -> None:
        choices = [(str(tier), f"Tier {tier}") for tier in self._all]
        super().__init__(label, required=False, choices=choices, coerce=int, widget=forms.CheckboxSelectMultiple(), **more)
        self.error_messages["invalid_choice"] = f"Each is a tier from {MOST_IMPORTANT_TIER} to {LEAST_IMPORTANT_TIER}."

    def from_json(self, value: Any) -> Any:
        tiers = [int(each) for each in value if _is_whole(each)]
        if len(tiers) < len(value) or len(set(tiers)) != len(tiers):
            raise ValidationError("This is a list of numbers, each once.")
        return [str(tier) for tier in tiers]

    def described(self) -> dict[str, Any]:
        items = {"type": "integer", "minimum": MOST_IMPORTANT_TIER, "maximum": LEAST_IMPORTANT_TIER}
        return {"type": "array", "items": items, "uniqueItems": True}


class Checks(Field, forms.CharField):
    """Things to tick, in their order; on pages one on each line."""

    json_types, json_words = (list,), "a list of texts"
    longest: Final = 300

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, required=False, widget=forms.Textarea(attrs={"rows": 3}), **more)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        pieces = str(value or "").replace("\r\n", "\n").split("\n") if not isinstance(value, list) else value
        if any(not isinstance(piece, str) for piece in pieces):
            raise ValidationError("This is a list of texts.")
        found = [piece.strip() for piece in pieces if piece.strip()]
        for piece in found:
            problem = problem_with_line(piece)
            if problem or len(piece) > self.longest:
                raise ValidationError(problem or f"“{piece[:40]}…” is longer than {self.longest} characters.")
        if len(set(found)) != len(found) or len(found) > _MOST_CHECKS:
            raise ValidationError(f"Name each thing once, and at most {_MOST_CHECKS} of them.")
        return found

    def described(self) -> dict[str, Any]:
        item = {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": SOME_LINE}
        return {"type": "array", "items": item, "uniqueItems": True, "maxItems": _MOST_CHECKS}


class Answers(Field, forms.CharField):
    """What may be answered to a question, and the risk each answer stands for, by REST `[{"answer": "No", "risk": "low"}]`, on pages
    one on each line: `low: No`.
    """

    json_types, json_words = (list,), 'a list of objects such as {"answer": "No", "risk": "low"}'
    longest: Final = 300

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, required=False, widget=forms.Textarea(attrs={"rows": 3}), **more)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{each['risk']}: {each['answer']}" for each in value) if isinstance(value, list) else value

    def from_json(self, value: Any) -> Any:
        texts = (isinstance(each, dict) and each.keys() == {"answer", "risk"} for each in value)
        if not all(texts) or any(not isinstance(text, str) for each in value for text in each.values()):
            raise ValidationError(f"This is {self.json_words}.")
        return [(each["risk"], each["answer"]) for each in value]

    def to_python(self, value: Any) -> Any:
        given = (
            value
            if isinstance(value, list)
            else [_ANSWER_LINE.split(line, 1) for line in str(value or "").splitlines() if line.strip()]
        )
        found = []
        for risk, *said in given:
            answer = said[0].strip() if said else ""
            problem = problem_with_line(answer)
            if risk.strip().lower() not in Risk.values or not answer:
                raise ValidationError(
                    f"Write each answer with the risk it stands for, as in low: No; risks are {', '.join(Risk.values)}."
                )
            if problem or len(answer) > self.longest:
                raise ValidationError(problem or f"“{answer[:40]}…” is longer than {self.longest} characters.")
            found.append({"answer": answer, "risk": risk.strip().lower()})
        if len({each["answer"] for each in found}) != len(found) or len(found) > _MOST_ANSWERS:
            raise ValidationError(f"Name each answer once, and at most {_MOST_ANSWERS} of them.")
        return found

    def described(self) -> dict[str, Any]:
        answer = {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": SOME_LINE}
        properties = {"answer": answer, "risk": {"type": "string", "enum": Risk.values}}
        each = {"type": "object", "properties": properties, "required": ["answer", "risk"], "additionalProperties": False}
        return {"type": "array", "items": each, "uniqueItems": True, "maxItems": _MOST_ANSWERS}


class Threshold(Field, forms.CharField):
    """What a report has to show, by REST `{"least_tests": 100}`, on pages `least_tests=100, most_failed=0`."""

    json_types, json_words = (dict,), 'an object such as {"least_tests": 100, "most_failed": 0}'
    known: Final = sorted({name for names in THRESHOLDS.values() for name in names})

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{name}={number}" for name, number in value.items()) if isinstance(value, dict) else value

    def from_json(self, value: Any) -> Any:
        # JSON knows no whole numbers: 3.0 is one (RFC 8259).
        whole = {name: int(number) for name, number in value.items() if _is_whole(number)}
        if len(whole) < len(value):
            raise ValidationError("Each is a whole number from 0 on.")
        return self.prepare_value(whole)

    def to_python(self, value: Any) -> Any:
        found: dict[str, int] = {}
        for piece in str(value or "").split(","):
            asked = _ONE_ASKED.fullmatch(piece)
            if piece.strip() and (asked is None or asked[1] not in self.known):
                raise ValidationError(f"Write what is asked as name=number, with commas; the names are {', '.join(self.known)}.")
            if asked:
                found[asked[1]] = int(asked[2])
        return found

    def described(self) -> dict[str, Any]:
        number = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
        return {"type": "object", "properties": dict.fromkeys(self.known, number), "additionalProperties": False}


def _is_whole(number: Any) -> bool:
    """Whether a number of JSON is whole and not negative."""
    return isinstance(number, (int, float)) and not isinstance(number, bool) and number >= 0 and number == int(number)


def _some(words: type[models.TextChoices], label: str, says: str) -> Chosen:
    return Chosen(words.choices, label, help=f"{says} None ticked: all.")


class ProcedureShape(Shape):
    name = Line("Name", longest=300, help="What people call it.")
    body = Prose("What to do", longest=100_000, required=True, help="Markdown. Saving another text makes a new version.")


class NewProcedureShape(ProcedureShape):
    slug = Code("Short name", help=f"Such as penetration-test. {_STAYS}")
    first = ("slug",)


class PolicyShape(Shape):
    name = Line("Name", longest=300, help="What people call it.")
    description = Prose("Description", help="What it is for, in a few sentences.")


class NewPolicyShape(PolicyShape):
    slug = Code("Short name", help=f"Such as major. {_STAYS}")
    first = ("slug",)


class GateRuleShape(Shape):
    code = Code("Short name", help=_SAME_RULE)
    name = Line("Name", longest=300)
    area = Word(GateArea, "Area")
    stage = Word(Stage, "Before")
    ask = Prose("What it asks", longest=2_000, required=True, help="In a sentence.")
    procedure = Named(Procedure, "slug", "Procedure", required=False)
    owner_team = Named(Team, "slug", "Decided by the team", required=False)
    owner_role = Word(Role, "or by the role", required=False, none="no role")
    due_days = Number("Due, working days before", least=0, most=_MOST_DAYS, required=False)
    evidence = Word(EvidenceKind, "Evidence", required=False, initial=EvidenceKind.NOTHING)
    threshold = Threshold("It has to show", help="Such as least_tests=100, most_failed=0.")
    checklist = Checks("Checklist", help="One thing on each line.")
    waived_by_team = Named(Team, "slug", "Waived by the team", required=False)
    waived_by_role = Word(Role, "or waived by the role", required=False, none="nobody", help="With neither nobody waives it.")
    follow_days = Number("A break-fix may meet it afterwards, working days", least=0, most=_MOST_DAYS, required=False)


class ApprovalRuleShape(Shape):
    code = Code("Short name", help=_SAME_RULE)
    name = Line("Name", longest=300)
    stage = Word(Stage, "Before")
    team = Named(Team, "slug", "Given by the team", required=False)
    role = Word(Role, "or by the role", required=False, none="no role")
    people = Number("People", least=1, most=_MOST_PEOPLE, required=False, help="One when left out.")
    holds_days = Number("A yes holds, days", least=1, most=_MOST_DAYS, required=False, help="14 when left out.")
    emergency_people = Number("People in an emergency", least=1, most=_MOST_PEOPLE, required=False, help="Empty: all of them.")
    follow_days = Number(
        "The others follow within, working days", least=0, most=_MOST_DAYS, required=False, help="2 when left out."
    )


class ScheduleRuleShape(Shape):
    code = Code("Short name", help=_SAME_RULE)
    name = Line("Name", longest=300)
    stage = Word(Stage, "Before")
    lead_days = Number("Lead time, working days", least=0, most=_MOST_DAYS, required=False)
    respects_freezes = Flag("Freezes stop it", initial=True)
    windows_only = Flag("Only in maintenance windows")
    soak_hours = Number("Soak at the stop before, hours", least=0, most=_MOST_HOURS, required=False)
    soak_unit = Word(SoakUnit, "Soak in", required=False, initial=SoakUnit.ELAPSED)


class RiskQuestionShape(Shape):
    code = Code("Short name", help=_SAME_RULE)
    name = Line("Question", longest=300, help="Such as: Can it be taken back within the window?")
    answers = Answers("Answers", help="One on each line, with the risk it stands for: low: Yes, that was rehearsed.")


class VersionShape(Shape):
    """A version of a policy: which releases it is for, and its rules, each kind of them as a whole list."""

    urgencies = _some(Urgency, "Urgency", "The releases it is for.")
    sizes = _some(Size, "Size", "Standard ones are approved beforehand.")
    risks = _some(Risk, "Risk", "Not assessed counts as high.")
    natures = _some(Nature, "Nature", "What they change.")
    tiers = Tiers("Highest tier of their services", help="1 is the most critical. None ticked: all.")
    note = Prose("What is new in it, and why", longest=5_000)
    gate_rules = Rows(
        GateRuleShape, "Gates", most=_MOST_RULES, on_page=True, is_folded=True, help="Empty the short name of one to take it away."
    )
    approval_rules = Rows(
        ApprovalRuleShape, "Approvals", most=_MOST_RULES, on_page=True, is_folded=True, help="All of them have to be met."
    )
    schedule_rules = Rows(
        ScheduleRuleShape, "Schedule", most=_MOST_RULES, on_page=True, is_folded=True, help="When a promotion may lie."
    )
    risk_questions = Rows(
        RiskQuestionShape,
        "Questions about the risk",
        most=_MOST_QUESTIONS,
        on_page=True,
        is_folded=True,
        help="Whoever leads a release answers them; the highest risk that an answer stands for is its risk.",
    )


class Publication(Shape):
    """Publishing asks for nothing but a yes."""


class Retirement(Shape):
    reason = Prose("Reason", longest=5_000, required=True, help="It stands in the history of the policy.")
