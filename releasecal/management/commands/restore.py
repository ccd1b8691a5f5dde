"""`manage.py restore`: bring a backup back into an empty system."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.refusals import Refusal
from releasecal.backups.restoring import Unfinished, restore
from releasecal.backups.watching import stoppable, teller


class Command(BaseCommand):
    help = "Brings a backup back into an empty system, migrates it if it is older, and verifies its history; run it as the tables' owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")

    def handle(self, *args: Any, file: Path, verbosity: int, **options: Any) -> None:
        try:
            with stoppable():
                done = restore(file, at=timezone.now(), tell=teller(self.stderr, verbosity), grant=grant)
        except Refusal as refusal:
            raise CommandError(f"{refusal.sentence} Nothing was restored.") from refusal
        except Unfinished as problem:
            raise CommandError(
                f"Rows and files were restored, and then it went wrong: {problem}. Run migrate, grant and verify_history to finish it."
            ) from problem
        except KeyboardInterrupt:
            raise CommandError("The restore was stopped; nothing was restored, begin it anew.", returncode=130) from None
        manifest = done.manifest
        self.stdout.write(
            f"Restored what stood on {manifest.made_at}: {manifest.rows:,} rows of {len(manifest.tables)} tables and"
            f" {len(manifest.evidence):,} files, up to event {manifest.head[0]:,}."
        )
        if done.was_older:
            self.stdout.write(f"It was made by an older version ({manifest.version}) and has been migrated.")
        if done.set_aside:
            self.stdout.write(
                f"The anchors found here are of a history that went on after the backup; they are in {done.set_aside} now."
            )
        if manifest.missing:
            self.stdout.write(
                f"{len(manifest.missing):,} files of evidence were lost before the backup, the first one {manifest.missing[0]}."
            )
        if done.broken:
            raise CommandError(f"Everything was restored, but the history was broken when the backup was made: {done.broken}.")
        self.stdout.write("The history is whole.")


def grant() -> None:
    """Where an owner keeps the tables, the application has a role of its own."""
    if os.environ.get("OWNER_DATABASE_URL"):
        call_command("grant", verbosity=0)
