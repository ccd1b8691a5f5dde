"""What policies ask about the risk of a release."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from policies.models import Policy
from policies.queries.standards import Standards, Traits, chosen_by


@dataclass(frozen=True)
class Question:
    """A question as a release is asked it: its text, and by answer the risk it stands for; `policies` are those that ask it.

    `key` names it in answers: its short name, and where policies ask different things under the same one, the policy's too.
    """

    key: str
    text: str
    answers: Mapping[str, str]
    policies: tuple[Policy, ...]


def questionnaire(known: Standards, traits: Traits) -> tuple[Question, ...]:
    """The questions of all policies for such releases, whatever their risk, since that is what comes out; each asked once."""
    by_code: dict[str, dict[Any, Question]] = {}
    for version in known.versions:
        if chosen_by(version, replace(traits, risk=next(iter(version.risks), ""))) is None:
            continue
        for question in known.questions.get(version.pk, ()):
            answers = {each["answer"]: each["risk"] for each in question.answers}
            same = by_code.setdefault(question.code, {})
            what = (question.name, tuple(answers.items()))
            before = same.get(what)
            if before is None:
                same[what] = Question(question.code, question.name, answers, (version.policy,))
            else:
                same[what] = replace(before, policies=(*before.policies, version.policy))
    found = []
    for code, several in by_code.items():
        for each in several.values():
            key = code if len(several) == 1 else f"{each.policies[0].slug}/{code}"
            found.append(replace(each, key=key))
    return tuple(found)
