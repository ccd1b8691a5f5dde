"""`manage.py verify_history`: walk the chain of events; exit 1 and name the first broken link if there is one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from history.actions import broken_links
from history.models import Head


class Command(BaseCommand):
    help = "Walks the chain of events and names the first broken link; exit 1 if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        first = next(broken_links(), None)
        if first is not None:
            raise CommandError(f"The history is broken: {first}.")
        head = Head.objects.get()
        self.stdout.write(f"The history is whole: {head.number} events, the last hash is {bytes(head.hash).hex()}.")
