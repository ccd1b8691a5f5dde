"""What there is to say: the facts of what reminders are about, put into words for one reader."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from common import moments
from projects.models import Output, Project
from releases.models import Contribution, Gate, Promotion, Release
from reminders.models import Reminder
from reminders.occasions import ALL
from reminders.queries.visibility import Seen
from reminders.vocabulary import Audience, Occasion


@dataclass(frozen=True)
class Line:
    """Something on the other side: an output that a release carries, or a release that an output feeds."""

    kind: str
    number: int
    text: str
    url: str


@dataclass(frozen=True)
class Facts:
    """What is known of one subject; `words` fill the templates of its occasions."""

    words: Mapping[str, str]
    url: str
    thread: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Letter:
    """What one person is told. `thread` is the same for all that concerns one release or project; addresses are whole."""

    headline: str
    sentence: str
    why: str
    url: str
    thread: str
    lines_are: str
    lines: tuple[Line, ...] = ()


#: What stands over the lines of a letter.
_LINES: Final = {"promotion": "It carries", "gate": "The release carries", "output": "It goes into", "project": "It delivers"}


class Letters:
    """The letters of a batch of reminders, which come with their rules: a number of queries that doesn't depend on how many they are."""

    def __init__(self, reminders: Sequence[Reminder]) -> None:
        by_kind: dict[str, set[int]] = defaultdict(set)
        for one in reminders:
            by_kind[one.subject_kind].add(one.subject_id)
        self._facts = {(kind, number): facts for kind in by_kind for number, facts in _FACTS[kind](by_kind[kind]).items()}
        self._seen = Seen((line.kind, line.number) for facts in self._facts.values() for line in facts.lines)

    def letter(self, reminder: Reminder, reader: User, audience: Audience, instead_of: User | None = None) -> Letter:
        """What a person is told, with times in their zone; perhaps in the place of another. Raises KeyError when the subject is gone."""
        facts = self._facts[reminder.subject_kind, reminder.subject_id]
        occasion = ALL[Occasion(reminder.rule.occasion)]
        if occasion.is_day:
            when = moments.day_words(reminder.moment_at.astimezone(ZoneInfo(reminder.zone)).date())
        else:
            when = moments.instant_words(reminder.moment_at, reader.zone)
        is_over = reminder.moment_at < reminder.due_at
        words = {**facts.words, "when": when, "is_or_was": "was" if is_over else "is"}
        return Letter(
            headline=occasion.headline.format(**words),
            sentence=occasion.sentence.format(**words),
            why=_why(reminder, audience, instead_of),
            url=settings.BASE_URL + facts.url,
            thread=facts.thread,
            lines_are=_LINES[reminder.subject_kind],
            lines=tuple(line for line in facts.lines if self._seen.by(reader, (line.kind, line.number))),
        )


_BECAUSE: Final = {
    Audience.OWNER: "it is yours to do",
    Audience.RELEASE_MANAGER: "you manage the release",
    Audience.PROJECT_MANAGER: "you manage a project behind it",
    Audience.APPROVERS: "your approval is still missing",
    Audience.SUBSCRIBERS: "you watch it, or what it belongs to",
    Audience.TEAM: "your team owns the environment",
    Audience.LEAD: "it has waited long with those who report to you",
}
#: The same to whoever stands in for somebody.
_BECAUSE_THEY: Final = {
    Audience.OWNER: "it is theirs to do",
    Audience.RELEASE_MANAGER: "they manage the release",
    Audience.PROJECT_MANAGER: "they manage a project behind it",
    Audience.APPROVERS: "their approval is still missing",
    Audience.SUBSCRIBERS: "they watch it, or what it belongs to",
    Audience.TEAM: "their team owns the environment",
    Audience.LEAD: "it has waited long with those who report to them",
}


def _why(reminder: Reminder, audience: Audience, instead_of: User | None) -> str:
    rule = f"by the rule “{reminder.rule.name}”"
    if instead_of is None:
        return f"You get this because {_BECAUSE[audience]}, {rule}."
    return f"You get this for {instead_of}, who is away, because {_BECAUSE_THEY[audience]}, {rule}."


def _of_promotions(numbers: Collection[int]) -> dict[int, Facts]:
    rows = list(Promotion.objects.filter(pk__in=numbers).select_related("release", "environment"))
    carried = _carried({one.release_id for one in rows})
    return {
        one.pk: Facts(
            {"key": one.release.key, "name": str(one.release), "place": one.environment.name},
            one.get_absolute_url(),
            _thread(one.release),
            carried[one.release_id],
        )
        for one in rows
    }


def _of_gates(numbers: Collection[int]) -> dict[int, Facts]:
    rows = list(Gate.objects.filter(pk__in=numbers).select_related("release"))
    carried = _carried({one.release_id for one in rows})
    return {
        one.pk: Facts(
            {
                "key": one.release.key,
                "name": str(one.release),
                "gate": one.name,
                "state": one.get_state_display(),
                "due": _day(one.due_on),
            },
            one.get_absolute_url(),
            _thread(one.release),
            carried[one.release_id],
        )
        for one in rows
    }


def _of_outputs(numbers: Collection[int]) -> dict[int, Facts]:
    rows = list(Output.objects.filter(pk__in=numbers).select_related("project"))
    feeding: dict[int, list[Line]] = defaultdict(list)
    for each in Contribution.objects.standing().filter(output__in=numbers).select_related("release").order_by("pk"):
        url = settings.BASE_URL + each.release.get_absolute_url()
        feeding[each.output_id].append(Line("release", each.release_id, f"{each.release.key} {each.release}", url))
    return {
        one.pk: Facts(
            {"key": one.project.code, "name": one.name, "place": one.project.name},
            one.get_absolute_url(),
            f"project-{one.project_id}",
            tuple(feeding[one.pk]),
        )
        for one in rows
    }


def _of_projects(numbers: Collection[int]) -> dict[int, Facts]:
    outputs: dict[int, list[Line]] = defaultdict(list)
    for one in Output.objects.filter(project__in=numbers).select_related("project").order_by("code"):
        outputs[one.project_id].append(_line(one))
    return {
        one.pk: Facts({"key": one.code, "name": one.name}, one.get_absolute_url(), f"project-{one.pk}", tuple(outputs[one.pk]))
        for one in Project.objects.filter(pk__in=numbers)
    }


_FACTS: Final = {"promotion": _of_promotions, "gate": _of_gates, "output": _of_outputs, "project": _of_projects}


def _carried(releases: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
    """The outputs that releases carry, with their projects and days."""
    found: dict[int, list[Line]] = {number: [] for number in releases}
    rows: Any = Contribution.objects.standing().filter(release__in=found).select_related("output__project")
    for each in rows.order_by("output__project__code", "output__code"):
        found[each.release_id].append(_line(each.output))
    return {number: tuple(lines) for number, lines in found.items()}


def _line(output: Output) -> Line:
    said = [f"{output.project.code} {output.name}: {output.get_status_display()}"]
    if output.delivered_on is None:
        said += [f"due {_day(output.due_on)}"] if output.due_on else []
        said += [f"forecast for {_day(output.forecast_on)}"] if output.forecast_on else []
    return Line("output", output.pk, ", ".join(said), settings.BASE_URL + output.get_absolute_url())


def _thread(release: Release) -> str:
    return f"release-{release.pk}"


def _day(day: date | None) -> str:
    return "no day yet" if day is None else moments.day_words(day)
