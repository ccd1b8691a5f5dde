"""What a feed tells: entries from a day on, with how often each was moved; and whether a secret still opens anything."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import CharField, Q
from django.db.models.expressions import RawSQL

from accounts.models import User
from common.kept import Kept
from common.reading.nouns import related
from common.statements import Among, Later, Statement, compiled, for_all, statement
from releases.models import Contribution, Gate, Item, Promotion
from releases.vocabulary import KEY_PREFIX, Commitment, PromotionStatus
from schedule.branches import BRANCHES, addresses, promotion
from schedule.branches.branch import Branch
from schedule.branches.sight import Sight
from schedule.models import Feed, Move
from schedule.queries.narrowings import narrowing_of, with_cancelled
from schedule.querysets import feed_digest
from schedule.vocabulary import CANCELLED, CANCELLED_STAYS, TABLES, Narrowing, Redaction

#: Of each kind at most so many, the latest: a calendar on a telephone holds no more, and no answer may take all memory.
MOST: Final = 20_000
#: The table of saved views, which feeds may follow.
VIEWS: Final = "schedule_savedview"
_OPENED: Final = Kept(512)

CERTAIN, UNCERTAIN, OFF = "CONFIRMED", "TENTATIVE", "CANCELLED"
#: Statuses of which everything is certain: it goes on, or it was; or a project that is decided upon.
_HAPPENED: Final = frozenset(
    {
        PromotionStatus.RUNNING,
        PromotionStatus.PAUSED,
        PromotionStatus.SUCCEEDED,
        PromotionStatus.SUCCEEDED_WITH_ISSUES,
        PromotionStatus.FAILED,
        PromotionStatus.ROLLED_BACK,
    }
)
_MEANT: Final = frozenset({Commitment.COMMITTED, Commitment.PROMISED})
_OPEN: Final = {
    "output": frozenset({"planned", "in_progress"}),
    "project": frozenset({"proposed"}),
}


class Told(NamedTuple):
    """An entry of a feed. Of whole days `starts` and `ends` are dates, the end exclusive, else instants; `certainty` is a STATUS."""

    kind: str
    number: int
    sequence: int
    changed: datetime
    starts: date
    ends: date
    certainty: str
    title: str
    address: str
    categories: tuple[str, ...]
    about: tuple[str, ...]


# --- opening


@dataclass(frozen=True)
class Opened:
    """What a secret opens. `number` is that of the last event anything it may show depends on."""

    pk: int
    revision: int
    name: str
    redaction: Redaction
    past_days: int
    expires_on: date | None
    last_used_at: datetime | None
    owner_id: int
    zone: ZoneInfo
    filters: dict[str, Any]
    number: int

    def first_day(self, at: datetime) -> date:
        """From which day on it shows anything."""
        return at.astimezone(self.zone).date() - timedelta(days=self.past_days)

    def narrowing(self, owner: User) -> Narrowing:
        """What it is narrowed to, as `owner` sees things now."""
        return narrowing_of(self.filters, owner)


def open_with(secret: str, at: datetime) -> Opened | None:
    """What `secret` opens at an instant; None when it opens nothing: unknown, revoked, expired, or its owner cannot sign in.

    What else is known of a feed is kept for as long as nothing that it depends on has changed, owner and view included.
    """
    for row in statement("feed by secret", _by_digest, keep=for_all).run({"digest": feed_digest(secret)}):
        pk, revision, revoked_at, last_used_at, number = row
        if revoked_at:
            return None
        opened: Opened | None = _OPENED.get((pk, revision, number))
        if opened is None:
            opened = _read(pk, revision, number)
            if opened is None:
                return None
            _OPENED.put((pk, revision, number), opened)
        if opened.expires_on and at.astimezone(opened.zone).date() > opened.expires_on:
            return None
        return replace(opened, last_used_at=last_used_at)
    return None


def _by_digest() -> Statement:
    mark = RawSQL("SELECT coalesce(max(last), 0) FROM history_mark WHERE table_name = ANY(%s)", [[*TABLES, VIEWS]])
    found = Feed.objects.filter(digest=Later("digest", CharField())).order_by()
    return compiled(found.values_list("pk", "revision", "revoked_at", "last_used_at", mark))


def _read(pk: int, revision: int, number: int) -> Opened | None:
    feed = Feed.objects.select_related("owner", "view").get(pk=pk)
    if not feed.owner.is_active:
        return None
    return Opened(
        pk=pk,
        revision=revision,
        name=feed.name,
        redaction=Redaction(feed.redaction),
        past_days=feed.past_days,
        expires_on=feed.expires_on,
        last_used_at=None,
        owner_id=feed.owner_id,
        zone=feed.owner.zone,
        filters=feed.view.filters if feed.view else feed.filters,
        number=number,
    )


def installation() -> str:
    """What tells this installation's entries from those of any other: the beginning of its history. It outlives its address."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(substr(hash, 1, 8), 'hex') FROM history_event WHERE number = 1")
        row = cursor.fetchone()
    return str(row[0]) if row else "new"


