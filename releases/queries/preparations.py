"""What the audiences of releases need, and what of it is left to do: what the gates of three areas follow from.

A gate of training follows from trainings and briefings, one of communication from notices, one of customer preparation from all that
audiences need who are customers. Nobody named yet, or an audience of which nobody has said what it needs, leaves them open: also that
somebody needs nothing is said.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

from policies.vocabulary import EvidenceKind, GateArea
from releases.models import Audience, Gate, Preparation, Release
from releases.vocabulary import PreparationNeed

_N: Final = PreparationNeed
#: What an area looks at; any other one looks at everything.
_LOOKS_AT: Final[Mapping[str, Collection[str]]] = {
    GateArea.TRAINING: (_N.TRAINING, _N.BRIEFING),
    GateArea.COMMUNICATION: (_N.NOTICE,),
}
_COLUMNS: Final = ("id", "name", "site", "is_customer", "preparations__need", "preparations__done_at")
_NAMED: Final = 5


class Need(NamedTuple):
    """One thing an audience needs; `need` is empty for one of which nobody has said yet what it needs."""

    audience: str
    is_customer: bool
    need: str
    is_done: bool


@dataclass(frozen=True)
class Prepared:
    """What the audiences of one release need."""

    needs: tuple[Need, ...] = ()

    def missing(self, area: str) -> str:
        """What is left to do in an area, in a sentence; empty when nothing."""
        if not self.needs:
            return "Nobody has said yet who is affected; name the audiences of the release."
        concerned = self._concerned(area)
        said: list[str] = []
        if unsaid := [each for each in concerned if not each.need]:
            said.append(f"it is not said yet what is needed by {_names(unsaid)}")
        ahead = [each for each in concerned if each.need and not each.is_done]
        for needs, done in (((_N.TRAINING, _N.BRIEFING), "done"), ((_N.NOTICE,), "sent")):
            if own := [each for each in ahead if each.need in needs]:
                said.append(f"{_counted(own)} {'is' if len(own) == 1 else 'are'} not {done}: {_names(own)}")
        words = "; ".join(said)
        return f"{words[:1].upper()}{words[1:]}." if words else ""

    def done(self, area: str) -> str:
        """That nothing is left to do in an area, in a sentence."""
        needed = any(each.need not in ("", _N.NOTHING) for each in self._concerned(area))
        return "It is passed: what its audiences need is done." if needed else "It is passed: its audiences need nothing of this."

    def _concerned(self, area: str) -> Sequence[Need]:
        """What an area looks at, what nobody has said anything about included."""
        if area == GateArea.CUSTOMER_PREPARATION:
            return [each for each in self.needs if each.is_customer]
        looked_at = _LOOKS_AT.get(area, _N.values)
        return [each for each in self.needs if not each.need or each.need in looked_at]


def follows(gate: Gate) -> bool:
    """Whether what a gate is follows from what audiences need."""
    return gate.rule is not None and gate.rule.evidence == EvidenceKind.PREPARATIONS


def of_releases(releases: Iterable[int]) -> dict[int, Prepared]:
    """What the audiences of releases (ids) need, by release, those without any included; one query."""
    wanted = set(releases)
    found: dict[int, list[Need]] = defaultdict(list)
    rows = Audience.objects.filter(release__in=wanted).order_by("id", "preparations__id")
    for release, _, *row in rows.values_list("release_id", *_COLUMNS):
        found[release].append(_need(*row))
    return {release: Prepared(tuple(found[release])) for release in wanted}


def as_rows() -> ArraySubquery:
    """The same for the release of the outer query, as rows for `of_rows`."""
    rows = Audience.objects.filter(release=OuterRef("release")).order_by("id", "preparations__id")
    return ArraySubquery(rows.values(row=JSONObject(**{name: F(name) for name in _COLUMNS})))


def of_rows(rows: Iterable[Mapping[str, Any]]) -> Prepared:
    """What `as_rows` gave."""
    return Prepared(tuple(_need(*(row[name] for name in _COLUMNS[1:])) for row in rows))


def audiences_of(release: Release) -> list[tuple[Audience, list[Preparation]]]:
    """The audiences of a release, each with what it needs, the next first; two queries."""
    found = Audience.objects.filter(release=release).order_by("name", "site", "id")
    return [(audience, preparations_of(audience)) for audience in found.prefetch_related("preparations__owner")]


def preparations_of(audience: Audience) -> list[Preparation]:
    """What an audience needs, the next first, what has no date last."""
    own = list(audience.preparations.all())
    return sorted(own, key=lambda each: (each.starts_at is None, each.starts_at or each.created_at, each.pk))


def _need(name: str, site: str, is_customer: bool, need: str | None, done_at: Any) -> Need:
    return Need(f"{name} {site}".strip(), is_customer, need or "", done_at is not None or need == _N.NOTHING)


def _names(needs: Sequence[Need]) -> str:
    """Whose they are, each once: `Store staff Leipzig, Drivers`."""
    names = list(dict.fromkeys(each.audience for each in needs))
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _counted(needs: Sequence[Need]) -> str:
    """`2 trainings and 1 briefing`."""
    counts = Counter(each.need for each in needs)
    return " and ".join(f"{counts[need]} {need}{'' if counts[need] == 1 else 's'}" for need in reversed(_N.values) if counts[need])
