"""How many entries of a range there are of each kind, in each environment, for each project …: what stands beside the filters."""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any, Final

from django.db.models import CharField, Value

from common.statements import Among, Statement, compiled, for_all, joined, statement
from environments.models import Environment, Service
from environments.vocabulary import Stage
from projects.models import Output, Program, Project
from releases.models import Contribution, Item
from releases.verdicts import NOT_BEGUN, threatened_among
from releases.vocabulary import PromotionStatus
from schedule.branches import promotion
from schedule.branches.sight import Sight
from schedule.queries.ranges import Traits, traits
from schedule.vocabulary import Narrowing, Span

#: Beyond so many entries nobody waits for exact counts: filters go without numbers.
COUNTED: Final = 3_000
#: So many values of one filter are offered, the most frequent first; the page folds all but the first few away.
OFFERED: Final = 60

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
    """What a range holds, for the sentence above it; `total` is None when it is more than COUNTED.

    `statuses` are those of the promotions into `production` that go live, when others don't; `threatened` counts those of them that
    are, `all_threatened` all of the kinds on the page. `zones` are those of the environments there are.
    """

    total: int | None
    kinds: Mapping[str, int]
    go_live: int
    go_live_projects: int
    production: tuple[str, ...]
    statuses: tuple[str, ...]
    threatened: int
    all_threatened: int | None
    running: int
    zones: tuple[str, ...]


def facets(sight: Sight, span: Span, narrowing: Narrowing, shown: Sequence[str]) -> tuple[dict[str, list[Choice]], Summary]:
    """The choices of every filter, each counted as if it were not set itself; and the summary, of all kinds.

    `shown` are the kinds on the page, which the other filters count.
    """
    found = _Found(sight, traits(sight, span, replace(narrowing, kinds=()), most=COUNTED + 1))
    on_page = found.of_kinds(shown)
    counted: dict[str, Counter[Any]] = {}
    for facet, name in FACETS.items():
        if facet == "kind":
            counted[facet] = found.counted(facet)
        elif getattr(narrowing, name):
            others: dict[str, Any] = {name: ()}
            without = replace(narrowing, kinds=tuple(shown), **others)
            counted[facet] = _Found(sight, traits(sight, span, without, most=COUNTED + 1)).counted(facet)
        else:
            counted[facet] = on_page.counted(facet)
    offered = {facet: _offered(counted[facet], getattr(narrowing, name)) for facet, name in FACETS.items()}
    names = _names(sight, offered)
    choices = {
        facet: [
            Choice(*names[facet, value], None if found.is_cut else counted[facet][value])
            for value in values
            if (facet, value) in names
        ]
        for facet, values in offered.items()
    }
    return choices, _summary(found, shown)


class _Found:
    """Entries of a range and what they belong to; when there are too many, only the first, and nothing that takes a query more.

    `related` has for a facet the ids of each release, by its number; `services` those of outputs and projects, by kind and number.
    """

    def __init__(self, sight: Sight, rows: Sequence[Traits]) -> None:
        self.is_cut = len(rows) > COUNTED
        self.rows = rows[:COUNTED]
        self.related: dict[str, dict[int, set[int]]] = {"service": {}, "project": {}, "program": {}}
        self.services: dict[tuple[str, int], set[int]] = {}
        if not self.is_cut:
            self._read_relations(sight)

    def _read_relations(self, sight: Sight) -> None:
        services, projects, programs = (self.related[facet] for facet in ("service", "project", "program"))
        if releases := {row.release for row in self.rows if row.release}:
            ids = {"ids": list(releases)}
            for release, service in statement("services of releases", _services_of_releases, keep=for_all).run(ids):
                services.setdefault(release, set()).add(service)
            for release, project, program in statement("carried by releases", _carried_by_releases, keep=for_all).run(ids):
                if project not in sight.hidden.projects:
                    projects.setdefault(release, set()).add(project)
                    if program:
                        programs.setdefault(release, set()).add(program)
        for kind, column in (("output", "pk"), ("project", "project")):
            if numbers := [row.number for row in self.rows if row.kind == kind]:
                asked = statement(("services of outputs", column), partial(_services_of_outputs, column), keep=for_all)
                for number, service in asked.run({"ids": numbers}):
                    self.services.setdefault((kind, number), set()).add(service)

    def of_kinds(self, kinds: Sequence[str]) -> "_Found":
        """Those of some kinds only, with what was read of all."""
        some = copy(self)
        some.rows = [row for row in self.rows if row.kind in kinds]
        return some

    def counted(self, facet: str) -> Counter[Any]:
        """How often each value of a facet occurs; an entry counts once for each of its values.

        What has a release counts for all that this changes or carries, anything else for what it belongs to itself.
        """
        if facet not in self.related:
            found = Counter(map(attrgetter(facet), self.rows))
        else:
            related = self.related[facet]
            found = Counter(chain.from_iterable(related.get(row.release, ()) for row in self.rows if row.release))
            own = [row for row in self.rows if not row.release]
            if facet == "service":
                found.update(chain.from_iterable(self.services.get((row.kind, row.number), ()) for row in own))
            else:
                found.update(map(attrgetter(facet), own))
        del found[None]
        return found


