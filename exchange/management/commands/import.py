"""`manage.py import`: bring what files hold."""
# ruff: noqa: N999 - Django names a command after its module

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from common.doors import as_refusal
from exchange.actions.imports import Outcome, import_files
from exchange.actions.journal import Progress
from exchange.kinds import Calendars
from exchange.kinds.sheet import RowError, Source

READ = {".csv", ".xlsx", ".ics", ".json"}
NOT_READ_YET = {".xml"}
SHOWN_ERRORS = 50


class Command(BaseCommand):
    help = "Imports files (CSV, XLSX, iCalendar, JSON), all or nothing, and prints counts and row errors; exit 1 with nothing changed when a row is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths",
            nargs="+",
            type=Path,
            metavar="PATH",
            help="a file, or a folder whose .csv, .xlsx, .ics and .json files are meant",
        )
        parser.add_argument("--dry-run", action="store_true", help="do everything and keep nothing")
        parser.add_argument(
            "--as", dest="become", default="", metavar="KIND", help="what the entries of calendars become: milestone"
        )
        parser.add_argument("--into", default="", metavar="TARGET", help="whose these are: program:CODE or project:CODE")
        parser.add_argument("--prune", action="store_true", help="cancel the milestones that are gone from their calendar")
        parser.add_argument("--by", metavar="EMAIL", help="in whose name; by default the operator at the shell")
        parser.add_argument("--trust-history", action="store_true", help="let imported finished promotions count for later stops")

    def handle(self, *args: Any, **options: Any) -> None:
        files = [Source.at(path) for path in _files(options["paths"])]
        try:
            outcome = import_files(
                files,
                by=_actor(options["by"]),
                at=timezone.now(),
                dry_run=options["dry_run"],
                trust_history=options["trust_history"],
                calendars=Calendars(options["become"], options["into"], options["prune"]),
                on_progress=self._tell if options["verbosity"] > 0 else None,
            )
        except Exception as error:
            refusal = as_refusal(error)
            if refusal is None:
                raise
            raise CommandError(f"{refusal.sentence} Nothing was changed.") from error
        if outcome.is_refused:
            self._show(outcome.row_errors, outcome.number_of_errors)
            raise CommandError("Nothing was changed.")
        self._count(outcome)

    def _tell(self, progress: Progress) -> None:
        """A line a phase; on a terminal the line of a phase under way is written over when it is done."""
        is_done = progress.done >= progress.total
        if progress.phase == "keep":
            line = "numbering the event and keeping it all"
        elif is_done:
            line = f"{progress.phase}: {progress.total:,} rows"
        else:
            line = f"{progress.phase}: {progress.done:,} of {progress.total:,} rows …"
        if self.stdout.isatty():
            self.stdout.write(f"\r\x1b[K{line}", ending="\n" if is_done else "")
            self.stdout.flush()
        elif is_done:
            self.stdout.write(line)

    def _show(self, errors: Sequence[RowError], number: int) -> None:
        for error in errors[:SHOWN_ERRORS]:
            column = f", column {error.column}" if error.column else ""
            self.stderr.write(f"{error.file}, row {error.row}{column}: {error.problem}")
        if number > SHOWN_ERRORS:
            self.stderr.write(f"… and {number - SHOWN_ERRORS:,} more.")

    def _count(self, outcome: Outcome) -> None:
        for noun, brought in outcome.counts.items():
            self.stdout.write(f"{noun}: {brought.created:,} created, {brought.changed:,} changed, {brought.unchanged:,} unchanged")
        made = [f"{number:,} {noun}" for noun, number in outcome.created.items() if number]
        if made:
            self.stdout.write(f"created on the way: {' and '.join(made)}")
        if outcome.is_dry_run:
            self.stdout.write("This was a dry run; nothing was kept.")


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(inside for inside in path.iterdir() if inside.suffix.lower() in READ)
            if not found:
                raise CommandError(f"There is no .csv, .xlsx, .ics or .json file in {path}. Nothing was changed.")
            yield from found
        elif not path.is_file():
            raise CommandError(f"There is no file {path}. Nothing was changed.")
        elif path.suffix.lower() in NOT_READ_YET:
            raise CommandError(f"{path.name}: XML is not read yet; export the rows as CSV or XLSX. Nothing was changed.")
        else:
            yield path


def _actor(email: str | None) -> User:
    if email is None:
        operator: User = User.objects.operator()
        return operator
    found: User | None = User.objects.active().with_address([email]).first()
    if found is None:
        raise CommandError(f"There is no active account with the address {email}. Nothing was changed.")
    return found
