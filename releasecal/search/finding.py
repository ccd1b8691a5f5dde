"""The best of what matches, kind by kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, Final

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Concat

from releasecal.search.kinds import CONSIDERED, Kind, title_of
from releases.vocabulary import number_of_key

#: How good a hit is: it is called so, its name begins so, its name holds all words, or it is found by something else.
CALLED, BEGINS, HOLDS, ELSEWHERE = range(4)
_FULL_NAME: Final = "full_name"


@dataclass(frozen=True)
class Hit:
    """One thing found. `address` is the path of its page, `url` its address in REST; each empty for what has none."""

    kind: Kind
    number: int
    rank: int
    title: str
    context: str
    address: str
    url: str


def hits(kind: Kind, user: Any, words: str, *, limit: int, after: tuple[int, int] | None = None, base: str = "") -> list[Hit]:
    """The best of a kind that `user` may see, then the newest; `after` is rank and id of the last one seen already.

    `base`: the beginning of addresses in REST.
    """
    found = _ranked(kind, user, words)
    if after is not None:
        rank, number = after
        found = found.filter(Q(rank__gt=rank) | Q(rank=rank, pk__lt=number))
    found = found.select_related(*kind.related) if kind.related else found
    rows = list(found.prefetch_related(*kind.prefetched).order_by("rank", "-pk")[:limit])
    if not rows:
        return []
    addresses = kind.addresses(rows, user, base)
    return [Hit(kind, row.pk, row.rank, title_of(row), kind.context(row, user.zone), *addresses[row.pk]) for row in rows]


def walk(
    kinds: Sequence[Kind], user: Any, words: str, *, limit: int, after: tuple[str, int, int] | None = None, base: str = ""
) -> Iterator[Hit]:
    """Hits of several kinds, one kind after the other, `limit` at most; `after` is kind, rank and id of the last one seen."""
    names = [kind.name for kind in kinds]
    first = names.index(after[0]) if after else 0
    for kind in kinds[first:]:
        place = (after[1], after[2]) if after and kind.name == after[0] else None
        found = hits(kind, user, words, limit=limit, after=place, base=base)
        yield from found
        limit -= len(found)
        if limit <= 0:
            return


def _ranked(kind: Kind, user: Any, words: str) -> Any:
    """The newest that match and those that are called so, each with its `rank`."""
    words = " ".join(words.split())
    found = kind.find(user, words)
    considered = found.order_by("-pk")[:CONSIDERED].values("pk")
    if not kind.titles:
        return found.model.objects.filter(pk__in=considered).annotate(rank=Value(ELSEWHERE, IntegerField()))
    called = found.filter(**{kind.titles[0]: words}).order_by("-pk")[:CONSIDERED].values("pk")
    rows = found.model.objects.filter(pk__in=considered.union(called))
    titles = kind.titles
    exact = Q()
    if kind.name == "release":
        # People write a release as `Ledger 1.0`, as `Ledger@1.0` or as its key.
        words = words.replace("@", " ")
        rows = rows.annotate(**{_FULL_NAME: Concat("name", Value(" "), "version")})
        titles = (_FULL_NAME, *titles)
        exact = Q(pk=number_of_key(words.upper()) or 0)
    for title in titles:
        exact |= Q(**{f"{title}__iexact": words})
    begins = reduce(or_, (Q(**{f"{title}__istartswith": words}) for title in titles))
    holds = reduce(and_, (reduce(or_, (Q(**{f"{title}__icontains": word}) for title in titles)) for word in words.split()))
    return rows.annotate(
        rank=Case(
            When(exact, then=CALLED),
            When(begins, then=BEGINS),
            When(holds, then=HOLDS),
            default=ELSEWHERE,
            output_field=IntegerField(),
        )
    )
