"""The verb every door of the import calls."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import User
from common.bringing import Brought, WrongRows
from common.doors import as_refusal
from common.locks import Lock, take
from common.refusals import BadInput, Conflict, NotAllowed
from common.slugs import problem_with
from exchange import rules
from exchange.actions.journal import Journal, Progress
from exchange.actions.statistics import refresh_after
from exchange.kinds import BROUGHT, KINDS, Calendars, Call, Kind
from exchange.kinds.files import read_file
from exchange.kinds.sheet import RowError, Sheet, Source
from exchange.vocabulary import (
    GREATEST_NUMBER_OF_ERRORS,
    GREATEST_NUMBER_OF_ROWS,
    GREATEST_SIZE,
    PATIENCE_SECONDS,
    TIME_LIMIT_MINUTES,
    ImportState,
)
from history.deeds import Said, deed
from releases.rules import may_trust_history

MAY_NOT = "Only the PMO, managers of projects, releases and environments, and teams that own something may import."
Told = Callable[[Progress], None]


@dataclass
class Outcome:
    """How an import ended. `counts` by noun, in the order they were brought; `created` counts teams and people made on the way.

    With `row_errors` nothing was kept; of very many only the first are listed, `number_of_errors` counts all. `number` is the
    Import's.
    """

    number: int = 0
    is_dry_run: bool = False
    counts: dict[str, Brought] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=lambda: {"teams": 0, "people": 0})
    row_errors: list[RowError] = field(default_factory=list)
    number_of_errors: int = 0

    @property
    def is_refused(self) -> bool:
        return self.number_of_errors > 0


class _Undo(Exception):
    """Leaves the transaction without keeping it, on purpose."""


def import_files(
    files: Sequence[Source],
    *,
    by: User,
    at: datetime,
    dry_run: bool = False,
    trust_history: bool = False,
    calendars: Calendars | None = None,
    on_progress: Told | None = None,
    number: int = 0,
) -> Outcome:
    """Bring what files (CSV, XLSX, iCalendar, JSON) hold: all of it or nothing, as one event of `by`'s; nothing at all when all is there already.

    Files are told apart by what they hold and may refer to each other in any order. `at` is the moment of the import (UTC): only
    what ended before it may come finished. `number` is the Import that waits for it, 0 makes a new one. A dry run does everything and keeps nothing. Raises NotAllowed, BadInput without files,
    Conflict while another import is under way; what is wrong with files and rows stands in the outcome.
    """
    calendars = calendars or Calendars()
    check(by=by, trust_history=trust_history, calendars=calendars)
    if not files:
        raise BadInput("There is no file to import.")
    journal = Journal(
        number,
        actor_id=by.pk,
        files=[{"name": source.name, "size": source.size} for source in files],
        is_dry_run=dry_run,
        trusts_history=trust_history,
        calendars=vars(calendars),
        state=ImportState.RUNNING,
        started_at=timezone.now(),
    )

    def tell(progress: Progress) -> None:
        journal.note(progress)
        if on_progress is not None:
            on_progress(progress)

    outcome = Outcome(number=journal.number, is_dry_run=dry_run)
    try:
        _import(files, outcome, Call(by=by, at=at, trust_history=trust_history, rows={}, calendars=calendars), tell)
    except BaseException as error:
        refusal = as_refusal(error)
        journal.close(
            state=ImportState.REFUSED if refusal else ImportState.BROKEN,
            finished_at=timezone.now(),
            sentence=refusal.sentence if refusal else "It was ended by an error of the program; nothing was kept.",
        )
        raise
    journal.close(finished_at=timezone.now(), **_as_kept(outcome))
    if not outcome.is_dry_run:
        written = sum(brought.created + brought.changed for brought in outcome.counts.values())
        transaction.on_commit(lambda: refresh_after(written))
    return outcome


def check(*, by: User, trust_history: bool, calendars: Calendars) -> None:
    """Refuse what needs no file to be refused. Raises NotAllowed, BadInput."""
    if not rules.may_import(by):
        raise NotAllowed(MAY_NOT)
    if trust_history and not may_trust_history(by):
        raise NotAllowed("Only an administrator, or the operator at the shell, may let imported history count for later stops.")
    _look_at_calendars(calendars)


def _as_kept(outcome: Outcome) -> dict[str, object]:
    state = ImportState.CHECKED if outcome.is_dry_run else ImportState.DONE
    return {
        "state": ImportState.REFUSED if outcome.is_refused else state,
        "counts": {noun: vars(brought) for noun, brought in outcome.counts.items()},
        "created": outcome.created,
        "row_errors": [vars(error) for error in outcome.row_errors],
        "number_of_errors": outcome.number_of_errors,
    }


def _import(files: Sequence[Source], outcome: Outcome, call: Call, tell: Told) -> None:
    sheets = _read(files, call, tell)
    errors = [error for sheet in sheets for error in sheet.errors]
    # What a file that cannot be read holds nobody knows: others that refer to it would look wrong though they are not.
    if all(sheet.is_readable for sheet in sheets):
        errors += _bring_all(sheets, outcome, call, tell, is_kept=not errors and not outcome.is_dry_run)
    places = {sheet.file: place for place, sheet in enumerate(sheets)}
    errors.sort(key=lambda error: (places[error.file], error.row))
    outcome.row_errors = errors[:GREATEST_NUMBER_OF_ERRORS]
    outcome.number_of_errors = len(errors)
    if errors:
        outcome.counts, outcome.created = {}, {"teams": 0, "people": 0}


def _look_at_calendars(calendars: Calendars) -> None:
    """Refuse what the entries of calendars cannot become, and targets that are none."""
    if calendars.become in {"freeze", "maintenance"}:
        raise BadInput("Freezes and maintenance windows cannot be imported yet; milestones can (--as milestone).")
    if calendars.become not in {"", "milestone"}:
        raise BadInput(f"Entries of a calendar do not become “{calendars.become[:40]}”; they become milestones (--as milestone).")
    kind, colon, code = calendars.into.partition(":")
    if calendars.into and (kind not in {"program", "project"} or not colon or problem_with(code)):
        raise BadInput(f"“{calendars.into[:60]}” is no target; write program: or project: and its code, or leave it out.")


def _read(files: Sequence[Source], call: Call, tell: Told) -> list[Sheet]:
    size = sum(source.size for source in files)
    if size >= GREATEST_SIZE:
        largest = max(files, key=lambda source: source.size)
        problem = f"One call takes less than {GREATEST_SIZE // 1_000_000} MB, this is {size / 1_000_000:,.0f} MB; split it."
        return [Sheet(largest.name, errors=[RowError(largest.name, 1, "", problem)])]
    sheets: list[Sheet] = []
    for source in files:
        rest = GREATEST_NUMBER_OF_ROWS - sum(sheet.number_read for sheet in sheets)
        found = read_file(source, KINDS, rest, call.calendars, call.at)
        sheets += found
        number = sum(len(sheet.rows) for sheet in found)
        tell(Progress(f"read {source.name}", number, number))
    return sheets


def _bring_all(sheets: Sequence[Sheet], outcome: Outcome, call: Call, tell: Told, *, is_kept: bool) -> list[RowError]:
    """Bring the rows, kind by kind, and gather what is wrong; kept when `is_kept` and nothing is."""
    errors: list[RowError] = []
    spoilt = {name for sheet in sheets for name in sheet.spoilt}
    by_kind = {kind.noun: [sheet for sheet in sheets if sheet.kind is kind] for kind in BROUGHT}
    rows = {noun: [row for sheet in held for row in sheet.rows] for noun, held in by_kind.items() if held}
    call = replace(call, rows=rows)
    try:
        with deed(by=call.by) as mine:
            _take_time_and_turn()
            for kind in BROUGHT:
                if kind.noun not in rows:
                    continue
                tell(Progress(kind.noun, 0, len(rows[kind.noun])))
                try:
                    _count(outcome, kind, kind.bring(rows[kind.noun], call))
                except WrongRows as refusal:
                    errors += _located(refusal, by_kind[kind.noun], spoilt)
                    spoilt |= _named(kind, rows[kind.noun])
                tell(Progress(kind.noun, len(rows[kind.noun]), len(rows[kind.noun])))
            outcome.created = _made_on_the_way(mine.facts)
            _undo_unless(is_kept and not errors)
            tell(Progress("keep", 0, 0))
    except _Undo:
        pass
    return errors


def _count(outcome: Outcome, kind: Kind, brought: Brought) -> None:
    noun = kind.counted_as or kind.noun
    before = outcome.counts.get(noun, Brought())
    outcome.counts[noun] = Brought(
        before.created + brought.created, before.changed + brought.changed, before.unchanged + brought.unchanged
    )


def _undo_unless(is_wanted: object) -> None:
    if not is_wanted:
        raise _Undo


def _take_time_and_turn() -> None:
    """More time than a web request has, for this transaction; and one import at a time."""
    with connection.cursor() as cursor:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SET LOCAL {limit} = '{TIME_LIMIT_MINUTES}min'")
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
        try:
            take(Lock.IMPORTS)
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) != "55P03":
                raise
            raise Conflict("Another import is under way; try again when it has ended.") from error
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _named(kind: Kind, rows: Sequence[Mapping[str, object]]) -> set[tuple[str, str]]:
    """What the rows of a kind stand for: it is missing only because something is wrong with one of them."""
    return {name for row in rows for name in kind.names(row)}


def _located(refusal: WrongRows, sheets: Sequence[Sheet], spoilt: set[tuple[str, str]]) -> Iterator[RowError]:
    """Where in which file the wrong rows stand; without those that only miss what is wrong itself."""
    places = [(sheet.file, number) for sheet in sheets for number in sheet.numbers]
    for wrong in refusal.wrong:
        if wrong.missing is None or wrong.missing not in spoilt:
            file, number = places[wrong.row]
            yield RowError(file, number, wrong.column, wrong.sentence)


def _made_on_the_way(facts: Sequence[Said]) -> dict[str, int]:
    kinds = [fact.kind for fact in facts if fact.verb == "brought"]
    return {"teams": kinds.count("team"), "people": kinds.count("user")}
