"""What is sent to assess the risk of a release: shape only."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from django import forms

from common.writing import Line, Rows, Shape
from common.writing.fields import Field
from policies.queries import Question

_MOST: Final = 300


class AnswerShape(Shape):
    question = Line("Question", longest=250, help="Its key.")
    answer = Line("Answer", longest=300, help="One of those it names, word by word.")


class AssessmentShape(Shape):
    """As programs answer: each question by its key."""

    answers = Rows(AnswerShape, "Answers", required=True, most=_MOST, help="One to each question that is asked.")


class _Choice(Field, forms.ChoiceField):
    """One of the answers to a question."""


def answering(questions: Sequence[Question]) -> type[Shape]:
    """The shape of the page: one field for each question, called by `field_of`."""

    class QuestionnaireShape(Shape):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            for question in questions:
                choices = [(answer, answer) for answer in question.answers]
                field = _Choice(question.text, choices=choices, widget=forms.RadioSelect())
                field.error_messages["required"] = "Choose an answer."
                self.fields[field_of(question)] = field

    return QuestionnaireShape


def field_of(question: Question) -> str:
    """The name of a question's field. Another question has another one, so that an old page answers nothing it did not ask."""
    said = "\n".join([question.key, question.text, *question.answers])
    return f"q{sha256(said.encode()).hexdigest()[:16]}"
