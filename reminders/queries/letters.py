"""What there is to say: the facts of what reminders are about, put into words for one reader."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from common import moments
from projects.models import Output, Project
from releases.models import Gate, Promotion, Release
from reminders.models import Reminder
from reminders.occasions import ALL
from reminders.queries.contents import Contents, Enclosures
from reminders.queries.visibility import Thing
from reminders.vocabulary import Audience, Occasion


@dataclass(frozen=True)
class Facts:
    """What is known of one subject; `words` fill the templates of its occasions. `scope`: the release or project it belongs to."""

    words: Mapping[str, str]
    url: str
    scope: Thing


@dataclass(frozen=True)
class Letter:
    """What one person is told. Addresses are whole.

    `asks` is what they are asked to do (empty where it is news), `button` what leads there. `thread` is the same for all that concerns
    one release or project, which `about` names by its key and `scope` by kind and id. `contents` come where they were asked for.
    """

    headline: str
    sentence: str
    why: str
    url: str
    thread: str
    asks: str = ""
    button: str = "Open it"
    about: str = ""
    scope: Thing | None = None
    contents: Contents | None = None


class Letters:
    """The letters of a batch of reminders, which come with their rules: a number of queries that doesn't depend on how many they are.

    `at` is when they are read (UTC), by default when each was due; `in_full`: with their contents.
    """

    def __init__(self, reminders: Sequence[Reminder], at: datetime | None = None, *, in_full: bool = False) -> None:
        self._at = at
        by_kind: dict[str, set[int]] = defaultdict(set)
        for one in reminders:
            by_kind[one.subject_kind].add(one.subject_id)
        self._facts = {(kind, number): facts for kind in by_kind for number, facts in _FACTS[kind](by_kind[kind]).items()}
        self._enclosures = Enclosures(reminders, at) if in_full and at else None

    def letter(self, reminder: Reminder, reader: User, audience: Audience, instead_of: User | None = None) -> Letter:
        """What a person is told, with times in their zone; perhaps in the place of another. Raises KeyError when the subject is gone."""
        facts = self._facts[reminder.subject_kind, reminder.subject_id]
        occasion = ALL[Occasion(reminder.rule.occasion)]
        said_at = max(reminder.due_at, self._at or reminder.due_at)
        if occasion.is_day:
            zone = ZoneInfo(reminder.zone)
            day = reminder.moment_at.astimezone(zone).date()
            when, is_over = moments.day_words(day), day < said_at.astimezone(zone).date()
        else:
            when, is_over = moments.instant_words(reminder.moment_at, reader.zone), reminder.moment_at < said_at
        words = {**facts.words, "when": when, "is_or_was": "was" if is_over else "is"}
        kind, number = facts.scope
        return Letter(
            headline=occasion.headline.format(**words),
            sentence=occasion.sentence.format(**words),
            why=_why(reminder, audience, instead_of),
            url=settings.BASE_URL + facts.url,
            thread=f"{kind}-{number}",
            asks=occasion.asks,
            button=occasion.button,
            about=facts.words["about"],
            scope=facts.scope,
            contents=self._enclosures.of(reminder, reader) if self._enclosures else None,
        )


_BECAUSE: Final = {
    Audience.OWNER: "it is yours to do",
    Audience.RELEASE_MANAGER: "you manage the release",
    Audience.PROJECT_MANAGER: "you manage a project behind it",
    Audience.APPROVERS: "your approval is still missing",
    Audience.SUBSCRIBERS: "you or a team of yours watch it, or what it belongs to",
    Audience.TEAM: "your team owns the environment",
    Audience.LEAD: "it has waited long with those who report to you",
}
#: The same to whoever stands in for somebody.
_BECAUSE_THEY: Final = {
    Audience.OWNER: "it is theirs to do",
    Audience.RELEASE_MANAGER: "they manage the release",
    Audience.PROJECT_MANAGER: "they manage a project behind it",
    Audience.APPROVERS: "their approval is still missing",
    Audience.SUBSCRIBERS: "they or a team of theirs watch it, or what it belongs to",
    Audience.TEAM: "their team owns the environment",
    Audience.LEAD: "it has waited long with those who report to them",
}


def _why(reminder: Reminder, audience: Audience, instead_of: User | None) -> str:
    rule = f"by the rule “{reminder.rule.name}”"
    if instead_of is None:
        return f"You get this because {_BECAUSE[audience]}, {rule}."
    return f"You get this for {instead_of}, who is away, because {_BECAUSE_THEY[audience]}, {rule}."


def _of_promotions(numbers: Collection[int]) -> dict[int, Facts]:
    return {
        one.pk: Facts({**_release(one.release), "place": one.environment.name}, one.get_absolute_url(), ("release", one.release_id))
        for one in Promotion.objects.filter(pk__in=numbers).select_related("release", "environment")
    }


def _of_gates(numbers: Collection[int]) -> dict[int, Facts]:
    return {
        one.pk: Facts(
            {**_release(one.release), "gate": one.name, "state": one.get_state_display(), "due": _day(one.due_on)},
            one.get_absolute_url(),
            ("release", one.release_id),
        )
        for one in Gate.objects.filter(pk__in=numbers).select_related("release")
    }


def _of_outputs(numbers: Collection[int]) -> dict[int, Facts]:
    return {
        one.pk: Facts(
            {"about": one.project.code, "key": one.project.code, "name": one.name, "place": one.project.name},
            one.get_absolute_url(),
            ("project", one.project_id),
        )
        for one in Output.objects.filter(pk__in=numbers).select_related("project")
    }


def _of_projects(numbers: Collection[int]) -> dict[int, Facts]:
    return {
        one.pk: Facts({"about": one.code, "key": one.code, "name": one.name}, one.get_absolute_url(), ("project", one.pk))
        for one in Project.objects.filter(pk__in=numbers)
    }


_FACTS: Final = {"promotion": _of_promotions, "gate": _of_gates, "output": _of_outputs, "project": _of_projects}


def _release(release: Release) -> dict[str, str]:
    return {"about": release.key, "key": release.key, "name": str(release)}


def _day(day: date | None) -> str:
    return "no day yet" if day is None else moments.day_words(day)
