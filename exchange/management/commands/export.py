"""`manage.py export`: what there is of a noun, in the formats that can be imported."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from common.refusals import Refusal
from exchange.kinds.holdings import HOLDINGS
from exchange.queries import FORMATS, export


class Command(BaseCommand):
    help = "Exports a noun as a file that can be imported again, to standard output or --output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(HOLDINGS), metavar="KIND", help=", ".join(HOLDINGS))
        parser.add_argument("--format", dest="form", choices=FORMATS, default="csv", help="csv (the default), xlsx, ics or json")
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to; by default standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content, left_out = export(options["kind"], options["form"], User.objects.operator())
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        if options["output"]:
            options["output"].write_bytes(content)
        else:
            sys.stdout.buffer.write(content)
        for column in left_out:
            self.stderr.write(f"The column {column} is left out: it could not tell every row, and importing it would change some.")