# --- telling


def told(sight: Sight, narrowing: Narrowing, first: date, at: datetime) -> Iterator[Told]:
    """The entries from the day `first` on, whatever lies ahead included. Those cancelled longer ago than CANCELLED_STAYS are left out."""
    narrowing = with_cancelled(narrowing)
    gone = at - CANCELLED_STAYS
    for branch in BRANCHES:
        if narrowing.kinds and branch.kind not in narrowing.kinds:
            continue
        found = branch.found(sight.user, narrowing)
        tell = _promotions if branch.kind == promotion.KIND else _entries
        yield from tell(sight, branch, found, first, gone)


def _from(branch: Branch, found: Any, first: date, *columns: str) -> list[Any]:
    """The rows from a day on: those that begin then or later, the latest first, and those under way as it begins."""
    begin = first if branch.has_days else datetime.combine(first, time(), UTC)
    rows = list(
        found.filter(**{f"{branch.start}__gte": begin}).order_by(f"-{branch.start}", "-pk").values_list("pk", *columns)[:MOST]
    )
    if branch.during and len(rows) < MOST:
        under_way = Q(**{f"{branch.during}__contains": begin, f"{branch.start}__lt": begin})
        rows += found.filter(under_way).order_by().values_list("pk", *columns)[: MOST - len(rows)]
    return rows


def _moves(kind: str, numbers: Collection[int]) -> dict[int, tuple[int, datetime]]:
    moved = Move.objects.filter(kind=kind, number__in=numbers) if len(numbers) < 1000 else Move.objects.filter(kind=kind)
    return {number: (sequence, at) for number, sequence, at in moved.values_list("number", "sequence", "at")}


def _promotions(sight: Sight, branch: Branch, found: Any, first: date, gone: datetime) -> Iterator[Told]:
    """Promotions by few flat queries, since a feed has thousands of them."""
    rows = _from(
        branch, found, first,
        "release_id", "release__name", "release__version", "environment__slug", "environment__name", "starts_at", "ends_at",
        "status", "release__commitment", "updated_at", "release__updated_at",
    )  # fmt: skip
    moves = _moves(branch.kind, [row[0] for row in rows])
    releases = {row[1] for row in rows}
    carried = _outputs(sight, releases)
    services = _services(releases)
    page_head, page_tail = addresses.page(branch.kind, "\0").split("\0")
    kind = branch.kind
    for number, release, name, version, slug, environment, starts, ends, status, commitment, changed, release_changed in rows:
        sequence, moved = moves.get(number, (0, None))
        if status == CANCELLED and (moved or changed) < gone:
            continue
        certainty = _certainty(status, commitment)
        about = [f"{KEY_PREFIX}{release}, {status.replace('_', ' ')}, {commitment}"]
        if release in services:
            about.append(f"Changes {', '.join(services[release])}")
        about += carried.get(release, ())
        yield Told(
            kind, number, sequence, max(changed, release_changed), starts, ends, certainty,
            f"{name} {version} → {environment}", f"{page_head}{number}{page_tail}", (kind, slug), tuple(about),
        )  # fmt: skip


def _certainty(status: str, commitment: str) -> str:
    """How sure a promotion is: what was committed to and approved is certain, and so is what goes on or was."""
    if status == CANCELLED:
        return OFF
    return CERTAIN if status in _HAPPENED or (status == PromotionStatus.APPROVED and commitment in _MEANT) else UNCERTAIN


