"""`manage.py reminders`: how reminders stand, and what an operator decides about those that are held or could not be sent."""

from argparse import ArgumentParser
from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import User
from common import moments
from reminders.actions import deliveries, epochs
from reminders.models import Delivery
from reminders.queries.backlog import Backlog, backlog


class Command(BaseCommand):
    help = (
        "Says how reminders stand. After a restore, what may have been said already is held until it is released or dropped here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--release-held", action="store_true", help="have what is held said after all, as far as it is still true"
        )
        what.add_argument("--drop-held", action="store_true", help="never say what is held")
        what.add_argument("--retry-dead", action="store_true", help="try again what could not be sent")

    def handle(self, *args: Any, **options: Any) -> None:
        by, at = User.objects.operator(), timezone.now()
        if options["release_held"]:
            self.stdout.write(f"Released: {epochs.release(by=by)}.")
        if options["drop_held"]:
            self.stdout.write(f"Dropped: {epochs.drop(by=by)}.")
        if options["retry_dead"]:
            dead = list(Delivery.objects.dead().values_list("pk", flat=True))
            self.stdout.write(f"Tried again: {deliveries.retry(dead, by=by, at=at)}.")
        self.stdout.write("\n".join(_lines(backlog(at))))


def _lines(found: Backlog) -> list[str]:
    since = f", the first since {moments.instant_words(found.oldest_due_at, UTC)}" if found.oldest_due_at else ""
    lines = [
        f"Planned ahead: {found.planned}.",
        f"Waiting to be sent: {found.waiting}{since}; in hand: {found.in_hand}; refused for now: {found.failed}.",
        f"Sent: {found.sent}, of these perhaps twice: {found.possible_duplicates}; given up: {found.dead}.",
    ]
    if found.held or found.held_until:
        until = f" It was due by {moments.instant_words(found.held_until, UTC)}." if found.held_until else ""
        lines.append(
            f"Held, because this database came out of a backup: {found.held}.{until} Decide with --release-held or --drop-held."
        )
    return lines
