"""REST: the risk of releases: what is asked about it, and what was answered."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.urls import path
from rest_framework.request import Request

from common.converters import NAME
from common.reading import Question, ReadView, list_of, tags, text_schema
from common.refusals import BadInput
from common.writing import Creates
from policies.vocabulary import Risk
from releases.actions import assessments
from releases.api.within import ONE, ListOfRelease, PartOfRelease, release_of
from releases.forms.assessments import AssessmentShape
from releases.queries.answers import RESTRICTIONS
from releases.queries.assessment_answers import ASSESSMENTS
from releases.queries.assessments import RiskStanding, risks_standing

_TABLES: Final = (
    *RESTRICTIONS,
    "releases_assessment",
    "environments_service",
    "policies_policy",
    "policies_policyversion",
    "policies_riskquestion",
)
_ANSWER: Final = {
    "type": "object",
    "properties": {
        "risk": text_schema(enum=["", *Risk.values], description="As it is now; empty is not assessed, and counts as high."),
        "holds": {"type": "boolean", "description": "Whether it was assessed, and what is asked now was answered."},
        "questions": list_of(
            {
                "type": "object",
                "properties": {
                    "question": text_schema(description="Its key, by which it is answered."),
                    "text": text_schema(),
                    "policies": list_of(text_schema(description="The short name of a policy that asks it.")),
                    "answers": list_of(
                        {
                            "type": "object",
                            "properties": {"answer": text_schema(), "risk": text_schema(enum=Risk.values)},
                            "required": ["answer", "risk"],
                        }
                    ),
                    "given": {"type": ["string", "null"], "description": "What was answered, where that still holds."},
                },
                "required": ["question", "text", "policies", "answers", "given"],
            }
        ),
    },
    "required": ["risk", "holds", "questions"],
}


class Questionnaire(ReadView):
    """What the policies ask about the risk of a release."""

    operation, answer = "releases_questionnaire_get", _ANSWER

    def get(self, request: Request, key: str) -> HttpResponse:
        question = Question.of(request)
        question.expect(set())
        release = release_of(key, request.user)
        number = tags.last_number(_TABLES)
        return self.conditional(question, number, lambda: _said(risks_standing([release])[release.pk]))


class Assessments(Creates, ListOfRelease):
    """Who answered the questionnaire of a release, and how risky that made it. POST answers it."""

    noun, new = ASSESSMENTS, AssessmentShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        answers = {each["question"]: each["answer"] for each in given["answers"]}
        if len(answers) < len(given["answers"]):
            sentence = "One question is answered twice; answer each once."
            raise BadInput(sentence, errors={"answers": [sentence]})
        return assessments.assess(release_of(names["key"], by), answers, by=by, at=at)


class Assessment(PartOfRelease):
    """One assessment of a release."""

    noun = ASSESSMENTS


def _said(standing: RiskStanding) -> dict[str, Any]:
    return {
        "risk": standing.release.risk,
        "holds": standing.holds,
        "questions": [
            {
                "question": each.key,
                "text": each.text,
                "policies": [policy.slug for policy in each.policies],
                "answers": [{"answer": answer, "risk": risk} for answer, risk in each.answers.items()],
                "given": standing.given.get(each.key),
            }
            for each in standing.questions
        ],
    }


urlpatterns = [
    path(f"{ONE}/questionnaire/", Questionnaire.as_view(), name="api_questionnaire"),
    path(f"{ONE}/assessments/", Assessments.as_view(), name="api_assessments"),
    path(f"{ONE}/assessments/<{NAME}:name>/", Assessment.as_view(), name="api_assessment"),
]
