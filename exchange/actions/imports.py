"""The verb every door of the import calls."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import User
from common.bringing import Brought, WrongRows
from common.doors import as_refusal
from common.refusals import BadInput, Conflict, NotAllowed
from exchange import rules
from exchange.actions.journal import Journal, Progress
from exchange.kinds import KINDS, Call, Kind
from exchange.kinds.sheet import RowError, Sheet, Source, read
from exchange.vocabulary import (
    GREATEST_NUMBER_OF_ERRORS,
    GREATEST_NUMBER_OF_ROWS,
    GREATEST_SIZE,
    LOCK,
    PATIENCE_SECONDS,
    TIME_LIMIT_MINUTES,
    ImportState,
)
from history.deeds import Said, deed
from releases.rules import may_trust_history

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
    on_progress: Told | None = None,
) -> Outcome:
    """Bring what CSV files hold: all of it or nothing, as one event of `by`'s; nothing at all when all is there already.

    Files are told apart by their headers and may refer to each other in any order. `at` is the moment of the import (UTC): only
    what ended before it may come finished. A dry run does everything and keeps nothing. Raises NotAllowed, BadInput without files,
    Conflict while another import is under way; what is wrong with files and rows stands in the outcome.
    """
    if not rules.may_import(by):
        raise NotAllowed("Only the PMO, managers of projects, releases and environments, and teams that own something may import.")
    if trust_history and not may_trust_history(by):
        raise NotAllowed("Only an administrator, or the operator at the shell, may let imported history count for later stops.")
    if not files:
        raise BadInput("There is no file to import.")
    journal = Journal(
        actor_id=by.pk,
        files=[{"name": source.name, "size": source.size} for source in files],
        is_dry_run=dry_run,
        trusts_history=trust_history,
        started_at=timezone.now(),
    )

    def tell(progress: Progress) -> None:
        journal.note(progress)
        if on_progress is not None:
            on_progress(progress)

    outcome = Outcome(number=journal.number, is_dry_run=dry_run)
    try:
        _import(files, outcome, Call(by=by, at=at, trust_history=trust_history, rows={}), tell)
    except BaseException as error:
        refusal = as_refusal(error)
        journal.close(
            state=ImportState.REFUSED if refusal else ImportState.BROKEN,
            finished_at=timezone.now(),
            sentence=refusal.sentence if refusal else "It was ended by an error of the program; nothing was kept.",
        )
        raise
    journal.close(finished_at=timezone.now(), **_as_kept(outcome))
    return outcome


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
    sheets = _read(files, tell)
    errors = [error for sheet in sheets for error in sheet.errors]
    # What a file that cannot be read holds nobody knows: others that refer to it would look wrong though they are not.
    if all(sheet.is_readable for sheet in sheets):
        errors += _bring_all(sheets, outcome, call, tell, is_kept=not errors and not outcome.is_dry_run)
    places = {source.name: place for place, source in enumerate(files)}
    errors.sort(key=lambda error: (places[error.file], error.row))
    outcome.row_errors = errors[:GREATEST_NUMBER_OF_ERRORS]
    outcome.number_of_errors = len(errors)
    if errors:
        outcome.counts, outcome.created = {}, {"teams": 0, "people": 0}


def _read(files: Sequence[Source], tell: Told) -> list[Sheet]:
    size = sum(source.size for source in files)
    if size >= GREATEST_SIZE:
        largest = max(files, key=lambda source: source.size)
        problem = f"One call takes less than {GREATEST_SIZE // 1_000_000} MB, this is {size / 1_000_000:,.0f} MB; split it."
        return [Sheet(largest.name, errors=[RowError(largest.name, 1, "", problem)])]
    sheets: list[Sheet] = []
    for source in files:
        rest = GREATEST_NUMBER_OF_ROWS - sum(sheet.number_read for sheet in sheets)
        sheets.append(read(source, KINDS, rest))
        tell(Progress(f"read {source.name}", len(sheets[-1].rows), len(sheets[-1].rows)))
    return sheets


def _bring_all(sheets: Sequence[Sheet], outcome: Outcome, call: Call, tell: Told, *, is_kept: bool) -> list[RowError]:
    """Bring the rows, kind by kind, and gather what is wrong; kept when `is_kept` and nothing is."""
    errors: list[RowError] = []
    spoilt = {name for sheet in sheets for name in sheet.spoilt}
    by_kind = {kind.noun: [sheet for sheet in sheets if sheet.kind is kind] for kind in KINDS}
    rows = {noun: [row for sheet in held for row in sheet.rows] for noun, held in by_kind.items() if held}
    call = Call(by=call.by, at=call.at, trust_history=call.trust_history, rows=rows)
    try:
        with deed(by=call.by) as mine:
            _take_time_and_turn()
            for kind in KINDS:
                if kind.noun not in rows:
                    continue
                tell(Progress(kind.noun, 0, len(rows[kind.noun])))
                try:
                    outcome.counts[kind.noun] = kind.bring(rows[kind.noun], call)
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
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
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
