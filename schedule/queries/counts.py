"""How many entries of a range there are of each kind, in each environment, for each project …: what stands beside the filters."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from environments.models import Environment, Service
from environments.vocabulary import Stage
from projects.models import Output, Program, Project
from releases.models import Contribution, Item
from releases.vocabulary import PromotionStatus
from schedule.branches.sight import Sight
from schedule.queries.ranges import Traits, traits
from schedule.vocabulary import Narrowing, Span

#: Beyond so many entries nobody waits for exact counts: filters go without numbers.
COUNTED: Final = 3_000
#: So many values of one filter are offered, the most frequent first.
OFFERED: Final = 12

#: The filters that entries are counted for, and the field of a narrowing each is.
FACETS: Final[dict[str, str]] = {
    "kind": "kinds",
    "environment": "environments",
    "program": "programs",
    "project": "projects",
    "service": "services",
    "status": "statuses",
    "commitment": "commitments",
}
_NAMED: Final[dict[str, tuple[Any, str]]] = {
    "environment": (Environment, "slug"),
    "program": (Program, "code"),
    "project": (Project, "code"),
    "service": (Service, "slug"),
}


@dataclass(frozen=True)
class Choice:
    """A value of a filter, as it stands in the address and as people read it; `count` is None when there are too many to count."""

    value: str
    label: str
    count: int | None


@dataclass(frozen=True)
class Summary:
    """What a range holds, for the sentence above it; `total` is None when it is more than COUNTED."""

    total: int | None
    kinds: Mapping[str, int]
    go_live: int
    go_live_projects: int
    production: tuple[str, ...]
    running: int


def facets(sight: Sight, span: Span, narrowing: Narrowing, shown: Sequence[str]) -> tuple[dict[str, list[Choice]], Summary]:
    """The choices of every filter, each counted as if it were not set itself; and the summary, of all kinds.

    `shown` are the kinds on the page, which the other filters count.
    """
    every = replace(narrowing, kinds=())
    found = _Found(sight, traits(sight, span, every, most=COUNTED + 1))
    counted: dict[str, Counter[Any] | None] = {"kind": found.counters()["kind"]}
    of_shown = _Found(sight, [row for row in found.rows if row.kind in shown], is_cut=found.is_cut)
    counters = of_shown.counters()
    for facet, name in FACETS.items():
        if facet == "kind":
            continue
        if getattr(narrowing, name):
            others: dict[str, Any] = {name: ()}
            without = replace(narrowing, kinds=tuple(shown), **others)
            counted[facet] = _Found(sight, traits(sight, span, without, most=COUNTED + 1)).counters()[facet]
        else:
            counted[facet] = counters[facet]
    choices = {
        facet: _choices(sight, facet, counted[facet], getattr(narrowing, name), found.is_cut) for facet, name in FACETS.items()
    }
    return choices, _summary(found)


class _Found:
    """Entries of a range and what they belong to; when there are too many, only the first, and nothing that takes a query more."""

    def __init__(self, sight: Sight, rows: Sequence[Traits], *, is_cut: bool | None = None) -> None:
        self.is_cut = len(rows) > COUNTED if is_cut is None else is_cut
        self.rows = rows[:COUNTED]
        self.services: dict[int, set[int]] = defaultdict(set)
        self.carried: dict[int, set[tuple[int, int | None]]] = defaultdict(set)
        self.output_services: dict[int, set[int]] = defaultdict(set)
        self.project_services: dict[int, set[int]] = defaultdict(set)
        if not self.is_cut:
            self._read_relations(sight)

    def _read_relations(self, sight: Sight) -> None:
        releases = {row.release for row in self.rows if row.release}
        if releases:
            for release, service in Item.objects.filter(release__in=releases).values_list("release_id", "service_id"):
                self.services[release].add(service)
            feeding = Contribution.objects.standing().filter(release__in=releases)
            for release, project, program in feeding.values_list("release_id", "output__project_id", "output__project__program_id"):
                if project not in sight.hidden.projects:
                    self.carried[release].add((project, program))
        for kind, field, kept in (("output", "pk", self.output_services), ("project", "project_id", self.project_services)):
            numbers = [row.number for row in self.rows if row.kind == kind]
            if numbers:
                concerned = Output.objects.filter(**{f"{field}__in": numbers}, services__isnull=False)
                for number, service in concerned.values_list(field, "services"):
                    kept[number].add(service)

    def counters(self) -> dict[str, Counter[Any]]:
        """How often each value of each facet occurs; an entry counts once for each of its values."""
        found: dict[str, Counter[Any]] = {facet: Counter() for facet in FACETS}
        for row in self.rows:
            found["kind"][row.kind] += 1
            for facet in ("environment", "status", "commitment"):
                if (value := getattr(row, facet)) is not None:
                    found[facet][value] += 1
            found["project"].update(self._projects(row))
            found["program"].update(self._programs(row))
            found["service"].update(self._services(row))
        return found

    def _projects(self, row: Traits) -> Iterable[int]:
        return (
            {project for project, _ in self.carried.get(row.release, ())} if row.release else [row.project] if row.project else []
        )

    def _programs(self, row: Traits) -> Iterable[int]:
        if row.release:
            return {program for _, program in self.carried.get(row.release, ()) if program}
        return [row.program] if row.program else []

    def _services(self, row: Traits) -> Iterable[int]:
        if row.release:
            return self.services.get(row.release, ())
        return {"output": self.output_services, "project": self.project_services}.get(row.kind, {}).get(row.number, ())


def _choices(sight: Sight, facet: str, counter: Counter[Any] | None, chosen: Sequence[Any], is_cut: bool) -> list[Choice]:
    """The most frequent values, and the chosen ones whatever they count."""
    counter = counter or Counter()
    values = [value for value, _ in counter.most_common(OFFERED)]
    values += [value for value in chosen if value not in values]
    names: Mapping[Any, tuple[str, str]] = {value: (str(value), str(value)) for value in values}
    if facet in _NAMED:
        noun, column = _NAMED[facet]
        rows = noun.objects.visible_to(sight.user).filter(pk__in=values).values_list("pk", column, "name")
        names = {number: (name, label) for number, name, label in rows}
    return [Choice(*names[value], None if is_cut else counter[value]) for value in values if value in names]


def _summary(found: _Found) -> Summary:
    production = dict(Environment.objects.filter(stage=Stage.PRODUCTION).values_list("pk", "slug"))
    live = [row for row in found.rows if row.environment in production and row.status != PromotionStatus.CANCELLED]
    return Summary(
        total=None if found.is_cut else len(found.rows),
        kinds=Counter(row.kind for row in found.rows),
        go_live=len(live),
        go_live_projects=len({project for row in live if row.release for project, _ in found.carried.get(row.release, ())}),
        production=tuple(sorted({production[row.environment] for row in live if row.environment})),
        running=sum(row.status in (PromotionStatus.RUNNING, PromotionStatus.PAUSED) for row in found.rows),
    )
