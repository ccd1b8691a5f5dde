"""What webhooks can be told is what the verbs record."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from reminders.queries.kinds import KINDS, OPEN_TO_ALL

APPS = ("environments", "policies", "projects", "releases")
#: Verbs that stand for more than their letters say: a word of a vocabulary, or one of two.
MADE = {
    "accepted", "asked_gates", "became_draft", "became_in_production", "became_planned", "became_under_way", "declined",
    "dropped_gates", "failed", "passed", "runs_without_place", "succeeded", "succeeded_with_issues",
}  # fmt: skip
ELSEWHERE = {"brought", "changed_comment", "commented", "took_back_comment"}


def written() -> Iterator[str]:
    """Every verb that is written out where something is recorded, in whichever way the app says it."""
    for app in APPS:
        for file in Path(settings.BASE_DIR, app).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call):
                    yield from _verb_of(node)


def _verb_of(call: ast.Call) -> Iterator[str]:
    name: Any = getattr(call.func, "id", getattr(call.func, "attr", ""))
    places = {"Said": 0, "record": 1, "tell": 1, "_tell": 1, "_set": 2}
    if name in places and len(call.args) > places[name]:
        verb = call.args[places[name]]
        for each in [verb.body, verb.orelse] if isinstance(verb, ast.IfExp) else [verb]:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def test_every_verb_can_be_told_and_no_other():
    told = {verb for verbs in KINDS.values() for verb in verbs}
    found = set(written())
    assert len(found) > 60
    assert found - told == set()
    assert told - found == (MADE | ELSEWHERE) - found


@pytest.mark.parametrize("subject", KINDS)
def test_every_subject_is_a_noun_and_what_may_be_restricted_is_not_open_to_all(subject):
    (model,) = [each for each in apps.get_models() if each._meta.model_name == subject]
    assert model._meta.app_label in APPS
    is_restrictable = model._meta.app_label in ("projects", "releases") or subject == "booking"
    assert is_restrictable != (subject in OPEN_TO_ALL)
