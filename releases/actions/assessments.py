"""Assessing the risk of releases by what their policies ask about it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from accounts.models import User
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from policies.queries import Question, standards
from policies.verdicts import highest
from releases import rules
from releases.actions.opening import locked_together
from releases.actions.releases.bringing import NOT_YOURS
from releases.models import Assessment, Release
from releases.queries.assessments import risks_standing
from releases.vocabulary import ENDED


@deed
def assess(release: Release, answers: Mapping[str, str], *, by: User, at: datetime, seen: Seen = None) -> Assessment:
    """Answer the questionnaire of a release: by key of each question one of its answers. The highest risk that one of them stands
    for becomes the risk of the release.

    Raises NotAllowed, Stale, IllegalMove when the release is over, Conflict when no policy asks anything, and RuleBroken that names
    each question without an answer, each answer that is none of the question's, and each question that is not asked.
    """
    release = locked_together(release)
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    expect_seen(release, seen)
    if release.status in ENDED:
        raise IllegalMove(f"The release is {release.get_status_display().lower()}; nothing of it is assessed any more.")
    questions = risks_standing([release], standards())[release.pk].questions
    if not questions:
        raise Conflict("No policy in force asks anything about the risk of a release like this one; say its risk by hand.")
    _expect_answers(questions, answers)
    entries = [
        {"question": each.key, "text": each.text, "answer": answers[each.key], "risk": each.answers[answers[each.key]]}
        for each in questions
    ]
    risk = highest(entry["risk"] for entry in entries)
    made: Assessment = Assessment.objects.create(release=release, risk=risk, answers=entries, by=by, at=at)
    template = "{actor} assessed the risk of {subject}: {risk}"
    columns = ["risk"] if release.risk != risk else []
    if columns:
        release.risk = risk
        release.save(update_fields=columns)
    record(release, "assessed", by=by, template=template, risk=risk, assessment=made.pk, columns=columns)
    made.refresh_from_db()
    return made


def ask_again(releases: Collection[Release], *, by: User) -> None:
    """Have locked releases whose risk came from a questionnaire be not assessed where that now asks something else: a step of the
    verb that lets policies ask anew. What was said by hand stays.
    """
    assessed = [release for release in releases if release.risk and release.status not in ENDED]
    if not assessed or not Assessment.objects.filter(release__in=assessed).exists():
        return
    for standing in risks_standing(assessed, standards()).values():
        if standing.assessment is None or standing.is_by_hand or standing.holds or not standing.questions:
            continue
        standing.release.risk = ""
        standing.release.save(update_fields=["risk"])
        template = "The risk of {subject} has to be assessed again: other questions are asked about it"
        record(standing.release, "asked_risk_again", by=by, template=template)


def _expect_answers(questions: Sequence[Question], answers: Mapping[str, str]) -> None:
    known = {question.key: question for question in questions}
    problems = [f"Nothing is asked as “{key[:60]}”; leave it out." for key in answers if key not in known]
    for question in questions:
        given = answers.get(question.key)
        if given is None:
            problems.append(f"“{question.text}” ({question.key}) has no answer; choose one of: {_all(question)}.")
        elif given not in question.answers:
            problems.append(f"“{given[:60]}” is no answer to “{question.text}” ({question.key}); choose one of: {_all(question)}.")
    if problems:
        raise RuleBroken(problems[0], errors={"answers": problems})


def _all(question: Question) -> str:
    return "; ".join(f"“{answer}”" for answer in question.answers)