def _services_of_releases() -> Statement:
    return compiled(Item.objects.order_by().filter(Among("release")).values_list("release_id", "service_id"))


def _carried_by_releases() -> Statement:
    feeding = Contribution.objects.standing().order_by().filter(Among("release"))
    return compiled(feeding.values_list("release_id", "output__project_id", "output__project__program_id"))


def _services_of_outputs(column: str) -> Statement:
    """Each with the id of the output itself, or of its project."""
    return compiled(Output.objects.order_by().filter(Among(column), services__isnull=False).values_list(column, "services"))


def _offered(counter: Counter[Any], chosen: Sequence[Any]) -> list[Any]:
    """The most frequent values, and the chosen ones whatever they count."""
    values = [value for value, _ in counter.most_common(OFFERED)]
    return values + [value for value in chosen if value not in values]


def _names(sight: Sight, offered: Mapping[str, Sequence[Any]]) -> dict[tuple[str, Any], tuple[str, str]]:
    """How values of facets stand in addresses and as people read them; without those that are hidden or gone."""
    hidden = {"program": sight.hidden.programs, "project": sight.hidden.projects}
    ids = {facet: [number for number in offered[facet] if number not in hidden.get(facet, ())] for facet in _NAMED}
    rows = statement("names of choices", _names_of_choices, keep=for_all).run(ids) if any(ids.values()) else []
    plain = {
        (facet, value): (str(value), str(value)) for facet, values in offered.items() if facet not in _NAMED for value in values
    }
    return plain | {(facet, number): (name, label) for facet, number, name, label in rows}


def _names_of_choices() -> Statement:
    return joined(
        compiled(noun.objects.order_by().filter(Among("pk", facet)).values_list(Value(facet, CharField()), "pk", column, "name"))
        for facet, (noun, column) in _NAMED.items()
    )


def _summary(found: _Found, shown: Sequence[str]) -> Summary:
    environments = statement("environments", _environments, keep=for_all).run()
    production = {number: slug for number, slug, stage, _ in environments if stage == Stage.PRODUCTION}
    into = [row for row in found.rows if row.environment in production and row.release]
    live = [row for row in into if row.status != PromotionStatus.CANCELLED]
    projects = found.related["project"]
    threatened = threatened_among([row.number for row in found.rows if row.release and row.status in NOT_BEGUN])
    return Summary(
        total=None if found.is_cut else len(found.rows),
        kinds=found.counted("kind"),
        go_live=len(live),
        go_live_projects=len({project for row in live for project in projects.get(row.release or 0, ())}),
        production=tuple(sorted({production[row.environment or 0] for row in live})),
        statuses=() if len(live) == len(into) else tuple(sorted({row.status or "" for row in live})),
        threatened=sum(row.number in threatened for row in live),
        all_threatened=None if found.is_cut else len(threatened) if promotion.KIND in shown else 0,
        running=sum(row.status in (PromotionStatus.RUNNING, PromotionStatus.PAUSED) for row in found.rows),
        zones=tuple(sorted({zone for *_, zone in environments})),
    )


def _environments() -> Statement:
    return compiled(Environment.objects.order_by().values_list("pk", "slug", "stage", "time_zone"))