def told_of(kind: str, numbers: Collection[int]) -> dict[int, Told]:
    """Promotions or gates by themselves, as feeds tell them, without what lies around them: for whoever sends one of them under the
    same UID. In the same few queries for any number; gates without a day are left out.
    """
    moves = _moves(kind, numbers)
    found: dict[int, Told] = {}
    if kind == promotion.KIND:
        columns = ("release__name", "release__version", "environment__slug", "environment__name", "starts_at", "ends_at", "status")
        more = ("release__commitment", "updated_at", "release__updated_at")
        for number, name, version, slug, environment, starts, ends, status, commitment, changed, release_changed in (
            Promotion.objects.filter(pk__in=numbers).order_by().values_list("pk", *columns, *more)
        ):
            found[number] = Told(
                kind, number, moves.get(number, (0,))[0], max(changed, release_changed), starts, ends, _certainty(status, commitment),
                f"{name} {version} → {environment}", addresses.page(kind, number), (kind, slug), (),
            )  # fmt: skip
        return found
    columns = ("pk", "release_id", "name", "release__name", "release__version", "due_on", "updated_at")
    for number, release, gate, name, version, day, changed in (
        Gate.objects.filter(pk__in=numbers, due_on__isnull=False).order_by().values_list(*columns)
    ):
        page = f"{addresses.page('release', f'{KEY_PREFIX}{release}')}gates/{number}/"
        found[number] = Told(
            kind, number, moves.get(number, (0,))[0], changed, day, day + timedelta(days=1), CERTAIN,
            f"{gate}, {name} {version}", page, (kind,), (),
        )  # fmt: skip
    return found


def _outputs(sight: Sight, releases: Collection[int]) -> dict[int, list[str]]:
    """What releases carry, as far as the owner may see it: a line for each output."""

    def build() -> Statement:
        carried = Contribution.objects.standing().filter(Among("release")).exclude(output__project__in=sight.hidden.projects)
        rows = carried.order_by("output__project__code", "output__code")
        return compiled(rows.values_list("release_id", "output__name", "output__project__code"))

    asked = statement(("outputs carried", sight.hidden.projects), build, keep=for_all)
    lines: dict[int, list[str]] = {}
    for release, output, project in asked.run({"ids": list(releases)}):
        lines.setdefault(release, []).append(f"Carries {output} ({project})")
    return lines


def _services(releases: Collection[int]) -> dict[int, list[str]]:
    services: dict[int, list[str]] = {}
    for release, slug in related(Item, "release", releases, "service__slug", order=("service__slug",)):
        services.setdefault(release, []).append(slug)
    return services


def _entries(sight: Sight, branch: Branch, found: Any, first: date, gone: datetime) -> Iterator[Told]:
    """Entries of any kind, from what these say of themselves."""
    ids = [pk for (pk,) in _from(branch, found, first)]
    entries = branch.entries(sight, ids)
    moves = _moves(branch.kind, ids)
    for number in ids:
        entry = entries.get(number)
        # What has no end yet has no place in a file of intervals.
        if entry is None or entry.get("restricted") or entry["ends_at"] is None:
            continue
        sequence, moved = moves.get(number, (0, None))
        changed = entry["updated_at"]
        status = entry["status"]
        if status == CANCELLED and (moved or changed) < gone:
            continue
        is_open = status in _OPEN.get(branch.kind, ())
        certainty = OFF if status == CANCELLED else UNCERTAIN if is_open else CERTAIN
        starts, ends = entry["starts_at"], entry["ends_at"]
        if entry["all_day"]:
            starts, ends = entry["starts_on"], entry["ends_on"] + timedelta(days=1)
        about = [", ".join(word.replace("_", " ") for word in (entry["subkind"], status) if word)]
        about += [
            f"{head} {', '.join(names)}"
            for head, names in (("Project", entry["projects"]), ("Services", entry["services"]))
            if names
        ]
        yield Told(
            branch.kind, number, sequence, changed, starts, ends, certainty, entry["title"], entry["html_url"] or "",
            (branch.kind, *entry["environments"]), tuple(each for each in about if each),
        )  # fmt: skip
