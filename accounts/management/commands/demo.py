"""`manage.py demo`: the demo organisation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions import demo
from accounts.models import User
from common.refusals import Refusal


class Command(BaseCommand):
    help = "Makes the demo organisation, unless it is there. Only in a demonstration (DEMO=1)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=int, default=1, help="how many times over, from 1; its people exist once all the same")

    def handle(self, *args: Any, scale: int, **options: Any) -> None:
        if scale < 1:
            raise CommandError(f"--scale is {scale}; it is at least 1.")
        try:
            made = demo.make_people(by=User.objects.operator())
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"The demo organisation has {len(made)} people.")
