"""What releases are asked about their risk, and whether what was answered still answers it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.queries import Question, Standards, questionnaire, standards_kept
from releases.models import Assessment, Release
from releases.queries.digests import traits_of


@dataclass(frozen=True)
class RiskStanding:
    """What one release is asked, and the newest assessment of it, if there is one."""

    release: Release
    questions: Sequence[Question]
    assessment: Assessment | None

    @property
    def given(self) -> Mapping[str, str]:
        """By key of a question what was answered, where that still answers what is asked now."""
        entries = self.assessment.answers if self.assessment else []
        known = {question.key: question for question in self.questions}
        return {each["question"]: each["answer"] for each in entries if _answers(each, known.get(each["question"]))}

    @property
    def holds(self) -> bool:
        """Whether it was assessed, and every question that is asked now was answered, by what stands for the same risk still."""
        return self.assessment is not None and len(self.given) == len(self.questions)

    @property
    def is_by_hand(self) -> bool:
        """Whether the risk of the release is another than the questionnaire made it."""
        return bool(self.release.risk) and (self.assessment is None or self.assessment.risk != self.release.risk)


def risks_standing(releases: Iterable[Release], known: Standards | None = None) -> dict[int, RiskStanding]:
    """How each release stands with its questionnaire, by number. Verbs give the standards as they are in their transaction."""
    found = list(releases)
    known = known or standards_kept()
    newest = Assessment.objects.filter(release__in=found).order_by("release_id", "-id").distinct("release_id")
    assessments = {each.release_id: each for each in newest.select_related("by")}
    traits = traits_of(found)
    return {each.pk: RiskStanding(each, questionnaire(known, traits[each.pk]), assessments.get(each.pk)) for each in found}


def _answers(entry: Mapping[str, Any], question: Question | None) -> bool:
    return question is not None and entry["text"] == question.text and question.answers.get(entry["answer"]) == entry["risk"]
