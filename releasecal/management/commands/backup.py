"""`manage.py backup`: database and files of one moment, in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.refusals import Refusal
from releasecal.backups.making import backup
from releasecal.backups.watching import stoppable, teller


class Command(BaseCommand):
    help = "Writes database and files, as of one moment and while people go on writing, to a new file that only its owner may read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="where to; it must not be there yet")

    def handle(self, *args: Any, file: Path, verbosity: int, **options: Any) -> None:
        try:
            with stoppable():
                made = backup(file, at=timezone.now(), tell=teller(self.stderr, verbosity))
        except Refusal as refusal:
            raise CommandError(f"{refusal.sentence} Nothing was kept.") from refusal
        except KeyboardInterrupt:
            raise CommandError("The backup was stopped; nothing was kept.", returncode=130) from None
        self.stdout.write(
            f"{file} holds {made.rows:,} rows of {len(made.tables)} tables and {len(made.evidence):,} files, up to event"
            f" {made.head[0]:,}: {file.stat().st_size / 1_000_000:,.1f} MB."
        )
        if made.missing:
            raise CommandError(
                f"The backup was written, but {len(made.missing):,} files of evidence were lost or damaged before it, the first one"
                f" {made.missing[0]}: fetch them from an older backup."
            )
