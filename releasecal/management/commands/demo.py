"""`manage.py demo`: the demo organisation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from common.refusals import Refusal
from policies.actions import standards
from releasecal.demo import world


class Command(BaseCommand):
    help = "Makes the demo organisation as of today, unless it is there. Only in a demonstration (DEMO=1)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale", type=int, default=1, help="how many companies of the group, from 1; their people exist once all the same"
        )

    def handle(self, *args: Any, scale: int, **options: Any) -> None:
        if not 1 <= scale <= world.MOST:
            raise CommandError(f"--scale is {scale}; it is from 1 to {world.MOST}.")
        try:
            standards.install(by=User.objects.operator(), at=timezone.now())
            made = world.build(world.today(), by=User.objects.operator(), scale=scale)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from None
        if made:
            self.stdout.write(f"The demo organisation is there now: {made} of its companies had to be made.")
        else:
            self.stdout.write("The demo organisation is there already; nothing changed.")
